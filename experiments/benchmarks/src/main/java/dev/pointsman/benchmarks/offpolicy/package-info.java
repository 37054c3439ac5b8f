/** Off-policy estimates on public logs. */
@org.jspecify.annotations.NullMarked
package dev.pointsman.benchmarks.offpolicy;
