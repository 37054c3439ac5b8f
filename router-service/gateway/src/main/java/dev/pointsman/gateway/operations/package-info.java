/** What a router knows about itself: its name, whether it is ready, whether it is about to stop. */
@org.jspecify.annotations.NullMarked
package dev.pointsman.gateway.operations;
