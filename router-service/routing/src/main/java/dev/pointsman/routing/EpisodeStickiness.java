package dev.pointsman.routing;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The choices that running episodes must keep to, in this process's memory: bounded in number and in
 * age, the least used forgotten first. A forgotten episode is drawn again, and since the draw is
 * keyed the new choice is mostly the old one.
 *
 * <p>Only drawn decisions belong here; pinned calls and dry runs neither set nor read a choice. Safe
 * for concurrent use; finding takes no lock.
 */
public final class EpisodeStickiness {

  /**
   * For upkeep, which orders and evicts; no reader waits for it. What came in a second is kept up in
   * one go, and sooner by whoever finds the cache's buffer of some hundred writes full.
   */
  private static final Executor LATER = CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS);

  private final Cache<Unit, Kept> choices;

  /**
   * Empty.
   *
   * @param maxEpisodes how many choices are kept at most, over all functions
   * @param timeToLive how long after its decision a choice is kept
   * @param clock what age is measured with
   */
  public EpisodeStickiness(long maxEpisodes, Duration timeToLive, InstantSource clock) {
    long start = clock.millis();
    this.choices =
        Caffeine.newBuilder()
            .maximumSize(maxEpisodes)
            .expireAfterWrite(timeToLive)
            .ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis() - start))
            .executor(LATER)
            .build();
  }

  /** With the id's two halves, as in {@link Kept}: there are many, and each outlives its request. */
  private record Unit(String functionName, long high, long low) {
    static Unit of(String functionName, UUID episodeId) {
      return new Unit(
          functionName, episodeId.getMostSignificantBits(), episodeId.getLeastSignificantBits());
    }
  }

  /** A choice. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Kept(long high, long low, String variant, String[] fallbackOrder, String segment) {
    static Kept of(Choice choice) {
      return new Kept(
          choice.decidedBy.getMostSignificantBits(),
          choice.decidedBy.getLeastSignificantBits(),
          choice.variant,
          choice.fallbackOrder.toArray(new String[0]),
          choice.segment);
    }

    Choice choice() {
      return new Choice(new UUID(high, low), variant, List.of(fallbackOrder), segment);
    }
  }

  /**
   * What the first inference of an episode decided.
   *
   * @param decidedBy that inference
   * @param variant the variant chosen
   * @param fallbackOrder the order drawn with it
   * @param segment the unit's segment, which stays that of the first inference
   */
  public record Choice(
      UUID decidedBy, String variant, List<String> fallbackOrder, String segment) {}

  /** The choice of an episode, null when there is none or it was forgotten. */
  public @Nullable Choice find(String functionName, UUID episodeId) {
    Kept kept = choices.getIfPresent(Unit.of(functionName, episodeId));
    return kept == null ? null : kept.choice();
  }

  /**
   * Keeps a choice unless another inference of the episode was first.
   *
   * @return the choice that holds: an earlier one, or the given one
   */
  public Choice putIfAbsent(String functionName, UUID episodeId, Choice choice) {
    Kept earlier = choices.asMap().putIfAbsent(Unit.of(functionName, episodeId), Kept.of(choice));
    return earlier == null ? choice : earlier.choice();
  }

  /** How many choices are kept, those that have aged but not been removed yet included. */
  public long size() {
    choices.cleanUp();
    return choices.estimatedSize();
  }
}
