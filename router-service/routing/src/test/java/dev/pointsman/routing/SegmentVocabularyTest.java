package dev.pointsman.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class SegmentVocabularyTest {

  @Test
  void admit_moreThan256_restIsOther() {
    SegmentVocabulary vocabulary = new SegmentVocabulary(List.of());
    for (int at = 0; at < 256; at++) {
      assertThat(vocabulary.admit("s" + at)).isEqualTo("s" + at);
    }
    assertThat(vocabulary.admit("one more")).isEqualTo("other");
    assertThat(vocabulary.admit("s0")).isEqualTo("s0");
    assertThat(vocabulary.segments()).hasSize(256);
  }

  @Test
  void admit_segmentsOfTheRevision_keepTheirPlaces() {
    List<String> known = IntStream.range(0, 256).mapToObj(at -> "old" + at).toList();
    SegmentVocabulary vocabulary = new SegmentVocabulary(known);
    assertThat(vocabulary.admit("new")).isEqualTo("other");
    assertThat(vocabulary.admit("old255")).isEqualTo("old255");
  }

  @Test
  void admit_other_takesNoPlace() {
    SegmentVocabulary vocabulary = new SegmentVocabulary(List.of("other"));
    assertThat(vocabulary.admit("other")).isEqualTo("other");
    assertThat(vocabulary.segments()).isEmpty();
  }

  @Test
  void admit_manyThreads_neverExceedsTheLimitNorTakesBackAPlace() throws InterruptedException {
    SegmentVocabulary vocabulary = new SegmentVocabulary(List.of());
    Set<String> answers = ConcurrentHashMap.newKeySet();
    CountDownLatch start = new CountDownLatch(1);
    try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int thread = 0; thread < 8; thread++) {
        int self = thread;
        pool.submit(
            () -> {
              start.await();
              for (int at = 0; at < 1000; at++) {
                answers.add(vocabulary.admit("s" + (at * 7 + self * 3) % 400));
              }
              return null;
            });
      }
      start.countDown();
    }
    answers.remove("other");
    assertThat(answers).isEqualTo(vocabulary.segments());
    assertThat(vocabulary.segments()).hasSize(256);
  }
}
