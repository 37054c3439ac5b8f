/** What printing a body costs. */
@org.jspecify.annotations.NullMarked
package dev.pointsman.benchmarks.json;
