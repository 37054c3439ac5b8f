package dev.pointsman.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.eventstore.RewardRule;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * How soon the leading variant of a segment is found to have become worse, and how seldom it is said
 * of one that has not: five feedbacks a second in virtual time, a look at every revision.
 */
final class ChangeAlarmTest {

  private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");
  private static final boolean MANY = Boolean.getBoolean("evidence");
  private static final long MILLIS_A_FEEDBACK = 200;
  private static final long MILLIS_A_REVISION = 5_000;

  /** Looked at every 25 feedbacks, so what is needed is a multiple of that. */
  @ParameterizedTest
  @CsvSource({"1000, 0.9, 0.6, 200", "5000, 0.95, 0.75, 200", "1000, 0.8, 0.5, 200"})
  void detect_leaderDrops_alarmWithin200OfItsFeedbacks(
      int before, double from, double to, int most) {
    assertThat(ninetyFifthOfNeeded(before, from, to)).isLessThanOrEqualTo(most);
  }

  /** What a threshold for a false alarm in 1 % of all cells for ever costs. */
  @ParameterizedTest
  @CsvSource({"500, 0.9, 0.7, 450", "1000, 0.75, 0.5, 275"})
  void detect_smallerDropOrLowerLeader_alarmComesLater(
      int before, double from, double to, int most) {
    assertThat(ninetyFifthOfNeeded(before, from, to)).isLessThanOrEqualTo(most);
  }

  private static int ninetyFifthOfNeeded(int before, double from, double to) {
    int runs = MANY ? 1_000 : 60;
    int[] needed = new int[runs];
    for (int run = 0; run < runs; run++) {
      Feedbacks feedbacks = new Feedbacks(run);
      feedbacks.until(before, from);
      int alarmsBefore = feedbacks.alarms;
      while (feedbacks.alarms == alarmsBefore && feedbacks.count < before + 1_000) {
        feedbacks.until(feedbacks.count + 1, to);
      }
      needed[run] = feedbacks.count - before;
    }
    Arrays.sort(needed);
    return needed[(int) Math.ceil(0.95 * runs) - 1];
  }

  @Test
  void detect_nothingChanges_atMostOneAlarmPer50000Feedbacks() {
    int runs = MANY ? 40 : 4;
    List<Double> means = List.of(0.5, 0.7, 0.9, 0.97);
    int alarms = 0;
    for (int run = 0; run < runs; run++) {
      Feedbacks feedbacks = new Feedbacks(1_000 + run);
      feedbacks.until(50_000, means.get(run % means.size()));
      alarms += feedbacks.alarms;
    }
    assertThat(alarms).isLessThanOrEqualTo(runs);
  }

  /** The feedbacks of one variant in one segment, and the alarms that they raised. */
  private static final class Feedbacks {

    private final TrainerState state =
        new FunctionTrainer(Rows.settings(Duration.ofDays(14)), RewardRule.Type.BOOLEAN).begin();
    private final SplittableRandom random;
    private int count;
    private int alarms;

    Feedbacks(long seed) {
      random = new SplittableRandom(seed);
    }

    void until(int total, double mean) {
      for (; count < total; count++) {
        Instant now = START.plusMillis(count * MILLIS_A_FEEDBACK);
        state.decided(now, "s", "large");
        state.rewarded(now, "s", "large", random.nextDouble() < mean ? 1 : 0);
        if (count * MILLIS_A_FEEDBACK % MILLIS_A_REVISION == 0) {
          alarms += state.detect(now).size();
        }
      }
    }
  }
}
