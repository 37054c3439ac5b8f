package dev.pointsman.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.eventlog.testing.Events;
import dev.pointsman.routing.Decision;
import dev.pointsman.routing.DecisionKind;
import dev.pointsman.routing.DecisionRequest;
import dev.pointsman.routing.DecisionSampler;
import dev.pointsman.routing.Exclusion;
import dev.pointsman.routing.FunctionRouting;
import dev.pointsman.routing.LaneShares;
import dev.pointsman.routing.UniformPolicy;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class DecisionCompositionTest {

  private static final DecisionSampler SAMPLER = new DecisionSampler(new byte[16]);

  @ParameterizedTest
  @EnumSource(names = "DECISION", mode = EnumSource.Mode.EXCLUDE)
  void steps_nothingWasDrawn_isOneSentence(DecisionKind kind) {
    assertThat(DecisionComposition.steps(Events.noDecision(kind, "small", Events.id(1))))
        .singleElement()
        .asString()
        .endsWith(".");
  }

  @Test
  void steps_kindsThatNameAVariant_sayWhich() {
    assertThat(DecisionComposition.steps(Events.noDecision(DecisionKind.PINNED, "small", id())))
        .containsExactly("The caller named small; nothing was drawn.");
    assertThat(DecisionComposition.steps(Events.noDecision(DecisionKind.STICKY, "small", id())))
        .first()
        .asString()
        .contains("episode", "small");
    assertThat(DecisionComposition.steps(Events.noDecision(DecisionKind.FORCED, "small", id())))
        .first()
        .asString()
        .contains("No candidate was eligible", "small");
  }

  @Test
  void steps_learnedDecision_namesPolicyFloorsLanesAndPropensity() {
    List<String> steps = DecisionComposition.steps(Events.decision(2));

    assertThat(String.join("\n", steps))
        .contains(
            "3 candidates, none excluded; segment topic=2.",
            "Policy squarecb, generation g1, revision 1",
            "utility = quality − 25.00 · dollars, γ = 42.50",
            "Arms below their floor (up to 0.005000)",
            "Lanes mixed to the propensities: holdout 0.05000, policy 0.9400, uniform 0.01000.",
            "The keyed draw fell into the lane policy.",
            "The keyed race chose small, which had probability 0.2000 over all lanes; not the"
                + " policy's favourite, so this explored.");
  }

  @Test
  void steps_exclusion_isCounted() {
    Decision decision =
        SAMPLER.decide(
            routing(),
            request(
                Arrays.asList(new Exclusion(Exclusion.Level.STATE, "circuit open"), null), true));

    assertThat(DecisionComposition.steps(decision).getFirst())
        .isEqualTo("2 candidates, 1 excluded; segment s.");
  }

  @Test
  void steps_exploringRuledOut_saysSoAndNamesNoLane() {
    Decision decision = SAMPLER.decide(routing(), request(Arrays.asList(null, null), false));

    assertThat(String.join("\n", DecisionComposition.steps(decision)))
        .contains("explore_if was false")
        .doesNotContain("lane ", "Lanes mixed");
  }

  @Test
  void why_decision_isItsLaneAndOthersTheirKind() {
    assertThat(DecisionComposition.why(DecisionKind.DECISION, "uniform", true))
        .isEqualTo("uniform, explored");
    assertThat(DecisionComposition.why(DecisionKind.DECISION, "policy", false)).isEqualTo("policy");
    assertThat(DecisionComposition.why(DecisionKind.STICKY, "", false))
        .isEqualTo(DecisionKind.STICKY.label());
  }

  private static UUID id() {
    return Events.id(1);
  }

  private static FunctionRouting routing() {
    return new FunctionRouting(
        "f",
        new UniformPolicy(List.of("a", "b")),
        FunctionRouting.Draw.KEYED,
        new LaneShares(0.1, 0.1, 0),
        "a",
        List.of(),
        Arrays.asList(null, null));
  }

  private static DecisionRequest request(List<Exclusion> exclusions, boolean explore) {
    return new DecisionRequest(id(), "s", Map.of(), 10, exclusions, List.of(), explore, null, null);
  }
}
