package dev.pointsman.report;

import dev.pointsman.routing.FunctionRouting;
import dev.pointsman.routing.PolicyRevision;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Binds a stored revision as the router would, so that its decisions can be computed again. */
@FunctionalInterface
public interface PolicyBindings {

  /**
   * The function's routing under a revision.
   *
   * @param revision the revision, null for a policy before its first one
   * @param configHash the configuration that the decision was made under
   * @return empty when that configuration is not loaded any more
   */
  Optional<FunctionRouting> bind(
      String functionName, @Nullable PolicyRevision revision, String configHash);
}
