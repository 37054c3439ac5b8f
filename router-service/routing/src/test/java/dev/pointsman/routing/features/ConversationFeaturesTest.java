package dev.pointsman.routing.features;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class ConversationFeaturesTest {

  private static double measure(FeatureVector vector, String name) {
    return vector.value(ConversationFeatures.measureNames().indexOf(name));
  }

  @Test
  void measureNames_haveOneNamePerMeasure() {
    assertThat(ConversationFeatures.measureNames())
        .hasSize(ConversationFeatures.MEASURES)
        .doesNotHaveDuplicates();
  }

  @Test
  void of_emptyConversation_hasMeasuresOnly() {
    FeatureVector vector = ConversationFeatures.of(List.of(), 0);
    assertThat(vector.size()).isEqualTo(ConversationFeatures.MEASURES);
    for (int pair = 0; pair < vector.size(); pair++) {
      assertThat(vector.value(pair)).isZero();
    }
  }

  @Test
  void of_randomText_hasEachIndexOnceFiniteAndTheSameAgain() {
    SplittableRandom random = new SplittableRandom(7);
    for (int round = 0; round < 300; round++) {
      int length = random.nextInt(12_000);
      StringBuilder text = new StringBuilder();
      int most = random.nextBoolean() ? 0x80 : 0x10000; // lone surrogates too: users send them
      for (int i = 0; i < length; i++) {
        text.append((char) random.nextInt(most));
      }
      FeatureVector vector = ConversationFeatures.ofPrompt(text.toString());
      FeatureVector again = ConversationFeatures.ofPrompt(text.toString());
      Set<Integer> seen = new HashSet<>();
      assertThat(again.size()).isEqualTo(vector.size());
      for (int pair = 0; pair < vector.size(); pair++) {
        assertThat(vector.index(pair)).isBetween(0, ConversationFeatures.DIMENSION - 1);
        assertThat(seen.add(vector.index(pair))).isTrue();
        assertThat(vector.value(pair)).isBetween(0.0, 3.0);
        assertThat(again.value(pair)).isEqualTo(vector.value(pair));
      }
    }
  }

  @Test
  void of_longText_readsBeginningAndEndOnly() {
    String head = "a ".repeat(4_000);
    String one = head + "middle one".repeat(50) + " tail".repeat(1_000);
    String other = head + "another two".repeat(50) + " tail".repeat(1_000);
    assertThat(grams(ConversationFeatures.ofPrompt(one)))
        .isEqualTo(grams(ConversationFeatures.ofPrompt(other)));
    // Measures neither, but for the length; the middles here are of one kind but not of one length.
    assertThat(measure(ConversationFeatures.ofPrompt(one), "words"))
        .isEqualTo(measure(ConversationFeatures.ofPrompt(other), "words"));
  }

  @Test
  void of_textsReadByManyThreadsAtOnce_areWhatOneThreadReads() {
    List<String> texts =
        IntStream.range(0, 400)
            .mapToObj(i -> "What is " + "tea no. %d? ".formatted(i).repeat(i))
            .toList();
    List<List<String>> alone =
        texts.stream().map(text -> grams(ConversationFeatures.ofPrompt(text))).toList();
    assertThat(
            texts.parallelStream().map(text -> grams(ConversationFeatures.ofPrompt(text))).toList())
        .isEqualTo(alone);
  }

  @Test
  void of_code_isSeen() {
    assertThat(measure(ConversationFeatures.ofPrompt("x = f(1);\ny = g(2);"), "has_code"))
        .isEqualTo(1);
    assertThat(measure(ConversationFeatures.ofPrompt("Tell me a story."), "has_code")).isZero();
  }

  @Test
  void of_questionMarkOfAnyScript_isAQuestion() {
    for (String text : List.of("Who is it?", "これは何ですか？", "ما هذا؟", "Is it \"so?\"")) {
      assertThat(measure(ConversationFeatures.ofPrompt(text), "ends_in_question"))
          .as(text)
          .isEqualTo(1);
    }
    assertThat(measure(ConversationFeatures.ofPrompt("Why? Because."), "ends_in_question"))
        .isZero();
  }

  @Test
  void of_scripts_areToldApart() {
    assertThat(measure(ConversationFeatures.ofPrompt("привет мир"), "greek_cyrillic_share"))
        .isEqualTo(1);
    assertThat(measure(ConversationFeatures.ofPrompt("汉字"), "han_share")).isEqualTo(1);
    assertThat(measure(ConversationFeatures.ofPrompt("ひらがな"), "kana_hangul_share")).isEqualTo(1);
    assertThat(measure(ConversationFeatures.ofPrompt("schöne Grüße"), "latin_share")).isEqualTo(1);
  }

  @Test
  void of_marksAndWideSpaces_belongToTheirWords() {
    // Three words of Hindi with vowel signs, two of French in decomposed form.
    for (String text :
        List.of(
            "नमस्ते मेरी दुनिया", "cafe\u0301 re\u0301sume\u0301 ici", "one\u00a0two\u3000three")) {
      FeatureVector vector = ConversationFeatures.ofPrompt(text);
      assertThat(measure(vector, "words")).as(text).isEqualTo(words("a b c"));
      assertThat(measure(vector, "punctuation_share")).as(text).isZero();
    }
  }

  private static double words(String text) {
    return measure(ConversationFeatures.ofPrompt(text), "words");
  }

  @Test
  void of_formulasAndFences_areToldFromWhatLooksLikeThem() {
    for (String text : List.of("is $x^2$ even", "\\frac{1}{2}", "so \\(a\\) is", "$$a$$")) {
      assertThat(measure(ConversationFeatures.ofPrompt(text), "has_latex")).as(text).isEqualTo(1);
    }
    for (String text : List.of("print(\"a\\nb\")", "it costs $5 or $6", "C:\\a")) {
      assertThat(measure(ConversationFeatures.ofPrompt(text), "has_latex")).as(text).isZero();
    }
    assertThat(measure(ConversationFeatures.ofPrompt("`a` or `b` or `c`"), "fences")).isZero();
    double fences = measure(ConversationFeatures.ofPrompt("```\na\n```"), "fences");
    assertThat(fences).isPositive();
    assertThat(measure(ConversationFeatures.ofPrompt("````\n``\n`````"), "fences"))
        .isEqualTo(fences);
  }

  @Test
  void of_options_areCountedInEveryForm() {
    double dots = measure(ConversationFeatures.ofPrompt("Which?\nA. one\nB. two"), "options");
    double brackets = measure(ConversationFeatures.ofPrompt("Which?\n(A) one\n(B) two"), "options");
    assertThat(dots).isPositive().isEqualTo(brackets);
    assertThat(measure(ConversationFeatures.ofPrompt("Which one is it?"), "options")).isZero();
  }

  @Test
  void of_conversation_countsTurnsAndReadsTheLastUserMessage() {
    FeatureVector vector =
        ConversationFeatures.of(
            List.of(
                new Turn(Turn.Role.SYSTEM, "Be brief."),
                Turn.user("first"),
                new Turn(Turn.Role.ASSISTANT, "answer"),
                new Turn(Turn.Role.TOOL, "42"),
                Turn.user("second question")),
            3);
    assertThat(measure(vector, "user_turns")).isGreaterThan(measure(vector, "tool_turns"));
    assertThat(measure(vector, "system_length")).isPositive();
    assertThat(measure(vector, "tools")).isPositive();
    assertThat(grams(vector)).isEqualTo(grams(ConversationFeatures.ofPrompt("second question")));
  }

  @Test
  void of_upperCase_sharesItsGrams() {
    assertThat(grams(ConversationFeatures.ofPrompt("SOLVE this Équation")))
        .isEqualTo(grams(ConversationFeatures.ofPrompt("solve THIS équation")));
  }

  @Test
  void of_knownText_hasTheVectorOfItsVersion() {
    // Version 2 reads less of a long text; short ones have the vector of version 1.
    // A change of any index or value makes stored models wrong: raise VERSION with this number.
    FeatureVector vector = ConversationFeatures.ofPrompt("What is 2 + 2? Was ist 二?");
    long sum = 0;
    for (int pair = 0; pair < vector.size(); pair++) {
      sum = sum * 31 + vector.index(pair);
      sum = sum * 31 + Double.hashCode((float) vector.value(pair));
    }
    assertThat(ConversationFeatures.VERSION).isEqualTo(2);
    assertThat(sum).isEqualTo(-11_016_404_830_174_585L);
  }

  private static List<String> grams(FeatureVector vector) {
    List<String> grams = new ArrayList<>();
    for (int pair = ConversationFeatures.MEASURES; pair < vector.size(); pair++) {
      grams.add(vector.index(pair) + "=" + vector.value(pair));
    }
    return grams;
  }
}
