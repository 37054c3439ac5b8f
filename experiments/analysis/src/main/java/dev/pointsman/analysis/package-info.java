/** A/B, always-valid and change statistics, as pure functions. */
@org.jspecify.annotations.NullMarked
package dev.pointsman.analysis;
