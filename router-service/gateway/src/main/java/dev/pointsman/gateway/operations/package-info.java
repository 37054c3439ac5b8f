/** What operators and orchestrators ask: alive, healthy, ready, measured. */
@org.jspecify.annotations.NullMarked
package dev.pointsman.gateway.operations;
