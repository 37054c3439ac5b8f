package dev.pointsman.chat.json;

import com.fasterxml.jackson.core.util.BufferRecycler;
import com.fasterxml.jackson.core.util.RecyclerPool;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Buffers of parsers and printers, for threads that each live for one request. The ones given back
 * last are taken first, since they are in the caches, and what finds no place is forgotten: Jackson's
 * own queue makes an entry for each and hands out the oldest.
 */
@SuppressWarnings("serial") // Nobody serializes it.
final class BufferPool implements RecyclerPool<BufferRecycler> {

  /** As many as threads are likely to print at once. */
  private static final int PLACES = 16;

  private final transient AtomicReferenceArray<@Nullable BufferRecycler> places =
      new AtomicReferenceArray<>(PLACES);

  @Override
  public BufferRecycler acquirePooled() {
    for (int i = 0; i < PLACES; i++) {
      if (places.getPlain(i) != null) {
        BufferRecycler buffers = places.getAndSet(i, null);
        if (buffers != null) {
          return buffers;
        }
      }
    }
    return new BufferRecycler();
  }

  @Override
  public void releasePooled(BufferRecycler buffers) {
    for (int i = 0; i < PLACES; i++) {
      if (places.getPlain(i) == null && places.compareAndSet(i, null, buffers)) {
        return;
      }
    }
  }

  @Override
  public int pooledCount() {
    int count = 0;
    for (int i = 0; i < PLACES; i++) {
      count += places.get(i) == null ? 0 : 1;
    }
    return count;
  }

  @Override
  public boolean clear() {
    for (int i = 0; i < PLACES; i++) {
      places.set(i, null);
    }
    return true;
  }
}
