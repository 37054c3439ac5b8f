/** What an acknowledged append to the event log costs. */
@org.jspecify.annotations.NullMarked
package dev.pointsman.benchmarks.spool;
