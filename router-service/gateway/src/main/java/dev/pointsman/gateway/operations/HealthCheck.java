package dev.pointsman.gateway.operations;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A component that {@code GET /health} reports.
 *
 * @param component its key in the answer
 * @param problem asked at every call and must not wait for anything: what is wrong and how to mend
 *     it, null when all is well
 */
public record HealthCheck(String component, Supplier<@Nullable String> problem) {}
