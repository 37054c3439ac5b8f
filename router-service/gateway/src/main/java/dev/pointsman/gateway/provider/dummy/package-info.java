/** The {@code dummy} provider: fixed answers and failures by model name, for trying things out. */
@org.jspecify.annotations.NullMarked
package dev.pointsman.gateway.provider.dummy;
