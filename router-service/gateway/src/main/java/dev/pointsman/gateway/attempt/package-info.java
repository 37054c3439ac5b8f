/** Getting an answer out of providers that fail: order, retries, deadlines, circuits, cost. */
@org.jspecify.annotations.NullMarked
package dev.pointsman.gateway.attempt;
