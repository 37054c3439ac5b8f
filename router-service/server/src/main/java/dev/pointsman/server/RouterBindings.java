package dev.pointsman.server;

import dev.pointsman.catalog.Experimentation;
import dev.pointsman.catalog.FunctionDefinition;
import dev.pointsman.control.ControlStore;
import dev.pointsman.gateway.snapshot.ActiveSnapshot;
import dev.pointsman.report.PolicyBindings;
import dev.pointsman.routing.ActivePolicies;
import dev.pointsman.routing.FunctionRouting;
import dev.pointsman.routing.PolicyRevision;
import dev.pointsman.routing.TrainedPolicy;
import dev.pointsman.trainer.ServedGenerations;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Stored revisions bound as the running router would, each by its generation's settings. */
final class RouterBindings implements PolicyBindings {

  private final ControlStore control;
  private final ActiveSnapshot snapshots;

  RouterBindings(ControlStore control, ActiveSnapshot snapshots) {
    this.control = control;
    this.snapshots = snapshots;
  }

  @Override
  public Optional<FunctionRouting> bind(
      String functionName,
      @Nullable PolicyRevision revision,
      @Nullable PolicyRevision challenger,
      String configHash) {
    return Optional.ofNullable(
        snapshots.routingUnder(
            functionName,
            revision == null
                ? null
                : trained(revision)
                    .map(
                        serving ->
                            new ActivePolicies(
                                serving,
                                challenger == null ? null : trained(challenger).orElse(null),
                                0))
                    .orElse(null),
            configHash));
  }

  /** By what is configured where the generation is not known, as with rows of another service. */
  private Optional<TrainedPolicy> trained(PolicyRevision revision) {
    return control
        .generation(revision.generation())
        .map(ServedGenerations::settingsOf)
        .or(
            () -> {
              FunctionDefinition function =
                  snapshots.current().catalog().functions().get(revision.functionName());
              return function != null
                      && function.experimentation() instanceof Experimentation.Learned learned
                  ? Optional.of(learned.settings())
                  : Optional.empty();
            })
        .map(settings -> new TrainedPolicy(settings, revision));
  }

  @Override
  public Optional<ActivePolicies> active(String functionName) {
    return Optional.ofNullable(snapshots.policies(functionName));
  }
}
