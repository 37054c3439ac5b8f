package dev.pointsman.report;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A function's promotion gate as its page tells it.
 *
 * @param mode {@code manual} or {@code auto}; null where the gate is not configured any more
 * @param margin how much quality may be lost
 * @param serving the generation that serves; null before the first
 * @param standing who stands at the gate, or went through it last; null before the first challenger
 * @param steps what the gate did with that one, the latest first
 */
public record GateStory(
    String function,
    @Nullable String mode,
    double margin,
    @Nullable String serving,
    @Nullable Standing standing,
    List<Step> steps) {

  public GateStory {
    steps = List.copyOf(steps);
  }

  /**
   * Where a generation stands.
   *
   * @param incumbent what served when it was registered
   * @param stage {@code shadow}, {@code evaluation}, {@code canary}, {@code ramp}, {@code promoted}
   *     or {@code rolled_back}
   * @param share of the policy's traffic that it serves, 0..1
   * @param forecast Δquality when the ramp began; null before
   * @param outcome Δquality as it came after the promotion; null while that is not settled
   * @param look what was seen at the last look since the service started; null before it
   */
  public record Standing(
      String generation,
      String incumbent,
      String stage,
      double share,
      Instant since,
      boolean frozen,
      @Nullable String waitsFor,
      String reason,
      @Nullable Bounds forecast,
      @Nullable Bounds outcome,
      @Nullable Look look) {

    /** The stage in words. */
    public String stageWords() {
      return stage.replace('_', ' ') + (frozen ? ", frozen" : "");
    }

    /** Whether it still waits for its next stage. */
    public boolean waits() {
      return !stage.equals("promoted") && !stage.equals("rolled_back");
    }
  }

  /** A difference of quality with the ends that hold at every look; null ends are unbounded. */
  public record Bounds(double value, @Nullable Double lower, @Nullable Double upper) {

    /** As {@code +0.012 (+0.003, +0.021)}. */
    public String words() {
      return String.format(Locale.ROOT, "%+.3f (%s, %s)", value, end(lower), end(upper));
    }

    private static String end(@Nullable Double end) {
      return end == null ? "?" : String.format(Locale.ROOT, "%+.3f", end);
    }
  }

  /**
   * What was seen.
   *
   * @param looks how many there were since the service started
   * @param verdict PROMOTE, HOLD, ROLL BACK or BLOCKED
   * @param needed outcomes a promotion still needs, −1 when that is not known
   * @param laneOutcomes outcomes of its own requests in its present stage
   */
  public record Look(
      Instant at,
      long looks,
      String verdict,
      List<String> reasons,
      @Nullable Bounds quality,
      long decisions,
      long outcomes,
      long needed,
      long laneOutcomes,
      List<Guardrail> guardrails) {

    public Look {
      reasons = List.copyOf(reasons);
      guardrails = List.copyOf(guardrails);
    }
  }

  /**
   * Something that may not get worse.
   *
   * @param state {@code holds}, {@code open} or {@code violated} by the log of both policies; {@code
   *     counted} on its own requests
   */
  public record Guardrail(String state, String sentence) {}

  /** What was done. */
  public record Step(Instant at, String actor, String text) {}

  /**
   * Something a person may ask.
   *
   * @param name the last part of its address
   * @param label what it does, on a button
   */
  public record Act(String name, String label) {}

  /** What a person may ask now. */
  public List<Act> acts() {
    Standing at = standing;
    if (at == null || mode == null) {
      return List.of();
    }
    if (at.waits()) {
      return List.of(
          new Act("promote", "Promote %s to its next stage".formatted(at.generation())),
          new Act("rollback", "Turn %s away".formatted(at.generation())),
          at.frozen()
              ? new Act("thaw", "Let %s go on".formatted(at.generation()))
              : new Act("freeze", "Freeze %s where it is".formatted(at.generation())));
    }
    return at.stage().equals("promoted") && at.generation().equals(serving)
        ? List.of(new Act("rollback", "Go back to %s".formatted(at.incumbent())))
        : List.of();
  }
}
