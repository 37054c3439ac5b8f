/** The HTTP surfaces: reading requests of each protocol, and what they have in common. */
@org.jspecify.annotations.NullMarked
package dev.pointsman.gateway.surface;
