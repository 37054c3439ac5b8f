package dev.pointsman.trainer.scores;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.catalog.Experimentation;
import dev.pointsman.eventstore.RewardRule;
import dev.pointsman.routing.LaneShares;
import dev.pointsman.routing.LearnedSettings;
import dev.pointsman.routing.TokenPrice;
import dev.pointsman.trainer.PriorCell;
import dev.pointsman.trainer.text.TokenFigures;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ScoreTrainingTest {

  private static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");
  private static final LaneShares LANES = new LaneShares(0.01, 0.05, 0);

  @Test
  void run_variantsThatAreGoodAtDifferentTasks_choosesEachWhereItIsGood() {
    ScoreFile file = file(400, i -> true);

    ScoreTraining.Result result = training(0, LANES).run(file, ScoreTraining.Plan.DEFAULT, NOW);

    assertThat(result.taughtRequests() + result.heldOutRequests()).isEqualTo(400);
    assertThat(result.heldOutRequests()).isBetween(85, 155);
    assertThat(result.taughtRows()).isEqualTo(2 * result.taughtRequests());
    assertThat(result.cells())
        .extracting(PriorCell::segment, PriorCell::variant, PriorCell::weight)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("code", "large", 20.0),
            org.assertj.core.groups.Tuple.tuple("code", "small", 20.0),
            org.assertj.core.groups.Tuple.tuple("talk", "large", 20.0),
            org.assertj.core.groups.Tuple.tuple("talk", "small", 20.0));
    assertThat(result.lines())
        .extracting(ScoreTraining.Line::name)
        .containsExactly(
            "first generation", "as it will serve", "always large", "always small", "uniform");
    assertThat(result.choices())
        .extracting(ScoreTraining.Choice::segment)
        .containsExactly("code", "talk");
    assertThat(result.choices().get(0).chosen().keySet()).containsExactly("large");
    assertThat(result.choices().get(1).chosen().keySet()).containsExactly("small");
    ScoreTraining.Line first = result.lines().getFirst();
    assertThat(first.requests()).isEqualTo(result.heldOutRequests());
    assertThat(first.unscored()).isZero();
    assertThat(first.score().mean()).isEqualTo(1.0);
    for (ScoreTraining.Line other : result.lines().subList(1, 5)) {
      assertThat(other.scoreDifference().low()).as(other.name()).isPositive();
      assertThat(other.compared()).isEqualTo(result.heldOutRequests());
    }
    ScoreTraining.Line uniform = result.lines().get(4);
    assertThat(uniform.score().mean())
        .isCloseTo(
            (result.lines().get(2).score().mean() + result.lines().get(3).score().mean()) / 2,
            within(1e-12));
    double served = result.lines().get(1).score().mean();
    assertThat(served).isBetween(uniform.score().mean(), 1.0);
    assertThat(result.choices().getFirst().served().values().stream().mapToDouble(p -> p).sum())
        .isCloseTo(1, within(1e-12));
  }

  @Test
  void run_chosenVariantNotScoredEverywhere_countsWhatIsLeftOut() {
    // Of the talk of held-out prompts every other one has no score of small, which is chosen there.
    ScoreFile file = file(400, i -> i % 4 != 1);

    ScoreTraining.Result result = training(0, LANES).run(file, ScoreTraining.Plan.DEFAULT, NOW);

    ScoreTraining.Line first = result.lines().getFirst();
    ScoreTraining.Line small = result.lines().get(3);
    ScoreTraining.Line large = result.lines().get(2);
    assertThat(first.unscored()).isBetween(15, 50);
    assertThat(first.requests() + first.unscored()).isEqualTo(result.heldOutRequests());
    assertThat(small.unscored()).isEqualTo(first.unscored());
    assertThat(large.unscored()).isZero();
    assertThat(large.compared()).as("where both are known").isEqualTo(first.requests());
  }

  @Test
  void run_costsCount_aDearVariantIsChosenWhereItIsWorthItsPrice() {
    // large: 2 dollars, small: 1 cent; at 1 point per dollar large is never worth it.
    ScoreFile file = file(400, i -> true);

    ScoreTraining.Result cheap = training(1, LANES).run(file, ScoreTraining.Plan.DEFAULT, NOW);

    assertThat(cheap.choices())
        .allSatisfy(choice -> assertThat(choice.chosen().keySet()).containsExactly("small"));
    assertThat(cheap.lines().getFirst().costUsd().mean()).isCloseTo(0.01, within(1e-12));
    assertThat(cheap.lines().get(2).costDifference().mean()).isCloseTo(-1.99, within(1e-12));
    PriorCell cell = cheap.cells().getFirst();
    assertThat(cell.outputTokens())
        .as("what 2 dollars buy at 1 million nanos")
        .isCloseTo(2000, within(1.0));
  }

  @Test
  void run_lessIsBetter_prefersTheLowerScore() {
    RewardRule rule = Scores.rating(0, 10, false);
    String rows =
        IntStream.range(0, 100)
            .mapToObj(i -> "prompt %d,large,8,\nprompt %d,small,2,\n".formatted(i, i))
            .collect(Collectors.joining("", "prompt,variant,score,cost\n", ""));

    ScoreTraining.Result result =
        new ScoreTraining(rule, Scores.learned(0, LANES), Arrays.asList(null, null))
            .run(
                Scores.read("s.csv", rows, Scores.expected(rule)), ScoreTraining.Plan.DEFAULT, NOW);

    assertThat(result.choices().getFirst().chosen().keySet()).containsExactly("small");
    assertThat(result.lines().getFirst().score().mean()).isEqualTo(2);
    assertThat(result.lines().get(2).scoreDifference().mean()).isEqualTo(-6);
    assertThat(result.lines().getFirst().costUsd().mean()).isNull();
    assertThat(result.cells().getFirst().mean()).isCloseTo(0.2, within(1e-12));
  }

  @Test
  void run_sameRequestTwice_isAveragedAndCountsOnce() {
    String rows =
        "prompt,variant,score\n"
            + "p,large,1\n".repeat(30)
            + "q,large,0\n"
            + IntStream.range(0, 50)
                .mapToObj("x%d,small,1\n"::formatted)
                .collect(Collectors.joining());

    ScoreTraining.Result result =
        training(0, LANES)
            .run(
                Scores.read("s.csv", rows, Scores.expected(Scores.resolved())),
                new ScoreTraining.Plan(heldOutWithout("p", "q"), 20),
                NOW);

    PriorCell large = result.cells().getFirst();
    assertThat(large.weight()).isEqualTo(2);
    assertThat(large.mean()).isEqualTo(0.5);
  }

  @Test
  void run_nothingOnOneSide_isRefused() {
    ScoreFile file =
        Scores.read(
            "s.csv", "prompt,variant,score\na,large,1\n", Scores.expected(Scores.resolved()));
    assertThatExceptionOfType(ScoresRefusedException.class)
        .isThrownBy(() -> training(0, LANES).run(file, ScoreTraining.Plan.DEFAULT, NOW))
        .withMessageContaining("both sides need some");
  }

  @Test
  void run_moreSegmentsThanAFunctionHas_isRefused() {
    String rows =
        IntStream.range(0, 600)
            .mapToObj(i -> "p%d,large,1,t%d\n".formatted(i, i))
            .collect(Collectors.joining("", "prompt,variant,score,tag:topic\n", ""));
    assertThatExceptionOfType(ScoresRefusedException.class)
        .isThrownBy(
            () ->
                training(0, LANES)
                    .run(
                        Scores.read("s.csv", rows, Scores.expected(Scores.resolved(), "tag:topic")),
                        ScoreTraining.Plan.DEFAULT,
                        NOW))
        .withMessageContaining("a function has 256 at most");
  }

  @Test
  void plan_outOfBounds_isRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new ScoreTraining.Plan(1, 20));
    assertThatIllegalArgumentException().isThrownBy(() -> new ScoreTraining.Plan(0, 20));
    assertThatIllegalArgumentException().isThrownBy(() -> new ScoreTraining.Plan(0.3, 0));
    assertThatIllegalArgumentException().isThrownBy(() -> new ScoreTraining.Plan(0.3, 1001));
  }

  /** Over files of noise the interval holds what it is an interval of, about as often as it says. */
  @ParameterizedTest
  @ValueSource(doubles = {0.5, 0.97})
  void run_noiseOnly_intervalsHoldTheTruth(double chance) {
    SplittableRandom random = new SplittableRandom(7);
    int held = 0;
    int files = 200;
    for (int n = 0; n < files; n++) {
      StringBuilder rows = new StringBuilder("prompt,variant,score\n");
      for (int i = 0; i < 200; i++) {
        for (String variant : Scores.CANDIDATES) {
          rows.append("p%d-%d,%s,%s\n".formatted(n, i, variant, random.nextDouble() < chance));
        }
      }
      ScoreTraining.Figure large =
          training(0, LANES)
              .run(
                  Scores.read("s.csv", rows.toString(), Scores.expected(Scores.resolved())),
                  ScoreTraining.Plan.DEFAULT,
                  NOW)
              .lines()
              .get(2)
              .score();
      assertThat(large.high()).isLessThanOrEqualTo(1).isGreaterThan(large.low());
      held += large.low() <= chance && chance <= large.high() ? 1 : 0;
    }
    // 95 % of 200 are 190, with a standard deviation of 3.1; close to an end the interval is wide.
    assertThat(held).isBetween(181, 200);
  }

  @Property(tries = 20, seed = "7")
  void run_rowsInAnyOrder_teachTheSame(@ForAll @LongRange(min = 0, max = 1000) long seed) {
    List<String> lines =
        Arrays.stream(text(60, i -> true).split("\n")).collect(Collectors.toList());
    String header = lines.removeFirst();
    java.util.Collections.shuffle(lines, new java.util.Random(seed));
    ScoreTraining training = training(0, LANES);

    ScoreTraining.Result shuffled =
        training.run(
            read(header + "\n" + String.join("\n", lines) + "\n"), ScoreTraining.Plan.DEFAULT, NOW);

    ScoreTraining.Result straight =
        training.run(file(60, i -> true), ScoreTraining.Plan.DEFAULT, NOW);
    assertThat(shuffled.cells()).isEqualTo(straight.cells());
    assertThat(shuffled.choices()).hasSameSizeAs(straight.choices());
    assertThat(shuffled.lines().getFirst().score().mean())
        .isCloseTo(straight.lines().getFirst().score().mean(), within(1e-12));
  }

  /** Proofs go well with large, greetings with small, or both alike by chance; one segment. */
  private static String conversations(int prompts, boolean tells) {
    SplittableRandom random = new SplittableRandom(3);
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < prompts; i++) {
      boolean proof = random.nextBoolean();
      String prompt = (proof ? "Prove the lemma about groups " : "Say hello to my friend ") + i;
      for (String variant : Scores.CANDIDATES) {
        boolean fits = proof == variant.equals("large");
        boolean good = random.nextDouble() < (tells ? (fits ? 0.9 : 0.2) : 0.5);
        int tokens = (proof ? 400 : 50) + random.nextInt(40);
        rows.add("%s,%s,%s,%d,%d\n".formatted(prompt, variant, good, tokens, 100 + i % 7));
      }
    }
    return String.join("", rows);
  }

  private static ScoreTraining.Result byText(String rows) {
    Experimentation.Learned learned = Scores.learned(0, LANES, "auto", LearnedSettings.Limits.NONE);
    return new ScoreTraining(
            Scores.resolved(), learned, List.of(new TokenPrice(0, 1e6), new TokenPrice(0, 1e5)))
        .run(
            Scores.read(
                "s.csv",
                "prompt,variant,score,output_tokens,latency_ms\n" + rows,
                Scores.expected(learned, Scores.resolved())),
            ScoreTraining.Plan.DEFAULT,
            NOW);
  }

  @Test
  void run_textThatTells_isFittedAndServesSinceItIsBetterOnHeldOutPrompts() {
    ScoreTraining.Result result = byText(conversations(500, true));

    ScoreText text = Objects.requireNonNull(result.text());
    assertThat(text.serves()).isTrue();
    assertThat(text.samples()).isEqualTo(result.taughtRows());
    assertThat(text.compared()).isEqualTo(result.heldOutRequests());
    assertThat(text.utilityDifference().low()).isGreaterThan(0.1);
    assertThat(result.lines())
        .extracting(ScoreTraining.Line::name)
        .startsWith("first generation", "by segments alone", "as it will serve", "always large");
    assertThat(result.lines().get(0).score().mean()).isGreaterThan(0.8);
    assertThat(result.lines().get(1).score().mean()).isLessThan(0.7);
    assertThat(result.lines().get(1).scoreDifference().mean())
        .isCloseTo(text.utilityDifference().mean(), within(1e-12));
    assertThat(result.lines().get(2).score().mean())
        .as("floors cost something")
        .isBetween(0.6, result.lines().get(0).score().mean());
    assertThat(result.choices().getFirst().chosen().keySet()).containsExactly("large", "small");
    assertThat(text.getOutputTokens()).extracting(TokenFigures::serves).containsOnly(true);
    assertThat(text.publication("reply", file(4, i -> true), NOW).provenance())
        .contains("\"scores\":\"s.csv\"", "\"calibration\":[", "\"seed\":1")
        .doesNotContain("lemma");
  }

  @Test
  void run_textThatTellsNothing_isShownAndDoesNotServe() {
    ScoreTraining.Result result = byText(conversations(500, false));

    assertThat(Objects.requireNonNull(result.text()).serves()).isFalse();
    assertThat(result.lines().get(1).name()).isEqualTo("by text");
    assertThat(result.choices().getFirst().chosen()).as("by segments").hasSize(1);
  }

  @Test
  void run_rowsInAnotherOrder_giveTheSameTextModel() {
    List<String> rows = Arrays.asList(conversations(300, true).split("(?<=\n)"));
    ScoreText straight = Objects.requireNonNull(byText(String.join("", rows)).text());
    Collections.shuffle(rows, new Random(4));
    assertThat(Objects.requireNonNull(byText(String.join("", rows)).text()).getModel())
        .isEqualTo(straight.getModel());
  }

  @Test
  void run_fewAnswersOrNoReading_fitsNoText() {
    assertThat(byText(conversations(100, true)).text()).isNull();
    assertThat(training(0, LANES).run(file(400, i -> true), ScoreTraining.Plan.DEFAULT, NOW).text())
        .isNull();
  }

  private static ScoreTraining.Result limited(LearnedSettings.Limits limits, String rows) {
    Experimentation.Learned learned = Scores.learned(0, LANES, "segments", limits);
    return new ScoreTraining(
            Scores.resolved(), learned, List.of(new TokenPrice(0, 1e6), new TokenPrice(0, 1e5)))
        .run(
            Scores.read("s.csv", rows, Scores.expected(learned, Scores.resolved(), "tag:topic")),
            ScoreTraining.Plan.DEFAULT,
            NOW);
  }

  @Test
  void run_minQuality_leavesTheWorseOutOnceNurseriesAreOver() {
    ScoreTraining.Result result =
        limited(new LearnedSettings.Limits(null, 0.7, null), text(400, i -> true));

    ScoreTraining.Line serves = result.lines().get(1);
    ScoreTraining.Line later = result.lines().get(2);
    assertThat(later.name()).isEqualTo("after the nursery");
    assertThat(serves.score().mean())
        .as("young variants keep their floors")
        .isLessThan(later.score().mean() - 0.005);
    // The uniform slice serves the other variant in half of a hundredth, the holdout large in talk.
    assertThat(later.score().mean()).isGreaterThan(0.96);
  }

  @Test
  void run_latencyInTheFile_leavesTheSlowOutOnceNurseriesAreOver() {
    String rows =
        IntStream.range(0, 300)
            .mapToObj(
                i -> "p%d,large,true,t,%d\np%d,small,false,t,300\n".formatted(i, 900 + 2 * i, i))
            .collect(Collectors.joining("", "prompt,variant,score,tag:topic,latency_ms\n", ""));
    ScoreTraining.Result inTime =
        limited(new LearnedSettings.Limits(null, null, Duration.ofSeconds(2)), rows);
    ScoreTraining.Result late =
        limited(new LearnedSettings.Limits(null, null, Duration.ofSeconds(1)), rows);

    assertThat(inTime.lines().get(2).score().mean()).isGreaterThan(0.9);
    assertThat(late.lines().get(2).score().mean())
        .as(
            "large is slow in five of six: what is left of it is holdout and half the uniform"
                + " slice")
        .isCloseTo(0.055, within(1e-9));
    assertThat(late.lines().get(1).score().mean()).as("as it will serve").isGreaterThan(0.5);
  }

  @Test
  void run_dollarTarget_isHeldOnHeldOutPrompts() {
    // Large is better and costs 2 dollars, small 1 cent; half of the requests can be paid.
    String rows =
        IntStream.range(0, 600)
            .mapToObj(i -> "p%d,large,true,2,t\np%d,small,%s,0.01,t\n".formatted(i, i, i % 2 == 0))
            .collect(Collectors.joining("", "prompt,variant,score,cost,tag:topic\n", ""));

    ScoreTraining.Result free = limited(LearnedSettings.Limits.NONE, rows);
    ScoreTraining.Result paced = limited(LearnedSettings.Limits.ofTarget(1), rows);

    assertThat(free.costPrice()).isNull();
    assertThat(free.lines().get(1).costUsd().mean()).isGreaterThan(1.5);
    assertThat(paced.costPrice()).isPositive();
    assertThat(paced.lines().get(1).costUsd().mean()).isCloseTo(1, within(0.1));
  }

  private static ScoreTraining training(double costWeight, LaneShares lanes) {
    return new ScoreTraining(
        Scores.resolved(),
        Scores.learned(costWeight, lanes),
        List.of(new TokenPrice(0, 1e6), new TokenPrice(0, 1e5)));
  }

  /** Code goes well with large, talk with small; the others are right every third time. */
  private static String text(int prompts, IntPredicate hasSmall) {
    StringBuilder rows = new StringBuilder("prompt,variant,score,cost,tag:topic\n");
    for (int i = 0; i < prompts; i++) {
      boolean code = i % 2 == 0;
      boolean lucky = i % 3 == 0;
      String topic = code ? "code" : "talk";
      rows.append("prompt %d,large,%s,2,%s\n".formatted(i, code || lucky, topic));
      if (hasSmall.test(i)) {
        rows.append("prompt %d,small,%s,0.01,%s\n".formatted(i, !code || lucky, topic));
      }
    }
    return rows.toString();
  }

  private static ScoreFile read(String text) {
    return Scores.read("s.csv", text, Scores.expected(Scores.resolved(), "tag:topic"));
  }

  private static ScoreFile file(int prompts, IntPredicate hasSmall) {
    return read(text(prompts, hasSmall));
  }

  /** A share that holds out others but not these prompts. */
  private static double heldOutWithout(String... prompts) {
    Map<String, Double> places =
        Arrays.stream(prompts)
            .collect(
                Collectors.toMap(
                    prompt -> prompt,
                    prompt ->
                        (Scores.read(
                                        "s.csv",
                                        "prompt,variant,score\n" + prompt + ",large,1\n",
                                        Scores.expected(Scores.resolved()))
                                    .rows()
                                    .getFirst()
                                    .promptHash()
                                >>> 11)
                            * 0x1p-53));
    return places.values().stream().min(Double::compare).orElseThrow();
  }
}
