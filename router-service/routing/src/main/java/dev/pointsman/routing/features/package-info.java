/**
 * What a text model sees of a conversation, and the arithmetic that turns it into a score: the same
 * classes for the trainer and for the router, so that the two cannot differ.
 *
 * <p>Knows nothing of policies, files or clocks.
 */
@org.jspecify.annotations.NullMarked
package dev.pointsman.routing.features;
