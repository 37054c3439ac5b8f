package dev.pointsman.routing;

import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The segments that one function tells apart: the first 256 it meets; what comes later is
 * {@code other}. A segment that was admitted stays admitted. Start it with the segments of the
 * latest revision, so that a restart does not hand their places to newcomers.
 *
 * <p>Safe for concurrent use; asking for a known segment takes no lock.
 */
public final class SegmentVocabulary {

  /** How many segments a function may have, {@code other} not counted. */
  public static final int LARGEST = 256;

  /** The segment of everything that found no place. */
  public static final String OTHER = "other";

  private final Set<String> admitted = ConcurrentHashMap.newKeySet();
  private volatile boolean full;

  /** With the segments known from before, the first 256 of them. */
  public SegmentVocabulary(Collection<String> known) {
    known.forEach(this::admit);
  }

  /** The segment itself when it has or finds a place, else {@code other}. */
  public String admit(String segment) {
    if (segment.equals(OTHER) || admitted.contains(segment)) {
      return segment;
    }
    return full ? OTHER : admitNew(segment);
  }

  /** Takes the lock so that two threads with the same newcomer agree; at most until all is full. */
  private synchronized String admitNew(String segment) {
    if (!admitted.contains(segment)) {
      if (full) {
        return OTHER;
      }
      admitted.add(segment);
      full = admitted.size() >= LARGEST;
    }
    return segment;
  }

  /** The segments that have a place, in no order. */
  public Set<String> segments() {
    return Set.copyOf(admitted);
  }
}
