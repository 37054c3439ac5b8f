package dev.pointsman.trainer;

import dev.pointsman.control.ControlStore;
import dev.pointsman.control.GateStanding;
import dev.pointsman.control.Generation;
import dev.pointsman.control.Generation.Status;
import dev.pointsman.routing.ActivePolicies;
import dev.pointsman.routing.LearnedSettings;
import dev.pointsman.routing.PolicyRevision;
import dev.pointsman.routing.TrainedPolicy;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What decided for functions when they were last trained: for a start, before the trainer begins. */
public final class ServedGenerations {

  private final ControlStore control;
  private final Function<Generation, @Nullable PolicyRevision> lastRevision;

  /**
   * Over what is stored.
   *
   * @param lastRevision the last stored revision of a generation, null when none is
   */
  public ServedGenerations(
      ControlStore control, Function<Generation, @Nullable PolicyRevision> lastRevision) {
    this.control = control;
    this.lastRevision = lastRevision;
  }

  /** The policies of a function; empty when it has no generation with a revision. */
  public Optional<ActivePolicies> of(String functionName) {
    return control
        .currentGeneration(functionName)
        .flatMap(this::trained)
        .map(this::withWhatIsBeside);
  }

  private ActivePolicies withWhatIsBeside(TrainedPolicy serving) {
    String function = serving.revision().functionName();
    Optional<Generation> challenger = control.generation(function, Status.CHALLENGER);
    double share =
        challenger
            .flatMap(waiting -> control.standing(waiting.id()))
            .map(GateStanding::share)
            .orElse(0.0);
    return challenger
        .or(() -> control.generation(function, Status.STANDBY))
        .flatMap(this::trained)
        .map(beside -> new ActivePolicies(serving, beside, share))
        .orElseGet(() -> new ActivePolicies(serving, null, 0));
  }

  private Optional<TrainedPolicy> trained(Generation generation) {
    return Optional.ofNullable(lastRevision.apply(generation))
        .map(revision -> new TrainedPolicy(settingsOf(generation), revision));
  }

  /** What a generation's policy computes with. */
  public static LearnedSettings settingsOf(Generation generation) {
    return GenerationSettings.settingsOf(generation.settings());
  }
}
