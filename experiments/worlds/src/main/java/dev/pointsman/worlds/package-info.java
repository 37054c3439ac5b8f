/** Simulated models and users with known truth. */
@org.jspecify.annotations.NullMarked
package dev.pointsman.worlds;
