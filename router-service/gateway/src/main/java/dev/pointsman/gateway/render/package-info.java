/** From what the caller asked to what a variant's model is sent. */
@org.jspecify.annotations.NullMarked
package dev.pointsman.gateway.render;
