package dev.pointsman.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.analysis.offpolicy.PairedDecision;
import dev.pointsman.catalog.Experimentation;
import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.RevisionEvent;
import dev.pointsman.eventlog.testing.Events;
import dev.pointsman.eventstore.EventStore;
import dev.pointsman.routing.DecisionRequest;
import dev.pointsman.routing.DecisionSampler;
import dev.pointsman.routing.FunctionRouting;
import dev.pointsman.routing.LearnedAlgorithm;
import dev.pointsman.routing.LearnedSettings;
import dev.pointsman.routing.MeanEstimator;
import dev.pointsman.routing.Policy;
import dev.pointsman.routing.PolicyRevision;
import dev.pointsman.routing.PolicyStatistics;
import dev.pointsman.routing.PolicyVersion;
import dev.pointsman.routing.TokenPrice;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the gate compares under a dollar target, on 1,500 decisions of a generation that prefers the
 * dear model, with a challenger beside it that takes the cheap one for as good.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class DollarTargetPairsTest {

  private static final int DECISIONS = 1_500;
  private static final Instant NOW = Events.START.plus(Duration.ofHours(30));

  private final FunctionCatalog free = ChallengerEvaluatorTest.catalog("");
  private final FunctionCatalog targeted =
      ChallengerEvaluatorTest.catalog("target_usd_per_request = 0.001");
  private EventStore store;

  @BeforeAll
  void fill(@TempDir Path directory) {
    store = EventStore.open(directory, EventStore.Settings.DEFAULT);
    PolicyStatistics dear = ChallengerEvaluatorTest.statistics(160, 120);
    PolicyStatistics even = ChallengerEvaluatorTest.statistics(160, 152);
    List<Event> events = new ArrayList<>();
    events.add(new RevisionEvent(Events.id(9_000_000), revision("g-1", dear)));
    events.add(new RevisionEvent(Events.id(9_000_001), revision("g-2", even)));
    List<@Nullable TokenPrice> prices =
        Arrays.asList(targeted.price("large"), targeted.price("small"));
    FunctionRouting routing =
        new FunctionRouting(
                "reply",
                policy("g-1", dear, prices),
                FunctionRouting.Draw.KEYED,
                learned().shares(),
                "large",
                List.of(),
                prices)
            .withChallenger(policy("g-2", even, prices));
    DecisionSampler sampler = new DecisionSampler(new byte[16]);
    for (int n = 0; n < DECISIONS; n++) {
      events.add(
          Events.inferenceOf(n)
              .function("reply")
              .decision(
                  sampler.decide(
                      routing,
                      new DecisionRequest(
                          Events.id(1_000_000 + n),
                          n % 2 == 0 ? "chat" : "code",
                          Map.of(),
                          200,
                          Arrays.asList(null, null),
                          List.of(),
                          true,
                          null,
                          null)))
              .withoutAttempts()
              .build());
    }
    store.append(events, events.size());
  }

  @AfterAll
  void close() {
    store.close();
  }

  @Test
  void sideBySide_dollarTarget_comparesBothAtTheirPricesOnLaterRows() {
    List<PairedDecision> moved = pairs(targeted, "g-2");
    List<PairedDecision> logged = pairs(free, "g-2");

    assertThat(logged).hasSize(DECISIONS);
    assertThat(moved).hasSize(DECISIONS - DECISIONS / 5);
    assertThat(moved.getFirst().episode()).isEqualTo(logged.get(DECISIONS / 5).episode());
    // Arms in name order: large, small.
    assertThat(moved.getFirst().serving()[0])
        .as("at its price it cannot take the dear one as often")
        .isLessThan(logged.getFirst().serving()[0] - 0.1);
    assertThat(moved.getLast().serving())
        .as("one price for all")
        .containsExactly(moved.get(moved.size() - 3).serving());
  }

  @Test
  void sideBySide_theServingOneJudged_isTheSameTheOtherWayRound() {
    PairedDecision one = pairs(targeted, "g-2").getFirst();
    PairedDecision other = pairs(targeted, "g-1").getFirst();
    assertThat(other.serving()).containsExactly(one.challenger());
    assertThat(other.challenger()).containsExactly(one.serving());
  }

  private List<PairedDecision> pairs(FunctionCatalog catalog, String judged) {
    return new ChallengerEvaluator(store, catalog)
        .sideBySide(
            "reply",
            "g-1",
            "g-2",
            judged,
            Events.START,
            NOW,
            row -> {},
            (metric, row, reward) -> {})
        .log()
        .decisions();
  }

  private Experimentation.Learned learned() {
    return (Experimentation.Learned)
        Objects.requireNonNull(targeted.functions().get("reply")).experimentation();
  }

  private Policy policy(
      String generation, PolicyStatistics statistics, List<@Nullable TokenPrice> prices) {
    LearnedSettings settings = learned().settings();
    return LearnedAlgorithm.SQUARECB.policy(
        new PolicyVersion("squarecb", generation, 1),
        settings,
        statistics,
        prices,
        MeanEstimator.ADDITIVE_RIDGE);
  }

  private static PolicyRevision revision(String generation, PolicyStatistics statistics) {
    return new PolicyRevision("reply", generation, 1, Events.START, statistics, "{}");
  }
}
