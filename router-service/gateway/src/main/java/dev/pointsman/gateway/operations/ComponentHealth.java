package dev.pointsman.gateway.operations;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A component that {@code GET /health} tells of, without which the router still answers.
 *
 * @param component its name in the answer
 * @param problem what is wrong with it, in a sentence; null when all is well; must not wait for
 *     anything
 */
public record ComponentHealth(String component, Supplier<@Nullable String> problem) {}
