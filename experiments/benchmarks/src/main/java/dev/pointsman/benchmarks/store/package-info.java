/** What the event store can take and how fast it answers. */
@org.jspecify.annotations.NullMarked
package dev.pointsman.benchmarks.store;
