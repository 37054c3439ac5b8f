package dev.pointsman.eventstore;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ColumnMemoryTest {

  private static final long PIECE = 1 << 20;

  private final ColumnMemory memory = new ColumnMemory();
  private final BufferAllocator allocator = memory.allocator();

  @AfterEach
  void close() {
    // Says so if anything is still in use.
    allocator.close();
    memory.close();
  }

  @Test
  void buffer_ofASizeThatWasLeft_isTheSameMemory() {
    ArrowBuf first = allocator.buffer(PIECE);
    long address = first.memoryAddress();
    first.close();
    try (ArrowBuf other = allocator.buffer(PIECE / 2);
        ArrowBuf again = allocator.buffer(PIECE);
        ArrowBuf more = allocator.buffer(PIECE)) {
      assertThat(again.memoryAddress()).isEqualTo(address);
      assertThat(other.memoryAddress()).isNotEqualTo(address);
      assertThat(more.memoryAddress()).isNotEqualTo(address);
    }
  }

  @Test
  void buffer_manyLeftAtOnce_keepsSoMuchAndNotMore() {
    Set<Long> left = new HashSet<>();
    for (ArrowBuf piece : pieces(100)) {
      left.add(piece.memoryAddress());
      piece.close();
    }
    assertThat(left).hasSize(100);
    assertThat(memory.idleBytes()).isEqualTo(64 * PIECE);
    List<ArrowBuf> again = pieces(64);

    assertThat(again).extracting(ArrowBuf::memoryAddress).isSubsetOf(left).doesNotHaveDuplicates();
    assertThat(memory.idleBytes()).isZero();
    again.forEach(ArrowBuf::close);
  }

  @Test
  void buffer_manyThreads_noPieceIsHandedOutTwice() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<Boolean>> unharmed = new ArrayList<>();
      for (int thread = 0; thread < 4; thread++) {
        int mark = thread;
        unharmed.add(threads.submit(() -> marksStay(mark)));
      }
      for (Future<Boolean> each : unharmed) {
        assertThat(each.get()).isTrue();
      }
    }
  }

  private boolean marksStay(int mark) {
    boolean same = true;
    for (int round = 0; round < 2_000; round++) {
      try (ArrowBuf one = allocator.buffer(1024);
          ArrowBuf two = allocator.buffer(1024)) {
        one.setInt(0, mark);
        two.setInt(0, -mark);
        same &= one.getInt(0) == mark && two.getInt(0) == -mark;
      }
    }
    return same;
  }

  private List<ArrowBuf> pieces(int count) {
    List<ArrowBuf> pieces = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      pieces.add(allocator.buffer(PIECE));
    }
    return pieces;
  }
}
