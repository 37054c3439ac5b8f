package dev.pointsman.trainer;

import dev.pointsman.eventstore.StatisticsRow;
import dev.pointsman.routing.LearnedSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Statistics rows and settings that the tests of this module share. */
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
  static StatisticsRow row(
      String segment,
      String variant,
      String lane,
      Instant bucket,
      long pulls,
      long feedbacks,
      double sum) {
    return row(segment, variant, lane, bucket, pulls, feedbacks, sum, pulls);
  }

  static StatisticsRow row(
      String segment,
      String variant,
      String lane,
      Instant bucket,
      long pulls,
      long feedbacks,
      double sum,
      long answered) {
    return new StatisticsRow(
        "reply",
        "resolved",
        segment,
        variant,
        lane,
        bucket,
        pulls,
        pulls,
        0,
        0,
        feedbacks,
        sum,
        sum,
        feedbacks,
        sum,
        sum,
        0,
        0,
        answered,
        answered,
        answered,
        0,
        answered * 50,
        answered,
        answered * 100,
        answered,
        0,
        0,
        0,
        0,
        0,
        answered * 2_000_000);
  }
}
