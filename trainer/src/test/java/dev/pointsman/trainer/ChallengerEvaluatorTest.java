package dev.pointsman.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.analysis.offpolicy.GuardrailFinding;
import dev.pointsman.analysis.offpolicy.LogCheck;
import dev.pointsman.analysis.offpolicy.PairedDecision;
import dev.pointsman.catalog.CatalogReader;
import dev.pointsman.catalog.CatalogReading;
import dev.pointsman.catalog.Experimentation;
import dev.pointsman.catalog.ExperimentationFragment;
import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.catalog.FunctionDefinition;
import dev.pointsman.catalog.ProviderKind;
import dev.pointsman.control.Generation;
import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.RevisionEvent;
import dev.pointsman.eventlog.testing.Events;
import dev.pointsman.eventstore.EventStore;
import dev.pointsman.routing.Decision;
import dev.pointsman.routing.DecisionRequest;
import dev.pointsman.routing.DecisionSampler;
import dev.pointsman.routing.FunctionRouting;
import dev.pointsman.routing.LearnedAlgorithm;
import dev.pointsman.routing.LearnedSettings;
import dev.pointsman.routing.MeanEstimator;
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
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * A function whose serving generation prefers the dear model, while the cheap one is better: 6,000
 * decisions, drawn by the real sampler under one revision, with the truth known.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ChallengerEvaluatorTest {

  private static final int DECISIONS = 6000;
  private static final Instant NOW = Events.START.plus(Duration.ofHours(30));

  private final FunctionCatalog catalog = catalog();
  private EventStore store;

  @BeforeAll
  void fill(@TempDir Path directory) {
    store = EventStore.open(directory, EventStore.Settings.DEFAULT);
    List<Event> events = new ArrayList<>();
    events.add(new RevisionEvent(Events.id(9_000_000), revision("g-1", Events.START)));
    events.add(
        new RevisionEvent(
            Events.id(9_000_001), revision("g-2", Events.START.plus(Duration.ofHours(1)))));
    // Of forty salts the one of zeros draws the holdout too often, as one in forty may.
    byte[] salt = new byte[16];
    salt[3] = 1;
    DecisionSampler sampler = new DecisionSampler(salt);
    FunctionRouting routing = routing();
    SplittableRandom random = new SplittableRandom(5);
    for (int n = 0; n < DECISIONS; n++) {
      Decision decision =
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
                  null));
      boolean large = decision.chosenVariant().equals("large");
      events.add(
          Events.inferenceOf(n)
              .function("reply")
              .decision(decision)
              .costNanos(large ? 12_000_000L : 400_000L)
              .withoutAttempts()
              .build());
      if (random.nextInt(10) < 8) {
        boolean resolved = random.nextInt(10) < (large ? 8 : 9);
        events.add(Events.feedback(n, Events.id(n), "resolved", resolved));
        events.add(scored(n, resolved, large));
      } else {
        events.add(scored(n, n % 10 < (large ? 8 : 9), large));
      }
      // A third press a thumb, and mean little by it.
      if (n % 3 == 0) {
        events.add(Events.feedback(n, Events.id(n), "thumbs", n % 2 == 0));
      }
      // Half of the answers are looked at; every fifth of these by the cheap one is a refusal.
      if (n % 4 < 2) {
        events.add(Events.feedback(n, Events.id(n), "refused", !large && n % 20 < 2));
      }
    }
    store.append(events, events.size());
  }

  /** A judge that sees what people see, and thinks too well of the cheap one. */
  private static Event scored(int n, boolean resolved, boolean large) {
    return Events.feedback(
        n, Events.id(n), "judge_score", (resolved ? 8.0 : 2.0) + (large ? 0 : 1));
  }

  @AfterAll
  void close() {
    store.close();
  }

  @Test
  void evaluate_frozenCheaperChallenger_isPromotedOnLaterRowsOnly() {
    ChallengerEvaluation evaluation = evaluate(frozen(), null);

    assertThat(evaluation.figures().ruling().verdict().words())
        .as(evaluation.figures().ruling().reasons().toString())
        .isEqualTo("PROMOTE");
    assertThat(evaluation.verdict()).isEqualTo("PROMOTE");
    assertThat(evaluation.incumbent()).isEqualTo("g-1");
    assertThat(evaluation.logCut()).isEqualTo(Events.START.plus(Duration.ofHours(1)));
    assertThat(evaluation.from()).isAfter(evaluation.logCut());
    // One decision a second; those of the first hour trained it.
    assertThat(evaluation.figures().decisions()).isEqualTo(DECISIONS - 3600);
    assertThat(evaluation.figures().checks())
        .extracting(LogCheck::name)
        .containsExactly("allocation", "lanes", "feedback", "rewards", "uniform", "holdout");
    assertThat(Objects.requireNonNull(evaluation.figures().dollars()).upper()).isNegative();
  }

  @Test
  void evaluate_guardedMetricGetsWorse_isRolledBackWithItsFigures() {
    FunctionCatalog guarded = catalog("guardrails = [{ metric = \"refused\", max = 0.05 }]");
    ChallengerEvaluation evaluation =
        new ChallengerEvaluator(store, guarded)
            .evaluate(new ChallengerEvaluator.Question("reply", frozen(), null, 0.03, NOW));

    assertThat(evaluation.verdict()).isEqualTo("ROLL BACK");
    assertThat(evaluation.figures().ruling().reasons())
        .singleElement()
        .asString()
        .startsWith("guardrail refused 0.")
        .endsWith("at most 0.05 is allowed");
    GuardrailFinding finding = evaluation.figures().guardrails().getFirst();
    assertThat(finding.outcomes()).isEqualTo(1200);
    assertThat(1 - finding.challenger().value()).isBetween(0.08, 0.2);
    assertThat(finding.serving()).isGreaterThan(finding.challenger().value());
  }

  @Test
  void evaluate_guardedMetricStaysWithinItsBound_isPromoted() {
    FunctionCatalog guarded = catalog("guardrails = [{ metric = \"refused\", worse_by = 0.3 }]");
    ChallengerEvaluation evaluation =
        new ChallengerEvaluator(store, guarded)
            .evaluate(new ChallengerEvaluator.Question("reply", frozen(), null, 0.03, NOW));

    assertThat(evaluation.verdict())
        .as(evaluation.figures().ruling().reasons().toString())
        .isEqualTo("PROMOTE");
    assertThat(evaluation.figures().ruling().reasons())
        .anyMatch(reason -> reason.startsWith("guardrail holds: refused Δ +0."));
  }

  @Test
  void evaluate_judgeBesidePeople_combinesBothAndTellsWhatTheySaid() {
    ChallengerEvaluation evaluation = evaluateWith("surrogates = [\"judge_score\"]");
    ChallengerEvaluation people = evaluate(frozen(), null);

    assertThat(evaluation.figures().outcomes()).isEqualTo(evaluation.figures().decisions());
    assertThat(people.figures().outcomes()).isLessThan(people.figures().decisions());
    assertThat(evaluation.figures().quality().standardError())
        .isLessThan(people.figures().quality().standardError());
    assertThat(evaluation.figures().quality().value())
        .as("the judge thinks too well of the cheap one, and people know better")
        .isCloseTo(people.figures().quality().value(), within(0.04));
    assertThat(Objects.requireNonNull(evaluation.figures().judge()).labelled())
        .isEqualTo(people.figures().outcomes());
    assertThat(evaluation.figures().checks())
        .extracting(LogCheck::name)
        .contains("people", "judge");
    assertThat(people.figures().judge()).isNull();
    FunctionCatalog judged = catalog("surrogates = [\"judge_score\"]");
    Experimentation.Learned learned =
        (Experimentation.Learned)
            Objects.requireNonNull(judged.functions().get("reply")).experimentation();
    DrawnLog watched =
        DrawnLog.read(
            store, judged, "reply", learned, Events.START, Events.START.plusSeconds(600), NOW);
    assertThat(watched.decisions())
        .as("the watch of the log looks at the scores, which are on all")
        .allMatch(PairedDecision::answered);
  }

  @Test
  void evaluate_thumbsBesideTheJudge_combinesAllThree() {
    ChallengerEvaluation judged = evaluateWith("surrogates = [\"judge_score\"]");
    ChallengerEvaluation both = evaluateWith("surrogates = [\"judge_score\", \"thumbs\"]");

    assertThat(both.figures().outcomes()).isEqualTo(both.figures().decisions());
    assertThat(both.figures().quality().value())
        .isCloseTo(judged.figures().quality().value(), within(0.01));
    assertThat(both.figures().quality().standardError())
        .as("thumbs that mean little do no harm")
        .isLessThan(1.05 * judged.figures().quality().standardError());
    assertThat(both.figures().checks())
        .extracting(LogCheck::name)
        .contains("rewards by judge_score", "rewards by thumbs");
  }

  @Test
  void evaluate_dollarTarget_comparesBothAtThePricesThatHoldIt() {
    ChallengerEvaluation evaluation = evaluateAt(0.003, frozen());
    ChallengerEvaluation.Target target = Objects.requireNonNull(evaluation.target());

    int judging = DECISIONS - 3600;
    assertThat(target.decisions()).isEqualTo(judging / 5);
    assertThat(evaluation.leftOut())
        .containsEntry("find the prices that hold the dollar target", judging / 5L);
    assertThat(evaluation.figures().decisions()).isEqualTo(judging - judging / 5);
    assertThat(target.servingPrice()).as("it prefers the dear one").isPositive();
    assertThat(target.servingUsd()).isBetween(0.0025, 0.003);
    assertThat(target.challengerUsd()).isLessThanOrEqualTo(0.003);
    assertThat(target.challengerPrice()).isLessThan(target.servingPrice());
    assertThat(evaluate(frozen(), null).target()).isNull();
  }

  @Test
  void evaluate_dollarTargetAndTheSamePolicyAgain_movesNothing() {
    Challenger same =
        new Challenger.Frozen(
            learned().settings(), "resolved", revision("g-2", Events.START.plusSeconds(3600)));
    ChallengerEvaluation evaluation = evaluateAt(0.003, same);
    ChallengerEvaluation.Target target = Objects.requireNonNull(evaluation.target());

    assertThat(target.challengerPrice()).isEqualTo(target.servingPrice()).isPositive();
    assertThat(evaluation.figures().moved()).isZero();
    assertThat(evaluation.figures().quality().value()).isZero();
  }

  @Test
  void evaluate_dollarTargetOfARecipe_pricesItsBlocksAlike() {
    ChallengerEvaluation evaluation = evaluateAt(0.004, fragment("target_usd_per_request = 0.004"));
    ChallengerEvaluation.Target target = Objects.requireNonNull(evaluation.target());
    assertThat(target.decisions()).isEqualTo(1000);
    assertThat(evaluation.figures().decisions()).isEqualTo(DECISIONS - DECISIONS / 20 - 1000);
  }

  private ChallengerEvaluation evaluateAt(double targetUsd, Challenger challenger) {
    FunctionCatalog targeted = catalog("target_usd_per_request = %s".formatted(targetUsd));
    LearnedSettings settings =
        challenger.settings().withLimits(LearnedSettings.Limits.ofTarget(targetUsd));
    Challenger paced =
        switch (challenger) {
          case Challenger.Frozen frozen ->
              new Challenger.Frozen(settings, frozen.metric(), frozen.revision());
          case Challenger.Recipe recipe ->
              new Challenger.Recipe(recipe.name(), settings, recipe.metric());
        };
    return new ChallengerEvaluator(store, targeted)
        .evaluate(new ChallengerEvaluator.Question("reply", paced, null, 0.03, NOW));
  }

  @Test
  void evaluate_rowsThatTrainedIt_isRefused() {
    assertThatExceptionOfType(EvaluationRefusedException.class)
        .isThrownBy(() -> evaluate(frozen(), Events.START))
        .withMessageContaining("was trained on decisions up to 2026-11-20T01:00:00Z")
        .withMessageContaining("--progressive");
  }

  @Test
  void evaluate_nothingMaturedSince_isRefusedWithWhatWasLeftOut() {
    Challenger late =
        new Challenger.Frozen(
            learned().settings(), "resolved", revision("g-1", NOW.minusSeconds(60)));
    assertThatExceptionOfType(EvaluationRefusedException.class)
        .isThrownBy(() -> evaluate(late, null))
        .withMessageContaining("decisions mature after PT1H");
  }

  @Test
  void evaluate_recipe_isTrainedOnWhatCameBeforeEachBlock() {
    ChallengerEvaluation evaluation = evaluate(fragment("cost_weight = 100.0"), null);

    assertThat(evaluation.logCut()).isNull();
    assertThat(evaluation.leftOut())
        .containsEntry("train only: nothing was learnt before them", (long) DECISIONS / 20);
    assertThat(evaluation.figures().decisions()).isEqualTo(DECISIONS - DECISIONS / 20);
    assertThat(evaluation.figures().moved()).isGreaterThan(0.3);
    assertThat(Objects.requireNonNull(evaluation.figures().dollars()).upper()).isNegative();
  }

  @Test
  void evaluate_strongShareRecipes_differByTheirSharesTimesWhatTheStrongOneCostsMore() {
    double[] dollars = new double[2];
    for (int at = 0; at < 2; at++) {
      ChallengerEvaluation evaluation =
          evaluate(
              fragment("strong_share = 0.%d\nstrong_variant = \"large\"".formatted(3 + 3 * at)),
              null);
      assertThat(evaluation.algorithm()).isEqualTo("threshold");
      dollars[at] = Objects.requireNonNull(evaluation.figures().dollars()).value();
    }
    double ofPolicy = 0.3 / (1 - learned().shares().uniform() - learned().shares().holdout());
    // 128 tokens in and 64 out at the prices of either.
    double more = 128 * (10 - 0.4) * 1e-6 + 64 * (30 - 1.0) * 1e-6;
    assertThat(dollars[1] - dollars[0]).isCloseTo(ofPolicy * more, within(0.02 * ofPolicy * more));
  }

  @Test
  void evaluate_anotherMetric_isRefused() {
    Challenger other = new Challenger.Recipe("file", learned().settings(), "polite");
    assertThatExceptionOfType(EvaluationRefusedException.class)
        .isThrownBy(() -> evaluate(other, null))
        .withMessageContaining("learns from metric polite, reply from resolved");
  }

  @Test
  void evaluate_functionWithoutLearning_isRefused() {
    ChallengerEvaluator evaluator = new ChallengerEvaluator(store, catalog);
    assertThatExceptionOfType(EvaluationRefusedException.class)
        .isThrownBy(
            () ->
                evaluator.evaluate(
                    new ChallengerEvaluator.Question("nobody", frozen(), null, 0.01, NOW)))
        .withMessage("functions.nobody is not configured as a function that learns");
  }

  @Test
  void simulate_ownTraffic_findsTwoPointsAndRarelyErrs() {
    FunctionSimulation simulation =
        FunctionSimulation.of(
            store,
            catalog,
            "reply",
            new GateSettings(GateSettings.Mode.AUTO, 0.01, 0.05, Duration.ofDays(1)),
            20,
            1,
            NOW);
    assertThat(simulation.decisions()).isEqualTo(DECISIONS);
    assertThat(simulation.kinds()).hasSize(3);
    assertThat(simulation.kinds().get(0).promoted()).isLessThanOrEqualTo(0.1);
    assertThat(simulation.kinds().get(1).promoted()).isLessThanOrEqualTo(0.1);
    assertThat(simulation.kinds().get(2).promoted()).isGreaterThanOrEqualTo(0.8);
    assertThat(simulation.kinds().get(2).difference()).isCloseTo(0.02, within(0.003));
    assertThat(simulation.kinds().get(2).medianDays()).isBetween(5, simulation.mostDays());
    // The holdout and the slice serve the dear variant or the cheap one by chance.
    assertThat(simulation.exploration().qualityError()).isPositive();
  }

  @Test
  void of_registeredGeneration_isItsLastRevision() {
    Challenger challenger = Challenger.of(store, generation("g-2"), NOW, false);
    assertThat(challenger.name()).isEqualTo("g-2 revision 1");
    assertThat(challenger.settings()).isEqualTo(learned().settings());
    assertThat(challenger.metric()).isEqualTo("resolved");
    assertThat(Challenger.of(store, generation("g-2"), NOW, true).name()).isEqualTo("g-2 (recipe)");
  }

  @Test
  void of_generationWithoutRevision_isRefused() {
    assertThatExceptionOfType(EvaluationRefusedException.class)
        .isThrownBy(() -> Challenger.of(store, generation("g-9"), NOW, false))
        .withMessageContaining("has no stored revision");
  }

  private ChallengerEvaluation evaluate(Challenger challenger, Instant from) {
    return new ChallengerEvaluator(store, catalog)
        .evaluate(new ChallengerEvaluator.Question("reply", challenger, from, 0.03, NOW));
  }

  private Challenger frozen() {
    return new Challenger.Frozen(
        learned().settings(),
        "resolved",
        new PolicyRevision(
            "reply", "g-2", 1, Events.START.plus(Duration.ofHours(1)), statistics(160, 152), "{}"));
  }

  private Challenger fragment(String line) {
    ExperimentationFragment fragment =
        ExperimentationFragment.read(
            catalog,
            function(),
            "challenger.toml",
            """
            [functions.reply.experimentation]
            type = "learned"
            metric = "resolved"
            baseline_variant = "large"
            attribution_window = "1h"
            nursery = { feedbacks = 0, pulls = 0, age = "0s", floor = 0.0 }
            """
                + line);
    assertThat(fragment.diagnostics()).isEmpty();
    return Challenger.of("challenger.toml", (Experimentation.Learned) fragment.experimentation());
  }

  private Generation generation(String id) {
    return new Generation(
        id,
        "reply",
        "squarecb",
        learned().settings().candidates(),
        GenerationSettings.of(RewardRules.of(catalog, "reply", learned()), learned()).text(),
        "{}",
        Events.START.minusSeconds(1),
        Generation.Status.RETIRED);
  }

  private PolicyRevision revision(String generation, Instant at) {
    return new PolicyRevision("reply", generation, 1, at, statistics(160, 120), "{}");
  }

  /** Evidence that large is right on 152 of 160, and small on so many. */
  static PolicyStatistics statistics(double n, double small) {
    List<PolicyStatistics.Cell> cells = new ArrayList<>();
    for (String segment : List.of("chat", "code")) {
      cells.add(new PolicyStatistics.Cell(segment, "large", n, 152, 152, 300.0, 1e6, 0));
      cells.add(new PolicyStatistics.Cell(segment, "small", n, small, small, 300.0, 1e6, 0));
    }
    return new PolicyStatistics(
        4 * n,
        cells,
        List.of(
            new PolicyStatistics.VariantEvidence("large", 1000, 320, false),
            new PolicyStatistics.VariantEvidence("small", 1000, 320, false)),
        Map.of());
  }

  private FunctionRouting routing() {
    List<TokenPrice> prices =
        List.of(
            Objects.requireNonNull(catalog.price("large")),
            Objects.requireNonNull(catalog.price("small")));
    return new FunctionRouting(
        "reply",
        LearnedAlgorithm.SQUARECB.policy(
            new PolicyVersion("squarecb", "g-1", 1),
            learned().settings(),
            statistics(160, 120),
            List.copyOf(prices),
            MeanEstimator.ADDITIVE_RIDGE),
        FunctionRouting.Draw.KEYED,
        learned().shares(),
        "large",
        List.of(),
        List.copyOf(prices));
  }

  private FunctionDefinition function() {
    return Objects.requireNonNull(catalog.functions().get("reply"));
  }

  private Experimentation.Learned learned() {
    return (Experimentation.Learned) function().experimentation();
  }

  private ChallengerEvaluation evaluateWith(String line) {
    return new ChallengerEvaluator(store, catalog(line))
        .evaluate(new ChallengerEvaluator.Question("reply", frozen(), null, 0.03, NOW));
  }

  private static FunctionCatalog catalog() {
    return catalog("");
  }

  static FunctionCatalog catalog(String line) {
    CatalogReading reading =
        new CatalogReader(
                List.of(new ProviderKind("dummy", (table, r) -> r.requiredText("model_name"))),
                Map.of())
            .readText(
                "pointsman.toml",
                """
                [metrics.resolved]
                type = "boolean"
                level = "inference"
                optimize = "max"
                [metrics.refused]
                type = "boolean"
                level = "inference"
                optimize = "min"
                [metrics.judge_score]
                type = "float"
                level = "inference"
                optimize = "max"
                range = [0, 10]
                [metrics.thumbs]
                type = "boolean"
                level = "inference"
                optimize = "max"
                [models.large]
                routing = ["d"]
                [models.large.providers.d]
                type = "dummy"
                model_name = "good"
                cost = [
                  { pointer = "/usage/prompt_tokens", cost_per_million = 10.0 },
                  { pointer = "/usage/completion_tokens", cost_per_million = 30.0 },
                ]
                [models.small]
                routing = ["d"]
                [models.small.providers.d]
                type = "dummy"
                model_name = "good"
                cost = [
                  { pointer = "/usage/prompt_tokens", cost_per_million = 0.4 },
                  { pointer = "/usage/completion_tokens", cost_per_million = 1.0 },
                ]
                [functions.reply]
                type = "chat"
                variants.large = { type = "chat_completion", model = "large" }
                variants.small = { type = "chat_completion", model = "small" }
                [functions.reply.experimentation]
                type = "learned"
                metric = "resolved"
                baseline_variant = "large"
                min_prob = 0.05
                attribution_window = "1h"
                """
                    + line);
    if (reading instanceof CatalogReading.Loaded loaded) {
      return loaded.catalog();
    }
    throw new AssertionError(reading.diagnostics());
  }
}
