package dev.pointsman.gateway.attempt;

import dev.pointsman.catalog.VariantDefinition.Timeouts;
import dev.pointsman.gateway.snapshot.BoundVariant;
import dev.pointsman.gateway.snapshot.Deployment;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The bounds of one request. They nest: an attempt's end is the earliest of the request's, the
 * variant's, the model's and the provider's. All are values of {@link System#nanoTime()}.
 *
 * @param requestEnd when everything must be over
 * @param stream whether the answer is streamed
 */
public record RequestDeadlines(long requestEnd, boolean stream) {

  /** How long a streamed answer may take to begin, where the configuration says nothing. */
  public static final Duration FIRST_TOKEN = Duration.ofSeconds(60);

  /** How long a begun stream may be silent, where the configuration says nothing. */
  public static final Duration SILENCE = Duration.ofSeconds(60);

  /**
   * The bounds of one attempt: until it must have begun to answer, until it must be over, and how
   * many nanoseconds may lie between two parts.
   */
  record OfAttempt(long beginBy, long endBy, long silence) {

    /** Until when the next part must have come. */
    long nextBy(long now) {
      return earlier(endBy, now + silence);
    }
  }

  OfAttempt attempt(BoundVariant variant, Deployment deployment, long variantStart, long now) {
    Timeouts ofVariant = variant.definition().timeouts();
    Timeouts ofModel = variant.model().definition().timeouts();
    Timeouts ofProvider = deployment.definition().timeouts();
    long end = requestEnd;
    end = bounded(end, variantStart, stream ? ofVariant.streamTotal() : ofVariant.total());
    end = bounded(end, now, stream ? ofModel.streamTotal() : ofModel.total());
    end = bounded(end, now, stream ? ofProvider.streamTotal() : ofProvider.total());
    if (!stream) {
      return new OfAttempt(end, end, SILENCE.toNanos());
    }
    boolean unset =
        ofVariant.streamTtft() == null
            && ofModel.streamTtft() == null
            && ofProvider.streamTtft() == null;
    long begin = bounded(end, now, unset ? FIRST_TOKEN : null);
    begin = bounded(begin, variantStart, ofVariant.streamTtft());
    begin = bounded(begin, now, ofModel.streamTtft());
    begin = bounded(begin, now, ofProvider.streamTtft());
    return new OfAttempt(begin, end, silence(ofVariant, ofModel, ofProvider).toNanos());
  }

  private static Duration silence(Timeouts... levels) {
    Duration shortest = null;
    for (Timeouts level : levels) {
      Duration silence = level.streamSilence();
      if (silence != null && (shortest == null || silence.compareTo(shortest) < 0)) {
        shortest = silence;
      }
    }
    return shortest == null ? SILENCE : shortest;
  }

  private static long bounded(long end, long from, @Nullable Duration bound) {
    return bound == null ? end : earlier(end, from + bound.toNanos());
  }

  private static long earlier(long a, long b) {
    return a - b < 0 ? a : b;
  }

  /** Whether the request's time is over. */
  boolean over(long now) {
    return now - requestEnd >= 0;
  }
}
