package dev.pointsman.eventstore;

import java.time.Instant;
import java.util.Map;

/**
 * A range of time laid out in buckets: minutes at the edges, hours and days where they are whole.
 *
 * @param from start, rounded down to what there are buckets for
 * @param firstHour where hours begin; from there to {@code lastHour} are no minutes
 * @param firstDay where days begin; from there to {@code lastDay} are no hours
 * @param to end, exclusive, rounded up
 */
record RollupRange(
    Instant from,
    Instant firstHour,
    Instant firstDay,
    Instant lastDay,
    Instant lastHour,
    Instant to) {

  /**
   * Lays out a range.
   *
   * @param asOf when the rollups were refreshed last: later hours and days are not there yet
   * @param longest the longest buckets that may be used
   */
  static RollupRange of(Instant from, Instant to, Instant asOf, Grain longest) {
    Instant minutesFrom = RollupRefresh.minutesFrom(asOf);
    boolean old = from.isBefore(minutesFrom);
    Instant start = (old ? Grain.HOUR : Grain.MINUTE).floor(from);
    Instant end = (to.isAfter(minutesFrom) ? Grain.MINUTE : Grain.HOUR).ceil(to);
    Instant firstHour = Grain.HOUR.ceil(start);
    Instant lastHour = earlier(Grain.HOUR.floor(end), Grain.HOUR.floor(asOf));
    if (longest == Grain.MINUTE && !old || !firstHour.isBefore(lastHour)) {
      return new RollupRange(start, end, end, end, end, end);
    }
    Instant firstDay = Grain.DAY.ceil(firstHour);
    Instant lastDay = earlier(Grain.DAY.floor(lastHour), Grain.DAY.floor(asOf));
    if (longest != Grain.DAY || !firstDay.isBefore(lastDay)) {
      firstDay = lastHour;
      lastDay = lastHour;
    }
    return new RollupRange(start, firstHour, firstDay, lastDay, lastHour, end);
  }

  Map<String, Object> sqlValues() {
    return Map.of(
        "from", from,
        "first_hour", firstHour,
        "first_day", firstDay,
        "last_day", lastDay,
        "last_hour", lastHour,
        "to", to);
  }

  private static Instant earlier(Instant a, Instant b) {
    return a.isBefore(b) ? a : b;
  }
}
