/**
 * What is configured: TOML files become a checked {@link dev.pointsman.catalog.FunctionCatalog}, or a
 * list of diagnostics that say where, what and how to mend it.
 */
@org.jspecify.annotations.NullMarked
package dev.pointsman.catalog;
