package dev.pointsman.report;

import dev.pointsman.routing.ActivePolicies;
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
   * @param challenger the revision of the generation beside it, null where there was none
   * @param configHash the configuration that the decision was made under
   * @return empty when that configuration is not loaded any more
   */
  Optional<FunctionRouting> bind(
      String functionName,
      @Nullable PolicyRevision revision,
      @Nullable PolicyRevision challenger,
      String configHash);

  /** What decides for a function now; empty where it is not known. */
  default Optional<ActivePolicies> active(String functionName) {
    return Optional.empty();
  }
}
