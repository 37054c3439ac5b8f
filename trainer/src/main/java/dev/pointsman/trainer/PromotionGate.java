package dev.pointsman.trainer;

import dev.pointsman.analysis.offpolicy.GuardrailFinding;
import dev.pointsman.analysis.offpolicy.Overlap;
import dev.pointsman.analysis.offpolicy.PromotionRule.Ruling;
import dev.pointsman.analysis.offpolicy.PromotionRule.Verdict;
import dev.pointsman.trainer.GateState.Stage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/**
 * How a challenger becomes what serves: shadow, evaluation, canary, a ramp over a quarter and half of
 * the traffic, promoted; and back at any time.
 *
 * <ul>
 *   <li><b>Back</b>: a guardrail that is certainly violated on the challenger's own requests, or the
 *       ruling ROLL BACK, from any stage, in every mode, frozen or not.
 *   <li><b>Shadow to evaluation</b>: bounds exist; in every mode, since it serves nothing.
 *   <li><b>Evaluation to canary</b>: the log covers the challenger, if thinly, and speaks for it or
 *       leaves it open with a Δquality estimated above −margin and no guarded metric estimated
 *       outside its bound. A canary then brings the evidence that a thin log lacks.
 *   <li><b>Canary to ramp</b>: PROMOTE, with at least {@value #LEAST_LANE_OUTCOMES} outcomes of the
 *       canary's own, every guardrail within its limit.
 *   <li><b>Ramp to promoted</b>: not blocked, every guardrail within its limit, after as many
 *       outcomes again at each share.
 * </ul>
 *
 * <p>The bounds behind rulings are one anytime sequence from the first look to the last, so a
 * challenger that is worse by the margin is promoted with a chance of at most α/2 however often one
 * looks. Pure: evidence and time are handed in, so the same inputs give the same steps.
 */
public final class PromotionGate {

  /** Outcomes of the challenger's own decisions at one share before the next. */
  public static final long LEAST_LANE_OUTCOMES = 100;

  /** The first step of the ramp. */
  public static final double FIRST_RAMP = 0.25;

  /** The second step of the ramp. */
  public static final double SECOND_RAMP = 0.5;

  private final GateSettings settings;

  /** A gate with its settings. */
  public PromotionGate(GateSettings settings) {
    this.settings = settings;
  }

  /** What a person asks of a gate. */
  public enum Wish {
    /** The next stage now, whatever the evidence; only from shadow on, never out of a final stage. */
    PROMOTE,
    /** Out. */
    ROLL_BACK,
    /** No step forward until {@link #THAW}. */
    FREEZE,
    /** Steps forward again. */
    THAW
  }

  /**
   * One look; at most one step.
   *
   * @return the state afterwards, the same object when nothing changed
   */
  public GateState look(GateState state, GateEvidence evidence, Instant now) {
    if (state.stage().isFinal()) {
      return state;
    }
    List<Guardrail> violated =
        evidence.guardrails().stream().filter(Guardrail::isViolated).toList();
    if (!violated.isEmpty()) {
      return state.to(Stage.ROLLED_BACK, 0, now, "guardrail: " + violated.getFirst().sentence());
    }
    Ruling ruling = evidence.ruling();
    if (ruling.verdict() == Verdict.ROLL_BACK) {
      return state.to(Stage.ROLLED_BACK, 0, now, String.join("; ", ruling.reasons()));
    }
    if (state.frozen()
        || (settings.mode() == GateSettings.Mode.MANUAL && state.stage() != Stage.SHADOW)
        || Duration.between(state.since(), now).compareTo(settings.leastTime()) < 0) {
      return state;
    }
    return switch (state.stage()) {
      case SHADOW -> fromShadow(state, evidence, now);
      case EVALUATION -> fromEvaluation(state, evidence, now);
      case CANARY -> fromCanary(state, evidence, now);
      case RAMP -> fromRamp(state, evidence, now);
      case PROMOTED, ROLLED_BACK -> state;
    };
  }

  /** Whether the gate would take the next step if nobody held it back. */
  public boolean recommends(GateState state, GateEvidence evidence, Instant now) {
    GateSettings free =
        new GateSettings(
            GateSettings.Mode.AUTO, settings.margin(), settings.canary(), settings.leastTime());
    GateState next =
        new PromotionGate(free).look(state.withFrozen(false, state.reason()), evidence, now);
    return next.stage().compareTo(state.stage()) > 0 && next.stage() != Stage.ROLLED_BACK
        || next.share() > state.share();
  }

  /**
   * A person's wish.
   *
   * @param evidence at this moment; kept as the forecast when the ramp begins
   * @param reason why, in a sentence
   * @throws IllegalArgumentException if the stage allows no such thing, saying which
   */
  public GateState ask(
      GateState state, Wish wish, GateEvidence evidence, Instant now, String reason) {
    if (reason.isBlank()) {
      throw new IllegalArgumentException("say in a sentence why");
    }
    if (state.stage().isFinal()) {
      throw new IllegalArgumentException(
          "the challenger is %s since %s: register it again"
              .formatted(words(state.stage()), state.since()));
    }
    return switch (wish) {
      case PROMOTE -> next(state, evidence, now, reason);
      case ROLL_BACK -> state.to(Stage.ROLLED_BACK, 0, now, reason);
      case FREEZE -> state.withFrozen(true, reason);
      case THAW -> state.withFrozen(false, reason);
    };
  }

  private GateState next(GateState state, GateEvidence evidence, Instant now, String why) {
    return switch (state.stage()) {
      case SHADOW, EVALUATION -> state.to(Stage.CANARY, settings.canary(), now, why);
      case CANARY -> state.withForecast(evidence.quality()).to(Stage.RAMP, FIRST_RAMP, now, why);
      case RAMP ->
          state.share() < SECOND_RAMP
              ? state.to(Stage.RAMP, SECOND_RAMP, now, why)
              : state.to(Stage.PROMOTED, 1, now, why);
      case PROMOTED, ROLLED_BACK -> state;
    };
  }

  private static GateState fromShadow(GateState state, GateEvidence evidence, Instant now) {
    return Double.isInfinite(evidence.quality().lower())
        ? state
        : state.to(Stage.EVALUATION, 0, now, "enough of its decisions have matured to be judged");
  }

  private GateState fromEvaluation(GateState state, GateEvidence evidence, Instant now) {
    boolean covered = !(evidence.coverage() instanceof Overlap.Gate.NoVerdict);
    boolean open =
        evidence.ruling().verdict() == Verdict.PROMOTE
            || (evidence.ruling().verdict() == Verdict.HOLD
                && evidence.quality().value() > -settings.margin());
    boolean guarded =
        evidence.guardrails().stream()
            .noneMatch(
                guardrail ->
                    guardrail instanceof Guardrail.Judged(GuardrailFinding finding)
                        && finding.seemsBroken());
    return covered && open && guarded
        ? next(state, evidence, now, "the log does not speak against it: " + why(evidence))
        : state;
  }

  private GateState fromCanary(GateState state, GateEvidence evidence, Instant now) {
    return evidence.ruling().verdict() == Verdict.PROMOTE && mayGrow(evidence)
        ? next(state, evidence, now, why(evidence))
        : state;
  }

  private GateState fromRamp(GateState state, GateEvidence evidence, Instant now) {
    return evidence.ruling().verdict() != Verdict.BLOCKED && mayGrow(evidence)
        ? next(state, evidence, now, "nothing speaks against it at this share: " + why(evidence))
        : state;
  }

  private static boolean mayGrow(GateEvidence evidence) {
    return evidence.laneOutcomes() >= LEAST_LANE_OUTCOMES
        && evidence.guardrails().stream().allMatch(Guardrail::holds);
  }

  private static String why(GateEvidence evidence) {
    return String.join("; ", evidence.ruling().reasons());
  }

  private static String words(Stage stage) {
    return stage.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
