/** The one view that a request has of what is configured and learnt. */
@org.jspecify.annotations.NullMarked
package dev.pointsman.gateway.snapshot;
