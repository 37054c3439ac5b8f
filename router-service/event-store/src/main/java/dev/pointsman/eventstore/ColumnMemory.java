package dev.pointsman.eventstore;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.apache.arrow.memory.AllocationManager;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.memory.unsafe.UnsafeAllocationManager;
import org.apache.arrow.memory.util.MemoryUtil;

/**
 * Memory that columns of rows leave to those of the next batch. Large pieces go back to the system
 * otherwise, which clears and maps every page of the next ones.
 *
 * <p>Keeps at most {@value #MOST_IDLE} bytes that nobody uses, for good. Safe for concurrent use.
 */
final class ColumnMemory implements AllocationManager.Factory, AutoCloseable {

  /** As much as a batch's encoded events may have; other bounds were not compared. */
  private static final long MOST_IDLE = 64L << 20;

  /** Addresses by size, of which there are few: the allocator rounds. The last one left is warm. */
  private final Map<Long, Deque<Long>> idle = new HashMap<>();

  private long idleBytes;

  /** An allocator of this memory; closed before it. */
  BufferAllocator allocator() {
    return new RootAllocator(RootAllocator.configBuilder().allocationManagerFactory(this).build());
  }

  @Override
  public AllocationManager create(BufferAllocator allocator, long size) {
    return new Piece(allocator, size, take(size));
  }

  @Override
  public ArrowBuf empty() {
    return UnsafeAllocationManager.FACTORY.empty();
  }

  private long take(long size) {
    synchronized (idle) {
      Deque<Long> pieces = idle.get(size);
      if (pieces != null && !pieces.isEmpty()) {
        idleBytes -= size;
        return pieces.pop();
      }
    }
    return MemoryUtil.allocateMemory(size);
  }

  private void leave(long size, long address) {
    synchronized (idle) {
      if (idleBytes + size <= MOST_IDLE) {
        idleBytes += size;
        idle.computeIfAbsent(size, of -> new ArrayDeque<>()).push(address);
        return;
      }
    }
    MemoryUtil.freeMemory(address);
  }

  /** How much is kept that nobody uses. */
  long idleBytes() {
    synchronized (idle) {
      return idleBytes;
    }
  }

  /** Gives back what nobody uses. */
  @Override
  public void close() {
    synchronized (idle) {
      idle.values().forEach(pieces -> pieces.forEach(MemoryUtil::freeMemory));
      idle.clear();
      idleBytes = 0;
    }
  }

  private final class Piece extends AllocationManager {

    private final long size;
    private final long address;

    Piece(BufferAllocator allocator, long size, long address) {
      super(allocator);
      this.size = size;
      this.address = address;
    }

    @Override
    public long getSize() {
      return size;
    }

    @Override
    protected long memoryAddress() {
      return address;
    }

    @Override
    protected void release0() {
      leave(size, address);
    }
  }
}
