package dev.pointsman.trainer;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;

/**
 * Rows in order, at most so many: when there are more, half of all episodes are let go, by a hash that
 * knows nothing of what they brought. What is left still reaches from the first row to the last, so a
 * sequence of looks goes on; leaving out the oldest would begin another one at every look.
 *
 * @param <T> what a row is
 */
final class ThinnedRows<T> {

  private final int most;
  private final Function<T, UUID> episode;
  private final Deque<T> rows = new ArrayDeque<>();
  private int halvings;

  ThinnedRows(int most, Function<T, UUID> episode) {
    this.most = most;
    this.episode = episode;
  }

  void accept(T row) {
    if (!isKept(row)) {
      return;
    }
    rows.add(row);
    while (rows.size() > most) {
      halvings++;
      rows.removeIf(kept -> !isKept(kept));
    }
  }

  /** In order. */
  List<T> rows() {
    return List.copyOf(rows);
  }

  /** One of so many episodes was kept. */
  int thinning() {
    return 1 << halvings;
  }

  private boolean isKept(T row) {
    return halvings == 0 || mixed(episode.apply(row)) >>> (64 - halvings) == 0;
  }

  /** The finaliser of SplitMix64 over both halves: ids of one moment differ in few bits. */
  private static long mixed(UUID id) {
    long z = id.getMostSignificantBits() * 0x9e3779b97f4a7c15L + id.getLeastSignificantBits();
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
