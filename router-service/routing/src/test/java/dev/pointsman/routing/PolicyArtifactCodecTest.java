package dev.pointsman.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PolicyArtifactCodecTest {

  private static final String GOLDEN =
      """
      {
        "format" : 1,
        "function" : "support_reply",
        "generation" : "01939a5e-7c00-7000-8000-000000000001",
        "metric" : "resolved",
        "segment_by" : [ "tag:topic", "has_code" ],
        "estimator" : "additive_ridge",
        "settings" : {
          "algorithm" : "squarecb",
          "candidates" : [ "large", "medium", "small", "tiny" ],
          "baseline_variant" : "large",
          "cost_weight" : 25.0,
          "latency_weight" : 0.01,
          "min_prob" : 0.005,
          "exploration_limit" : 0.02,
          "nursery" : {
            "feedbacks" : 30,
            "pulls" : 200,
            "age" : "PT168H",
            "floor" : 0.05
          },
          "half_life" : "PT336H"
        },
        "provenance" : {
          "created_at" : "2026-11-20T10:00:00Z",
          "created_by" : "trainer",
          "config_hash" : "c0ffee",
          "log_cut" : "3:77",
          "decisions" : 1200,
          "seed" : 42,
          "code_version" : "0.1.0",
          "java_version" : "25",
          "trainer_settings" : {
            "half_life" : "14d"
          }
        }
      }\
      """;

  private static final PolicyArtifact ARTIFACT =
      new PolicyArtifact(
          "support_reply",
          "01939a5e-7c00-7000-8000-000000000001",
          "resolved",
          List.of("tag:topic", "has_code"),
          MeanEstimator.ADDITIVE_RIDGE,
          Routings.settings(),
          new ArtifactProvenance(
              Instant.parse("2026-11-20T10:00:00Z"),
              "trainer",
              "c0ffee",
              "3:77",
              1200,
              42L,
              "0.1.0",
              "25",
              Map.of("half_life", "14d")));

  @Test
  void encode_format1_isGolden() {
    assertThat(PolicyArtifactCodec.encode(ARTIFACT)).isEqualTo(GOLDEN);
    assertThat(PolicyArtifactCodec.decode(GOLDEN)).isEqualTo(ARTIFACT);
  }

  @Test
  void decode_nullableFieldsNull_isEqual() {
    PolicyArtifact bare =
        new PolicyArtifact(
            "f",
            "g",
            "m",
            List.of(),
            MeanEstimator.VARIANT_MEAN,
            new LearnedSettings(
                "squarecb",
                List.of("a"),
                null,
                LearnedSettings.Weights.NONE,
                new LearnedSettings.Exploration(
                    0.005,
                    Double.POSITIVE_INFINITY,
                    new LearnedSettings.Nursery(0, 0, Duration.ZERO, 0)),
                null,
                LearnedSettings.Options.DEFAULT,
                LearnedSettings.Limits.NONE),
            new ArtifactProvenance(
                Instant.EPOCH, "configuration", "", "", 0, null, "", "", Map.of()));
    assertThat(PolicyArtifactCodec.decode(PolicyArtifactCodec.encode(bare))).isEqualTo(bare);
  }

  @Test
  void decode_options_areEqual() {
    LearnedSettings settings = ARTIFACT.settings();
    PolicyArtifact tuned =
        new PolicyArtifact(
            "f",
            "g",
            "m",
            List.of(),
            MeanEstimator.ADDITIVE_RIDGE,
            new LearnedSettings(
                "epsilon_greedy",
                settings.candidates(),
                settings.baselineVariant(),
                new LearnedSettings.Weights(25, 0),
                new LearnedSettings.Exploration(0.005, 0.02, settings.exploration().nursery()),
                null,
                new LearnedSettings.Options(
                    LearnedSettings.Rewards.FLOAT,
                    0.05,
                    3.0,
                    new LearnedSettings.Stopping(0.01, 0.02, 20, 5_000),
                    null),
                LearnedSettings.Limits.NONE),
            ARTIFACT.provenance());
    assertThat(PolicyArtifactCodec.decode(PolicyArtifactCodec.encode(tuned))).isEqualTo(tuned);
  }

  @Test
  void decode_strongShare_isEqual() {
    LearnedSettings settings = ARTIFACT.settings();
    PolicyArtifact pair =
        new PolicyArtifact(
            "f",
            "g",
            "m",
            List.of(),
            MeanEstimator.ADDITIVE_RIDGE,
            new LearnedSettings(
                "threshold",
                List.of("large", "small"),
                "large",
                LearnedSettings.Weights.NONE,
                new LearnedSettings.Exploration(0.005, 0.02, settings.exploration().nursery()),
                null,
                LearnedSettings.Options.DEFAULT.withStrongShare(
                    new LearnedSettings.StrongShare("large", 0.3, 0.26)),
                LearnedSettings.Limits.NONE),
            ARTIFACT.provenance());
    assertThat(PolicyArtifactCodec.decode(PolicyArtifactCodec.encode(pair))).isEqualTo(pair);
  }

  @Test
  void decode_limits_areEqual() {
    PolicyArtifact limited =
        new PolicyArtifact(
            "f",
            "g",
            "m",
            List.of(),
            MeanEstimator.ADDITIVE_RIDGE,
            ARTIFACT
                .settings()
                .withLimits(new LearnedSettings.Limits(0.002, 0.75, Duration.ofSeconds(2))),
            ARTIFACT.provenance());
    assertThat(PolicyArtifactCodec.decode(PolicyArtifactCodec.encode(limited))).isEqualTo(limited);
  }

  @Test
  void decode_everyPrefix_isRefusedWithItsException() {
    for (int length = 0; length < GOLDEN.length(); length++) {
      String text = GOLDEN.substring(0, length);
      assertThatThrownBy(() -> PolicyArtifactCodec.decode(text))
          .isInstanceOf(MalformedPolicyException.class);
    }
  }

  @Test
  void decode_randomlyChangedText_isReadOrRefused() {
    SplittableRandom random = new SplittableRandom(11);
    int refused = 0;
    for (int attempt = 0; attempt < 3_000; attempt++) {
      StringBuilder text = new StringBuilder(GOLDEN);
      for (int change = 0; change <= random.nextInt(3); change++) {
        text.setCharAt(random.nextInt(text.length()), (char) (' ' + random.nextInt(95)));
      }
      try {
        PolicyArtifact read = PolicyArtifactCodec.decode(text.toString());
        assertThat(PolicyArtifactCodec.decode(PolicyArtifactCodec.encode(read))).isEqualTo(read);
      } catch (MalformedPolicyException e) {
        refused++;
      }
    }
    assertThat(refused).isBetween(1, 2_999);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "PT336H" | "14 days" | not a time: "14 days"
          "additive_ridge" | "magic" | unknown estimator "magic"
          "metric" | "metrik" | unknown field "metrik"
          "seed" : 42, | | the field "seed" is missing
          "pulls" : 200 | "pulls" : -200 | a number from 0 is expected
          [ "large", "medium" | [ "medium", "large" | candidates are not in name order
          25.0 | 1e400 | a finite number is expected
          "min_prob" : 0.005 | "min_prob" : "0.005" | a number is expected
          """)
  void decode_oneThingWrong_saysWhatAndWhere(String right, String wrong, String complaint) {
    String text = GOLDEN.replace(right, wrong == null ? "" : wrong);
    assertThatThrownBy(() -> PolicyArtifactCodec.decode(text))
        .isInstanceOf(MalformedPolicyException.class)
        .hasMessageContaining(complaint)
        .hasMessageContaining("(line ");
  }

  @Test
  void policy_knownKind_isTheGenerationAtARevision() {
    Policy policy = ARTIFACT.policy(3, Routings.statistics(), Routings.PRICES);
    assertThat(policy.version())
        .isEqualTo(new PolicyVersion("squarecb", "01939a5e-7c00-7000-8000-000000000001", 3));
    assertThat(policy.candidates()).isEqualTo(Routings.CANDIDATES);
  }

  @Test
  void policy_unknownKind_isRefused() {
    PolicyArtifact artifact = PolicyArtifactCodec.decode(GOLDEN.replace("squarecb", "oracle"));
    assertThatThrownBy(() -> artifact.policy(0, PolicyStatistics.EMPTY, Routings.PRICES))
        .hasMessageContaining("unknown algorithm \"oracle\": known are \"squarecb\", \"thompson\"");
  }
}
