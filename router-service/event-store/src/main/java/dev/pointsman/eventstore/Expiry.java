package dev.pointsman.eventstore;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * What is too old to be kept.
 *
 * @param rowsBefore rows of inferences, attempts, feedback and changes before this go, null for none
 * @param textsBefore texts before this go, null for those of rows that go
 * @param rowDays the days behind {@code rowsBefore}, for engines that expire rows by themselves
 * @param textDays the days behind {@code textsBefore}
 */
record Expiry(
    @Nullable Instant rowsBefore,
    @Nullable Instant textsBefore,
    @Nullable Integer rowDays,
    @Nullable Integer textDays) {

  /**
   * What these settings say at a time. Whole hours: statistics are kept for parts of an hour, and one
   * of which half the rows are gone could not be computed again.
   */
  static Expiry at(Instant now, @Nullable Integer rowDays, @Nullable Integer textDays) {
    Integer texts = textDays == null ? rowDays : textDays;
    return new Expiry(before(now, rowDays), before(now, texts), rowDays, texts);
  }

  private static @Nullable Instant before(Instant now, @Nullable Integer days) {
    return days == null ? null : now.truncatedTo(ChronoUnit.HOURS).minus(days, ChronoUnit.DAYS);
  }
}
