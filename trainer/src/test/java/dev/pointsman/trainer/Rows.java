package dev.pointsman.trainer;

import dev.pointsman.eventstore.EvidenceRow;
import dev.pointsman.routing.LearnedSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Evidence rows and settings that the tests of this module share. */
final class Rows {

  static final List<String> CANDIDATES = List.of("large", "medium", "small");

  private Rows() {}

  static LearnedSettings settings(Duration halfLife) {
    return new LearnedSettings(
        "squarecb",
        CANDIDATES,
        "large",
        0,
        0,
        0.005,
        Double.POSITIVE_INFINITY,
        LearnedSettings.Nursery.DEFAULT,
        halfLife);
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
}
