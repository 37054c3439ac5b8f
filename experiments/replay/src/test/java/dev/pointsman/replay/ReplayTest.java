package dev.pointsman.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.pointsman.replay.ReplaySettings.Algorithm;
import dev.pointsman.routing.MeanEstimator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ReplayTest {

  @TempDir private static Path folder;

  private static ReplayData stream;
  private static ReplayData heldOut;

  @BeforeAll
  static void readFiles() throws IOException {
    stream =
        ReplayData.read(RecordedFile.synthetic(folder.resolve("train.jsonl.gz"), 900, 1), null);
    heldOut =
        ReplayData.read(RecordedFile.synthetic(folder.resolve("test.jsonl.gz"), 600, 2), null);
  }

  @Test
  void run_oracle_hasNoRegret() {
    ReplayResult result = run(ReplaySettings.of(Algorithm.ORACLE).withOrders(2));
    assertThat(result.regretMean()).isCloseTo(0, within(1e-6));
    assertThat(result.finalRewardMean()).isCloseTo(result.hindsightRewardMean(), within(.05));
  }

  @Test
  void run_uniform_hasTheRegretOfChance() {
    ReplayResult result = run(ReplaySettings.of(Algorithm.UNIFORM).withOrders(8));
    assertThat(result.regretMean()).isCloseTo(result.uniformRegret(), within(25.0));
    assertThat(result.uniformRegret()).isGreaterThan(200);
  }

  /** An order in twenty or ten ends beside the best model of one task: 900 rows are few. */
  @Test
  void run_squarecb_learnsTheBestModelOfEachTask() {
    double best = run(ReplaySettings.of(Algorithm.ORACLE).withOrders(1)).finalRewardMean();
    for (MeanEstimator estimator : MeanEstimator.values()) {
      ReplayResult result =
          run(ReplaySettings.of(Algorithm.SQUARECB).withOrders(20).withEstimator(estimator));
      assertThat(result.regretMean()).isLessThan(result.uniformRegret() / 4).isPositive();
      assertThat(result.finalRewardMean()).isBetween(best - 0.015, best + 1e-9);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"THOMPSON", "TOP_TWO", "EPSILON_GREEDY"})
  void run_otherLearners_beatChance(Algorithm algorithm) {
    ReplayResult result = run(ReplaySettings.of(algorithm).withOrders(2));
    assertThat(result.regretMean()).isLessThan(0.8 * result.uniformRegret()).isPositive();
  }

  @Test
  void run_scoresKnownBeforehand_halveTheRegret() throws IOException {
    ReplayData scored =
        ReplayData.read(RecordedFile.synthetic(folder.resolve("scored.jsonl.gz"), 90, 3), null);
    ReplaySettings settings = ReplaySettings.of(Algorithm.SQUARECB).withOrders(20);

    double cold = run(settings).regretMean();
    double warm = new Replay(stream, null, scored, 20, settings).run((done, of) -> {}).regretMean();

    assertThat(warm).isPositive().isLessThan(cold / 2);
  }

  @Test
  void make_scoresOfOtherModels_isRefused() throws IOException {
    ReplayData other =
        ReplayData.read(
            RecordedFile.gzip(
                folder.resolve("other.jsonl.gz"),
                List.of(
                    "{\"id\":\"made:1\",\"task\":\"law\",\"outcomes\":{\"tiny\":{\"quality\":1,\"cost_usd\":0}}}")),
            null);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new Replay(stream, null, other, 20, ReplaySettings.of(Algorithm.SQUARECB)))
        .withMessageStartingWith("the file of scores must have the models of the data file");
  }

  @Test
  void run_lateAndRareFeedback_costsRegret() {
    ReplaySettings prompt = ReplaySettings.of(Algorithm.SQUARECB).withOrders(2);
    double late = run(prompt.withFeedback(200, .3)).regretMean();
    assertThat(late).isGreaterThan(run(prompt).regretMean());
    assertThat(late).isLessThan(run(prompt).uniformRegret());
  }

  @Test
  void run_changeDetectionOnARecordWithoutChange_costsLittle() {
    ReplaySettings off = ReplaySettings.of(Algorithm.SQUARECB).withOrders(2);
    double without = run(off).regretMean();
    assertThat(run(off.withChangeDetection(true)).regretMean()).isLessThan(2 * without);
  }

  @Test
  void run_sameSeed_isTheSameToTheLastBit() {
    ReplaySettings settings = ReplaySettings.of(Algorithm.SQUARECB).withOrders(2);
    assertThat(run(settings).regretMean()).isEqualTo(run(settings).regretMean());
    assertThat(run(settings.withSeed(2)).regretMean()).isNotEqualTo(run(settings).regretMean());
  }

  @Test
  void run_severalOrders_tellsItsProgress() {
    List<String> told = new ArrayList<>();
    new Replay(stream, null, ReplaySettings.of(Algorithm.UNIFORM).withOrders(3))
        .run((done, of) -> told.add(done + "/" + of));
    assertThat(told).containsExactly("1/3", "2/3", "3/3");
  }

  @Test
  void toJson_withoutTestRows_hasANullFinalReward() throws IOException {
    ReplayResult result =
        new Replay(stream, null, ReplaySettings.of(Algorithm.SQUARECB).withOrders(1))
            .run((done, of) -> {});
    JsonNode json = JsonMapper.builder().build().readTree(result.toJson());
    assertThat(json.path("regret_mean").asDouble()).isEqualTo(result.regretMean());
    assertThat(json.get("final_reward_mean").isNull()).isTrue();
    assertThat(json.get("regret_se").isNull()).isTrue();
    assertThat(json.path("orders").asInt()).isEqualTo(1);
    assertThat(json.path("rows").asInt()).isEqualTo(900);
    assertThat(json.path("algorithm").asText()).isEqualTo("squarecb");
    assertThat(json.path("settings").path("min_prob").asDouble()).isEqualTo(.005);
    assertThat(json.path("seconds").asDouble()).isPositive();
  }

  @Test
  void algorithm_unknownName_saysWhichThereAre() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Algorithm.of("magic"))
        .withMessageContaining(
            "[squarecb, thompson, top_two, epsilon_greedy, linucb, lints, logistic_thompson, ucb1,"
                + " kl_ucb, track_and_stop, uniform, oracle]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ReplaySettings.estimator("magic"))
        .withMessageContaining("segment or simple");
  }

  private static ReplayResult run(ReplaySettings settings) {
    return new Replay(stream, heldOut, settings).run((done, of) -> {});
  }
}
