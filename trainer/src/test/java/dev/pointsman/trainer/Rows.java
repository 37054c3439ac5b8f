package dev.pointsman.trainer;

import dev.pointsman.eventstore.EvidenceRow;
import dev.pointsman.eventstore.LoggedDecision;
import dev.pointsman.routing.LearnedSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Evidence rows and settings that the tests of this module share. */
final class Rows {

  static final List<String> CANDIDATES = List.of("large", "medium", "small");

  private Rows() {}

  static LearnedSettings settings(Duration halfLife) {
    return new LearnedSettings(
        "squarecb",
        CANDIDATES,
        "large",
        LearnedSettings.Weights.NONE,
        new LearnedSettings.Exploration(
            0.005, Double.POSITIVE_INFINITY, LearnedSettings.Nursery.DEFAULT),
        halfLife,
        LearnedSettings.Options.DEFAULT,
        LearnedSettings.Limits.NONE);
  }

  /** A row whose pulls were all answered with 100 tokens in 2 seconds. */
  static EvidenceRow row(
      String segment, String variant, Instant start, long pulls, long feedbacks, double sum) {
    return row(segment, variant, start, pulls, feedbacks, sum, pulls);
  }

  static EvidenceRow row(
      String segment,
      String variant,
      Instant start,
      long pulls,
      long feedbacks,
      double sum,
      long answered) {
    return new EvidenceRow(
        segment,
        variant,
        start,
        pulls,
        feedbacks,
        feedbacks,
        sum,
        sum,
        answered,
        answered * 2_000_000,
        answered * 100,
        answered);
  }

  static Instant time(long second) {
    return Instant.parse("2026-03-01T10:00:00Z").plusSeconds(second);
  }

  /** A matured decision for variant {@code large}, a second after the one before. */
  static LoggedDecision decision(
      int n, String lane, boolean failed, Long durationUs, Long costNanos) {
    return decision(n, lane, failed, durationUs, costNanos, 1.0);
  }

  static LoggedDecision decision(
      int n, String lane, boolean failed, Long durationUs, Long costNanos, Double reward) {
    return new LoggedDecision(
        new UUID(0x0195_0000_0000_7000L + n, n),
        new UUID(0x0195_0000_0000_7000L + n, 7L * n),
        time(n),
        "",
        "main",
        null,
        lane,
        Map.of("policy", 1.0),
        "g-1",
        1,
        CANDIDATES,
        List.of("", "", ""),
        new double[0],
        new double[] {1, 0, 0},
        new double[0],
        new double[] {1, 0, 0},
        "large",
        1,
        Map.of(),
        failed,
        !failed,
        1,
        costNanos,
        10L,
        10L,
        failed ? null : durationUs,
        reward,
        false,
        true);
  }
}
