package dev.pointsman.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SegmentRuleTest {

  private static final SegmentRule RULE = SegmentRule.of(List.of("tag:topic", "has_code"));

  @Test
  void segment_tagAndCode_joinsTheirValues() {
    Map<String, String> features =
        RULE.features(Map.of("topic", "billing", "plan", "free"), "```java\nint x;\n```");
    assertThat(features)
        .containsExactly(Map.entry("has_code", "true"), Map.entry("tag:topic", "billing"));
    assertThat(RULE.segment(features)).isEqualTo("billing/code");
  }

  @Test
  void segment_tagMissing_isADash() {
    assertThat(RULE.segment(RULE.features(Map.of(), null))).isEqualTo("-/plain");
    assertThat(RULE.segment(RULE.features(Map.of("topic", "-"), ""))).isEqualTo("%2D/plain");
    assertThat(RULE.segment(RULE.features(Map.of("topic", ""), ""))).isEqualTo("/plain");
  }

  @Test
  void readsText_onlyForCode_isTrue() {
    assertThat(RULE.readsText()).isTrue();
    assertThat(SegmentRule.of(List.of("tag:has_code")).readsText()).isFalse();
  }

  @Test
  void segment_noFeatures_isAll() {
    assertThat(SegmentRule.of(List.of()).segment(Map.of())).isEqualTo("all");
  }

  @Test
  void features_longTag_isShortenedWithoutSplittingACharacter() {
    String tag = "x".repeat(99) + "😀tail";
    assertThat(RULE.features(Map.of("topic", tag), null).get("tag:topic"))
        .isEqualTo("x".repeat(99));
  }

  @Property(seed = "1", tries = 300, shrinking = ShrinkingMode.OFF)
  void segment_differentTags_neverMeet(
      @ForAll @Chars({'/', '%', '-', '2', 'F', 'D'}) @AlphaChars @StringLength(max = 4) String a,
      @ForAll @Chars({'/', '%', '-', '2', 'F', 'D'}) @StringLength(max = 4) String b,
      @ForAll @Chars({'/', '%', '-', '2', 'F', 'D'}) @StringLength(max = 4) String c,
      @ForAll @Chars({'/', '%', '-', '2', 'F', 'D'}) @StringLength(max = 4) String d) {
    SegmentRule rule = SegmentRule.of(List.of("tag:x", "tag:y"));
    String first = rule.segment(rule.features(Map.of("x", a, "y", b), null));
    String second = rule.segment(rule.features(Map.of("x", c, "y", d), null));
    assertThat(first.equals(second)).isEqualTo(a.equals(c) && b.equals(d));
  }

  @Test
  void of_unknownOrDoubleFeature_isRefused() {
    assertThatThrownBy(() -> SegmentRule.of(List.of("topic")))
        .hasMessage("segment_by: unknown feature \"topic\": use \"tag:NAME\" or \"has_code\"");
    assertThatThrownBy(() -> SegmentRule.of(List.of("tag:")))
        .hasMessageContaining("unknown feature \"tag:\"");
    assertThatThrownBy(() -> SegmentRule.of(List.of("tag:a", "tag:a")))
        .hasMessageContaining("listed twice");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "What is wrong here?\n```\nx = 1\n```",
        "for (int i = 0; i < n; i++) {\n  sum += i;\n}",
        "def area(r):\n    return 3.14 * r ** 2 * (1)",
        "import os\nimport sys\nprint(os.name)",
        "SELECT * FROM users\nselect count(*) from t"
      })
  void features_programText_hasCode(String text) {
    assertThat(RULE.features(Map.of(), text)).containsEntry("has_code", "true");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "From the start I wanted a refund.\nReturn my money!",
        "Where is my order? I placed it on Monday; it has not come.",
        "import duties: who pays?\nclass action lawsuits are slow",
        "Dear team,\nthe class was good.\n\nfrom Anna"
      })
  void features_prose_hasNoCode(String text) {
    assertThat(RULE.features(Map.of(), text)).containsEntry("has_code", "false");
  }
}
