package dev.pointsman.gateway.operations;

import org.jspecify.annotations.Nullable;

/** Something without which a router should get no traffic. Asked at every {@code GET /ready}. */
@FunctionalInterface
public interface ReadyCheck {

  /** Why not, in a sentence; null when all is well. Must not wait for anything. */
  @Nullable String objection();
}
