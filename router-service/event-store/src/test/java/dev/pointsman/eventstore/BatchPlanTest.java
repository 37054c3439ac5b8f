package dev.pointsman.eventstore;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BatchPlanTest {

  @TempDir Path directory;

  @Test
  void open_never_hasNothing() {
    try (BatchPlan plan = BatchPlan.open(directory, "node-1")) {
      assertThat(plan.stored()).isZero();
      assertThat(plan.isPending()).isFalse();
    }
  }

  @Test
  void open_afterBegin_isPending() {
    try (BatchPlan plan = BatchPlan.open(directory, "import:x")) {
      plan.begin(batch(1, 10));
      plan.storedUpTo(10);
      plan.begin(batch(11, 30));
    }
    try (BatchPlan plan = BatchPlan.open(directory, "import:x")) {
      assertThat(plan.isPending()).isTrue();
      assertThat(plan.isPending(batch(11, 30))).isTrue();
      assertThat(plan.isPending(batch(11, 29))).isFalse();
      assertThat(plan.stored()).isEqualTo(10);
      assertThat(plan.last()).isEqualTo(30);
      plan.storedUpTo(30);
    }
    try (BatchPlan plan = BatchPlan.open(directory, "import:x")) {
      assertThat(plan.isPending()).isFalse();
      assertThat(plan.stored()).isEqualTo(30);
    }
  }

  @Test
  void open_lastWriteTorn_hasTheOneBefore() throws Exception {
    try (BatchPlan plan = BatchPlan.open(directory, "node-1")) {
      plan.begin(batch(1, 10));
      plan.storedUpTo(10);
      plan.begin(batch(11, 30));
    }
    Path file = directory.resolve("node-1.plan");
    byte[] written = Files.readAllBytes(file);
    // The third write went over the first, into the second slot.
    written[written.length - 12] ^= 1;
    Files.write(file, written);
    try (BatchPlan plan = BatchPlan.open(directory, "node-1")) {
      assertThat(plan.isPending()).isFalse();
      assertThat(plan.stored()).isEqualTo(10);
    }
  }

  private static EventBatch batch(long first, long last) {
    return new EventBatch("node-1", first, last, List.of());
  }
}
