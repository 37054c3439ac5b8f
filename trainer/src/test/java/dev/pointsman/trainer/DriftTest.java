package dev.pointsman.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.eventstore.RewardRule;
import dev.pointsman.routing.Decision;
import dev.pointsman.routing.DecisionRequest;
import dev.pointsman.routing.DecisionSampler;
import dev.pointsman.routing.FunctionRouting;
import dev.pointsman.routing.IdSource;
import dev.pointsman.routing.LaneShares;
import dev.pointsman.routing.LearnedSettings;
import dev.pointsman.routing.PolicyStatistics;
import dev.pointsman.routing.PolicyVersion;
import dev.pointsman.routing.SquareCbPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A function in virtual time: 25 requests a second, feedback two seconds later, a revision every
 * five seconds. After ten minutes the best variant falls from 0.9 to 0.3, and the second best, 0.75,
 * should get the traffic within a minute.
 */
final class DriftTest {

  private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");
  private static final int STEP_AT = 600;
  private static final double[] BEFORE = {0.9, 0.75, 0.4};
  private static final double[] AFTER = {0.3, 0.75, 0.4};

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void step_withDetection_secondBestServesWithinAMinute(long seed) {
    Run run = new Run(seed, true);
    run.until(STEP_AT, BEFORE);
    assertThat(run.alarms).isZero();
    assertThat(run.shareOfSecondBest()).isLessThan(0.3);

    run.until(STEP_AT + 50, AFTER);
    run.forgetChoices();
    run.until(STEP_AT + 60, AFTER);

    assertThat(run.alarms).isPositive();
    assertThat(run.shareOfSecondBest()).isGreaterThan(0.5);
  }

  @Test
  void step_withoutDetection_oldEvidenceHoldsTheTraffic() {
    Run run = new Run(1, false);
    run.until(STEP_AT, BEFORE);
    run.until(STEP_AT + 50, AFTER);
    run.forgetChoices();
    run.until(STEP_AT + 60, AFTER);
    assertThat(run.shareOfSecondBest()).isLessThan(0.3);
  }

  @Test
  void step_sameSeed_isTheSameRunToTheLastBit() {
    Run first = new Run(7, true);
    Run second = new Run(7, true);
    first.until(STEP_AT + 30, BEFORE);
    second.until(STEP_AT + 30, BEFORE);
    assertThat(second.statistics).isEqualTo(first.statistics);
    assertThat(second.chosen).isEqualTo(first.chosen);
  }

  private static final class Run {

    private record Owed(Instant dueAt, Instant decidedAt, String variant, double reward) {}

    private final boolean detecting;
    private final LearnedSettings settings = Rows.settings(Duration.ofDays(14));
    private final TrainerState state =
        new FunctionTrainer(settings, RewardRule.Type.BOOLEAN).begin();
    private final DecisionSampler sampler;
    private final SplittableRandom random;
    private final IdSource ids;
    private final Deque<Owed> owed = new ArrayDeque<>();
    private final int[] chosen = new int[3];
    private PolicyStatistics statistics = PolicyStatistics.EMPTY;
    private FunctionRouting routing;
    private long millis;
    private int revision;
    private int alarms;

    Run(long seed, boolean detecting) {
      this.detecting = detecting;
      this.random = new SplittableRandom(seed);
      byte[] salt = new byte[16];
      random.nextBytes(salt);
      this.sampler = new DecisionSampler(salt);
      this.ids = new IdSource(() -> START, random::nextLong);
      this.routing = bind();
    }

    void until(int second, double[] quality) {
      for (; millis < second * 1000L; millis += 40) {
        Instant now = START.plusMillis(millis);
        while (!owed.isEmpty() && !owed.peek().dueAt().isAfter(now)) {
          Owed due = owed.remove();
          state.rewarded(due.decidedAt(), "all", due.variant(), due.reward());
        }
        if (millis % 5000 == 0 && millis > 0) {
          revise(now);
        }
        decide(now, quality);
      }
    }

    private void decide(Instant now, double[] quality) {
      Decision decision =
          sampler.decide(
              routing,
              new DecisionRequest(
                  ids.at(now),
                  "all",
                  Map.of(),
                  100,
                  Collections.nCopies(3, null),
                  List.of(),
                  true,
                  null,
                  null));
      int arm = Rows.CANDIDATES.indexOf(decision.chosenVariant());
      chosen[arm]++;
      state.decided(now, "all", decision.chosenVariant());
      owed.add(
          new Owed(
              now.plusSeconds(2),
              now,
              decision.chosenVariant(),
              random.nextDouble() < quality[arm] ? 1 : 0));
    }

    private void revise(Instant now) {
      if (detecting) {
        alarms += state.detect(now).size();
      }
      statistics = state.statistics(now);
      revision++;
      routing = bind();
    }

    private FunctionRouting bind() {
      List<dev.pointsman.routing.TokenPrice> prices = Collections.nCopies(3, null);
      return new FunctionRouting(
          "reply",
          SquareCbPolicy.of(
              new PolicyVersion("squarecb", "g-1", revision), settings, statistics, prices),
          FunctionRouting.Draw.KEYED,
          new LaneShares(0.01, 0, 0),
          "large",
          List.of(),
          prices);
    }

    double shareOfSecondBest() {
      return chosen[1] / (double) Arrays.stream(chosen).sum();
    }

    void forgetChoices() {
      Arrays.fill(chosen, 0);
    }
  }
}
