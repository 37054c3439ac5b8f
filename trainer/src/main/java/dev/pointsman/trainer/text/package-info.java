/**
 * Models that read a conversation: the quality and the output tokens of each variant from its
 * features and its segment, fitted with Tribuo and handed to the router as plain weights.
 */
@org.jspecify.annotations.NullMarked
package dev.pointsman.trainer.text;
