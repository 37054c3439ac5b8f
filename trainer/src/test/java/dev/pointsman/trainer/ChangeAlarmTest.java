package dev.pointsman.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.eventstore.RewardRule;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * How soon the leading variant of a segment is found to have become worse, and how seldom it is said
 * of one that has not, in virtual time with a look at every revision. {@code pace} is the number of
 * feedbacks per revision: at 25 a bucket holds 50 of them, at 1 only two.
 */
final class ChangeAlarmTest {

  private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");
  private static final boolean MANY = Boolean.getBoolean("evidence");
  private static final long MILLIS_A_REVISION = 5_000;

  @ParameterizedTest
  @CsvSource({
    "500, 0.95, 0.75",
    "500, 0.9, 0.7",
    "500, 0.75, 0.5",
    "1000, 0.9, 0.6",
    "2000, 0.75, 0.55"
  })
  void detect_leaderDrops_alarmWithin200OfItsFeedbacks(int before, double from, double to) {
    assertThat(ninetyFifthOfNeeded(before, from, to, 1)).isLessThanOrEqualTo(200);
    assertThat(ninetyFifthOfNeeded(before, from, to, 25)).isLessThanOrEqualTo(200);
  }

  /**
   * What lies near the limit of any test: a cumulative sum that knows both means needs 171 for 0.6 to
   * 0.4, and a mean before that is known from few values adds to that.
   */
  @ParameterizedTest
  @CsvSource({
    "2000, 0.6, 0.4, 200, 230",
    "2000, 0.5, 0.3, 200, 230",
    "500, 0.75, 0.55, 230, 280",
    "500, 0.6, 0.4, 270, 320"
  })
  void detect_dropAtTheLimitOfWhatCanBeKnown_alarmComesLater(
      int before, double from, double to, int mostSingly, int mostInBuckets) {
    assertThat(ninetyFifthOfNeeded(before, from, to, 1)).isLessThanOrEqualTo(mostSingly);
    assertThat(ninetyFifthOfNeeded(before, from, to, 25)).isLessThanOrEqualTo(mostInBuckets);
  }

  /**
   * The bound behind those limits: no test of the same rate of needless alarms is quicker in the
   * worst case than the cumulative sum that is told both means (Moustakides, Ann. Statist. 14, 1986).
   */
  @ParameterizedTest
  @CsvSource({"0.6, 0.4, 171", "0.75, 0.55, 146", "0.5, 0.3, 161"})
  void detect_noTest_isMuchQuickerThanOneThatKnowsBothMeans(double from, double to, int needed) {
    CumulativeSum sum = CumulativeSum.ofOneNeedlessAlarmIn(50_000, from, to);
    int runs = MANY ? 100_000 : 10_000;
    int[] drops = new int[runs];
    SplittableRandom random = new SplittableRandom(7);
    for (int run = 0; run < runs; run++) {
      double start = 0;
      for (int i = 0; i < 500; i++) {
        start = sum.after(start > sum.threshold ? 0 : start, random.nextDouble() < from);
      }
      drops[run] = sum.untilAlarm(start, to, random);
    }
    Arrays.sort(drops);
    int result = drops[(int) Math.ceil(0.95 * runs) - 1];
    if (MANY) {
      System.out.printf(
          "%.2f -> %.2f, both means known: threshold %.2f, p95 %d%n",
          from, to, sum.threshold, result);
    }
    assertThat(result).isBetween(needed - 8, needed + 8);
  }

  /** S ← max(0, S + ln of the likelihood ratio), an alarm above the threshold. */
  private record CumulativeSum(double ofSuccess, double ofFailure, double threshold) {

    static CumulativeSum ofOneNeedlessAlarmIn(int feedbacks, double from, double to) {
      int alarms = MANY ? 1_000 : 100;
      double low = 2;
      double high = 15;
      while (high - low > 0.01) {
        CumulativeSum sum = of(from, to, (low + high) / 2);
        SplittableRandom random = new SplittableRandom(3);
        long until = 0;
        for (int alarm = 0; alarm < alarms && until <= (long) alarms * feedbacks; alarm++) {
          until += sum.untilAlarm(0, from, random);
        }
        if (until <= (long) alarms * feedbacks) {
          low = sum.threshold;
        } else {
          high = sum.threshold;
        }
      }
      return of(from, to, high);
    }

    private static CumulativeSum of(double from, double to, double threshold) {
      return new CumulativeSum(Math.log(to / from), Math.log((1 - to) / (1 - from)), threshold);
    }

    int untilAlarm(double start, double mean, SplittableRandom random) {
      double sum = start;
      for (int feedbacks = 1; ; feedbacks++) {
        sum = after(sum, random.nextDouble() < mean);
        if (sum > threshold) {
          return feedbacks;
        }
      }
    }

    double after(double sum, boolean success) {
      return Math.max(0, sum + (success ? ofSuccess : ofFailure));
    }
  }

  private static int ninetyFifthOfNeeded(int before, double from, double to, int pace) {
    int runs = MANY ? 1_000 : 60;
    int[] needed = new int[runs];
    for (int run = 0; run < runs; run++) {
      Feedbacks feedbacks = new Feedbacks(run, pace);
      feedbacks.unseen(before - 100, from);
      feedbacks.until(before, from);
      int alarmsBefore = feedbacks.alarms;
      while (feedbacks.alarms == alarmsBefore && feedbacks.count < before + 1_000) {
        feedbacks.until(feedbacks.count + 1, to);
      }
      needed[run] = feedbacks.count - before;
    }
    Arrays.sort(needed);
    int result = needed[(int) Math.ceil(0.95 * runs) - 1];
    if (MANY) {
      System.out.printf(
          "%.2f -> %.2f after %d, %d a revision: p95 %d%n", from, to, before, pace, result);
    }
    return result;
  }

  /**
   * A single run of 50,000 looked at singly takes a quarter of a minute, so every build sees a tenth
   * of one, and as many alarms are allowed as chance brings once in a thousand builds at the rate 1.
   */
  @ParameterizedTest
  @CsvSource({"1, 5000, 2", "5, 20000, 4", "25, 50000, 5"})
  void detect_nothingChanges_atMostOneAlarmPer50000Feedbacks(int pace, int length, int most) {
    int runs = MANY ? pace == 1 ? 8 : 40 : 1;
    int feedbacks = MANY ? 50_000 : length;
    int all = 0;
    for (double mean : new double[] {0.5, 0.75, 0.9, 0.97}) {
      int alarms = 0;
      for (int run = 0; run < runs; run++) {
        Feedbacks stationary = new Feedbacks(1_000 + run, pace);
        stationary.until(feedbacks, mean);
        alarms += stationary.alarms;
      }
      if (MANY) {
        System.out.printf(
            "stationary at %.2f, %d a revision: %d alarms in %d x 50,000%n",
            mean, pace, alarms, runs);
      }
      all += alarms;
      assertThat(alarms).as("mean %s", mean).isLessThanOrEqualTo(MANY ? 2 * runs : most);
    }
    if (MANY) {
      assertThat(all).isLessThanOrEqualTo(4 * runs);
    }
  }

  /** The feedbacks of one variant in one segment, and the alarms that they raised. */
  private static final class Feedbacks {

    private final TrainerState state =
        new FunctionTrainer(Rows.settings(Duration.ofDays(14)), RewardRule.Type.BOOLEAN).begin();
    private final SplittableRandom random;
    private final int pace;
    private int count;
    private int alarms;

    Feedbacks(long seed, int pace) {
      random = new SplittableRandom(seed);
      this.pace = pace;
    }

    /** Feedbacks that came before the trainer first looked. */
    void unseen(int total, double mean) {
      for (; count < total; count++) {
        add(mean);
      }
    }

    void until(int total, double mean) {
      for (; count < total; count++) {
        Instant now = add(mean);
        if ((count + 1) % pace == 0) {
          alarms += state.detect(now).size();
        }
      }
    }

    private Instant add(double mean) {
      Instant now = START.plusMillis(count * MILLIS_A_REVISION / pace);
      state.decided(now, "s", "large");
      state.rewarded(now, "s", "large", random.nextDouble() < mean ? 1 : 0);
      return now;
    }
  }
}
