package dev.pointsman.worlds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class SimulatedUsersTest {
  private final World demo = DemoWorld.world();

  @Test
  void next_manyVisits_comeAtTheWorldsRateHalfAndHalf() {
    SimulatedUsers users = new SimulatedUsers(demo, new SplittableRandom(1));
    int code = 0;
    SimulatedUsers.Visit visit = users.next();
    assertThat(visit.at()).isZero();
    for (int i = 1; i < 10_000; i++) {
      Duration before = visit.at();
      visit = users.next();
      assertThat(visit.at()).isGreaterThanOrEqualTo(before);
      assertThat(visit.tags()).containsEntry("kind", visit.question().kind().label());
      code += visit.question().kind() == RequestKind.CODE ? 1 : 0;
    }
    assertThat(visit.ordinal()).isEqualTo(10_000);
    assertThat(10_000 / (visit.at().toNanos() / 1e9)).isCloseTo(25, within(1.0));
    assertThat(code / 10_000.0).isCloseTo(.5, within(.02));
  }

  @Test
  void review_manyAnswers_followsTheHabit() {
    SimulatedUsers users = new SimulatedUsers(demo, new SplittableRandom(2));
    int spoke = 0;
    double delays = 0;
    for (int i = 0; i < 10_000; i++) {
      SimulatedUsers.Visit visit = users.next();
      var review = users.review(visit, "It is " + visit.question().rightAnswer());
      if (review.isPresent()) {
        spoke++;
        delays += review.get().delay().toNanos() / 1e9;
        assertThat(review.get().resolved()).isTrue();
        assertThat(review.get().delay()).isGreaterThanOrEqualTo(Duration.ofMillis(600));
      }
    }
    assertThat(spoke / 10_000.0).isCloseTo(.7, within(.02));
    assertThat(delays / spoke).isCloseTo(3.6, within(.15));
  }

  @Test
  void review_sameVisit_speaksAlikeWhateverTheAnswer() {
    SimulatedUsers users = new SimulatedUsers(demo, new SplittableRandom(3));
    for (int i = 0; i < 100; i++) {
      SimulatedUsers.Visit visit = users.next();
      var right = users.review(visit, "So: " + visit.question().rightAnswer());
      var wrong = users.review(visit, "So: " + (visit.question().rightAnswer() + 1));
      assertThat(wrong.map(SimulatedUsers.Review::delay))
          .isEqualTo(right.map(SimulatedUsers.Review::delay));
      wrong.ifPresent(review -> assertThat(review.resolved()).isFalse());
    }
  }

  @Test
  void isAnsweredBy_textWithSeveralNumbers_readsTheLast() {
    Question question = new Question(RequestKind.CHAT, "?", -12);
    assertThat(question.isAnsweredBy("After 3 mugs: -12")).isTrue();
    assertThat(question.isAnsweredBy("-12 of 3")).isFalse();
    assertThat(question.isAnsweredBy("none")).isFalse();
  }
}
