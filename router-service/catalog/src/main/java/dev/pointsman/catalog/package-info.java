/** What is configured: TOML to a checked catalog, with positions. */
@org.jspecify.annotations.NullMarked
package dev.pointsman.catalog;
