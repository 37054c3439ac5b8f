/** What a decision costs. */
@org.jspecify.annotations.NullMarked
package dev.pointsman.benchmarks.routing;
