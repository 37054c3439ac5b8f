package dev.pointsman.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.pointsman.eventstore.RewardRule;
import dev.pointsman.routing.LearnedSettings;
import dev.pointsman.routing.LearnedSettings.Options;
import dev.pointsman.routing.LearnedSettings.Stopping;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class GenerationSettingsTest {

  @Test
  void of_defaultOptions_saysNothingOfThem() {
    assertThat(text(Options.DEFAULT)).doesNotContain("epsilon", "stopping", "delta");
  }

  @Test
  void of_anyOptionChanged_isAnotherGeneration() {
    Options defaults = Options.DEFAULT;
    List<Options> others =
        List.of(
            defaults,
            new Options(defaults.rewards(), 0.2, null, defaults.stopping(), null),
            new Options(defaults.rewards(), 0.1, 2.0, defaults.stopping(), null),
            stopping(new Stopping(0.01, 0, 10, Long.MAX_VALUE)),
            stopping(new Stopping(0.05, 0.1, 10, Long.MAX_VALUE)),
            stopping(new Stopping(0.05, 0, 20, Long.MAX_VALUE)),
            stopping(new Stopping(0.05, 0, 10, 10_000)),
            defaults.withStrongShare(new LearnedSettings.StrongShare("large", 0.3, 0.26)),
            defaults.withStrongShare(new LearnedSettings.StrongShare("large", 0.3, 0.27)));
    Set<String> hashes = new HashSet<>();
    others.forEach(options -> hashes.add(new GenerationSettings(text(options)).hash()));
    assertThat(hashes).hasSize(others.size());
    assertThat(others)
        .allSatisfy(
            options ->
                assertThat(GenerationSettings.settingsOf(text(options)).options())
                    .isEqualTo(options));
  }

  @Test
  void of_target_isAnotherGeneration() {
    assertThat(text(Options.DEFAULT)).doesNotContain("target_usd_per_request");
    assertThat(text(Options.DEFAULT, LearnedSettings.Limits.ofTarget(0.002)))
        .contains("\"target_usd_per_request\":0.002");
  }

  @Test
  void settingsOf_whatWasWritten_isTheSame() {
    LearnedSettings.Limits limits = LearnedSettings.Limits.ofTarget(0.002);
    LearnedSettings read = GenerationSettings.settingsOf(text(Options.DEFAULT, limits));
    assertThat(read).isEqualTo(Rows.settings(null).withLimits(limits));
    assertThat(GenerationSettings.metricOf(text(Options.DEFAULT))).isEqualTo("resolved");
  }

  @Test
  void cannotWaitBeside_otherRewardContextCandidatesBaselineOrTarget_isNamed() {
    String text = text(Options.DEFAULT);
    assertThat(apart(text, text)).isNull();
    assertThat(apart(text, text.replace("\"min_prob\":0.005", "\"min_prob\":0.01"))).isNull();
    assertThat(apart(text, text(stopping(new Stopping(0.01, 0, 10, Long.MAX_VALUE))))).isNull();
    assertThat(apart(text, text.replace("resolved", "liked"))).isEqualTo("metric");
    assertThat(apart(text, text.replace("segments", "auto"))).isEqualTo("context");
    assertThat(apart(text, text.replace("PT24H", "PT1H"))).isEqualTo("attribution_window");
    assertThat(apart(text, text.replace("\"medium\",", ""))).isEqualTo("candidates");
    assertThat(apart(text, text.replace(",\"baseline_variant\":\"large\"", "")))
        .isEqualTo("baseline_variant");
    assertThat(apart(text, text(Options.DEFAULT, LearnedSettings.Limits.ofTarget(0.002))))
        .isEqualTo("target_usd_per_request");
  }

  private static String apart(String serving, String challenger) {
    return new GenerationSettings(challenger).cannotWaitBeside(new GenerationSettings(serving));
  }

  @Test
  void settingsOf_noLimitOnExploring_isInfinite() {
    String text =
        text(Options.DEFAULT)
            .replaceFirst("\"exploration_limit\":[0-9.E-]+", "\"exploration_limit\":\"Infinity\"");
    assertThat(GenerationSettings.settingsOf(text).exploration().limit()).isInfinite();
  }

  @Test
  void settingsOf_anythingElse_isRejected() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> GenerationSettings.settingsOf("{\"algorithm\":\"squarecb\"}"))
        .withMessageContaining("are not readable");
  }

  private static Options stopping(Stopping stopping) {
    return new Options(Options.DEFAULT.rewards(), Options.DEFAULT.epsilon(), null, stopping, null);
  }

  private static String text(Options options) {
    return text(options, LearnedSettings.Limits.NONE);
  }

  private static String text(Options options, LearnedSettings.Limits limits) {
    LearnedSettings base = Rows.settings(null);
    LearnedSettings settings =
        new LearnedSettings(
            base.algorithm(),
            base.candidates(),
            base.baselineVariant(),
            base.weights(),
            base.exploration(),
            base.halfLife(),
            options,
            limits);
    RewardRule rule =
        RewardRule.ofBoolean("reply", "resolved", RewardRule.Level.INFERENCE, Duration.ofDays(1));
    return GenerationSettings.of(rule, TrainedFunction.of(settings).learned()).text();
  }
}
