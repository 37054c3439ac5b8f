/** JMH and the load harness; nothing depends on it. */
@org.jspecify.annotations.NullMarked
package dev.pointsman.benchmarks;
