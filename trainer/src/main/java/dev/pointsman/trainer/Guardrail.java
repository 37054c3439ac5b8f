package dev.pointsman.trainer;

import dev.pointsman.analysis.AsymptoticConfidenceSequence;
import dev.pointsman.analysis.offpolicy.GuardrailFinding;
import java.util.Locale;

/** Something that may not get worse, whatever is gained. */
public sealed interface Guardrail {

  /** What is watched, for example {@code refused} or {@code errors}. */
  String name();

  /** Whether it is certainly broken, by a test that may be asked at every look. */
  boolean isViolated();

  /** Whether what was seen so far is within its limit. */
  boolean holds();

  /** The figures in words. */
  String sentence();

  /**
   * A share of the challenger's own requests and the most it may be.
   *
   * @param name what is watched
   * @param requests of the challenger's lane
   * @param bad how many of these were bad
   * @param most the most their share may be, 0..1
   */
  record Counted(String name, long requests, long bad, double most) implements Guardrail {

    private static final double ALPHA = 0.05;

    public Counted {
      if (requests < 0 || bad < 0 || bad > requests) {
        throw new IllegalArgumentException(
            "guardrail %s counts %d bad of %d requests".formatted(name, bad, requests));
      }
      if (!(most >= 0 && most <= 1)) {
        throw new IllegalArgumentException(
            "guardrail %s must be a share of 0..1: %s".formatted(name, most));
      }
    }

    /** Whether the lower end of its share's always-valid band is above its limit. */
    @Override
    public boolean isViolated() {
      if (requests < AsymptoticConfidenceSequence.BURN_IN_UNITS) {
        return false;
      }
      double mean = share();
      double margin =
          AsymptoticConfidenceSequence.margin(mean * (1 - mean), (double) requests, ALPHA);
      return mean - margin > most;
    }

    @Override
    public boolean holds() {
      return share() <= most;
    }

    private double share() {
      return requests == 0 ? 0 : (double) bad / requests;
    }

    @Override
    public String sentence() {
      return String.format(
          Locale.ROOT,
          "%s is %.2f %% of %,d requests, %.2f %% are allowed",
          name,
          100 * share(),
          requests,
          100 * most);
    }
  }

  /**
   * A metric of the function, judged by the log of both policies. That it is broken is part of the
   * ruling, which knows whether the log may be believed; here it only keeps the share from growing.
   *
   * @param finding what the log says
   */
  record Judged(GuardrailFinding finding) implements Guardrail {

    @Override
    public String name() {
      return finding.rule().metric();
    }

    @Override
    public boolean isViolated() {
      return false;
    }

    @Override
    public boolean holds() {
      return finding.seemsToHold();
    }

    @Override
    public String sentence() {
      return finding.sentence();
    }
  }
}
