package dev.pointsman.trainer;

import dev.pointsman.analysis.AsymptoticConfidenceSequence;
import java.util.Locale;

/**
 * Something that may not get worse, whatever is gained: a share of the challenger's own requests and
 * the most it may be.
 *
 * @param name what is watched, for example {@code refused} or {@code errors}
 * @param requests of the challenger's lane
 * @param bad how many of these were bad
 * @param most the most their share may be, 0..1
 */
public record Guardrail(String name, long requests, long bad, double most) {

  private static final double ALPHA = 0.05;

  public Guardrail {
    if (requests < 0 || bad < 0 || bad > requests) {
      throw new IllegalArgumentException(
          "guardrail %s counts %d bad of %d requests".formatted(name, bad, requests));
    }
    if (!(most >= 0 && most <= 1)) {
      throw new IllegalArgumentException(
          "guardrail %s must be a share of 0..1: %s".formatted(name, most));
    }
  }

  /**
   * Whether the share is certainly above its limit: the lower end of its always-valid band is, so it
   * may be asked at every look.
   */
  public boolean isViolated() {
    if (requests < AsymptoticConfidenceSequence.BURN_IN_UNITS) {
      return false;
    }
    double mean = share();
    double margin =
        AsymptoticConfidenceSequence.margin(mean * (1 - mean), (double) requests, ALPHA);
    return mean - margin > most;
  }

  /** Whether the share seen so far is within its limit. */
  public boolean holds() {
    return share() <= most;
  }

  private double share() {
    return requests == 0 ? 0 : (double) bad / requests;
  }

  /** The figures in words. */
  String sentence() {
    return String.format(
        Locale.ROOT,
        "%s is %.2f %% of %,d requests, %.2f %% are allowed",
        name,
        100 * share(),
        requests,
        100 * most);
  }
}
