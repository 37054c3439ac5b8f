package dev.pointsman.worlds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class SimulatedModelTest {
  private final World demo = DemoWorld.world();

  @ParameterizedTest
  @EnumSource(RequestKind.class)
  void answer_manyQuestions_isRightAsOftenAsTheWorldSays(RequestKind kind) {
    SplittableRandom random = new SplittableRandom(11);
    for (World.ModelTruth truth : demo.models()) {
      SimulatedModel model = new SimulatedModel(demo, truth.name());
      for (Duration when : new Duration[] {Duration.ZERO, DemoWorld.DRIFT.plusSeconds(1)}) {
        int right = 0;
        for (int i = 0; i < 4_000; i++) {
          Question question = kind.draw(random);
          if (question.isAnsweredBy(model.answer(question.prompt(), when, random).text())) {
            right++;
          }
        }
        // Four standard errors of a share of 4,000.
        assertThat(right / 4_000.0)
            .isCloseTo(demo.quality(truth.name(), kind, when), within(4 * .5 / Math.sqrt(4_000)));
      }
    }
  }

  @Test
  void answer_lastQuestionOfAConversation_isTheOneAnswered() {
    World sure = withQuality(1);
    SplittableRandom random = new SplittableRandom(5);
    Question first = RequestKind.CODE.draw(random);
    Question second = RequestKind.CHAT.draw(random);
    SimulatedModel model = new SimulatedModel(sure, "swift");
    String answer =
        model.answer(first.prompt() + "\n" + second.prompt(), Duration.ZERO, random).text();
    assertThat(second.isAnsweredBy(answer)).isTrue();
    assertThat(answer).contains("mugs");
  }

  @Test
  void answer_noQualityAtAll_isNeverRight() {
    World hopeless = withQuality(0);
    SplittableRandom random = new SplittableRandom(7);
    SimulatedModel model = new SimulatedModel(hopeless, "swift");
    for (int i = 0; i < 500; i++) {
      Question question = RequestKind.CHAT.draw(random);
      assertThat(
              question.isAnsweredBy(model.answer(question.prompt(), Duration.ZERO, random).text()))
          .isFalse();
    }
  }

  @Test
  void answer_promptWithoutAQuestion_saysWhatItCanDoAndCostsTheSame() {
    SimulatedModel.Answer answer =
        new SimulatedModel(demo, "grand").answer("Hello", Duration.ZERO, new SplittableRandom(1));
    assertThat(answer.text()).startsWith("I am grand, a simulated model.");
    assertThat(answer.inputTokens()).isEqualTo(DemoWorld.INPUT_TOKENS);
    assertThat(answer.outputTokens()).isEqualTo(DemoWorld.OUTPUT_TOKENS);
  }

  @Test
  void answer_sameSeed_isTheSame() {
    SimulatedModel model = new SimulatedModel(demo, "scholar");
    Question question = RequestKind.CODE.draw(new SplittableRandom(3));
    assertThat(model.answer(question.prompt(), Duration.ZERO, new SplittableRandom(9)))
        .isEqualTo(model.answer(question.prompt(), Duration.ZERO, new SplittableRandom(9)));
  }

  private World withQuality(double quality) {
    World.ModelTruth swift = demo.model("swift");
    return new World(
        "test",
        1,
        demo.kinds(),
        List.of(
            new World.ModelTruth(
                "swift",
                Map.of(RequestKind.CHAT, quality, RequestKind.CODE, quality),
                swift.usage(),
                swift.latency())),
        List.of(),
        demo.feedback(),
        0);
  }
}
