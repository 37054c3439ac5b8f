package dev.pointsman.eventstore;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * How long the buckets are that a trainer learns from: ten seconds for the last hour, minutes for
 * the last day, hours for the last month, days before that. A change must be seen within seconds
 * where it happens; a year of ten seconds would fill the memory and tell no more. All borders are
 * those of hours or days, so that readings at different moments of an hour agree.
 *
 * <p>A bucket is not made longer over a moment from which on evidence counts anew: it would belong
 * to neither side.
 *
 * @param minutesBefore buckets before this are minutes at least
 * @param hoursBefore buckets before this are hours at least
 * @param daysBefore buckets before this are days
 * @param partedHours numbers of hours, counted from 1970, that stay in parts
 * @param partedDays numbers of days that stay in parts
 */
public record EvidenceAges(
    Instant minutesBefore,
    Instant hoursBefore,
    Instant daysBefore,
    Set<Long> partedHours,
    Set<Long> partedDays) {

  private static final Duration TEN_SECONDS_FOR = Duration.ofHours(1);
  private static final Duration MINUTES_FOR = Duration.ofDays(1);
  private static final Duration HOURS_FOR = Duration.ofDays(32);

  /** Copies what it is given. */
  public EvidenceAges {
    partedHours = Set.copyOf(partedHours);
    partedDays = Set.copyOf(partedDays);
  }

  /**
   * Seen from a moment.
   *
   * @param changePoints from which on evidence counts anew
   */
  public static EvidenceAges at(Instant asOf, Collection<Instant> changePoints) {
    return new EvidenceAges(
        Grain.HOUR.floor(asOf.minus(TEN_SECONDS_FOR)),
        Grain.HOUR.floor(asOf.minus(MINUTES_FOR)),
        Grain.DAY.floor(asOf.minus(HOURS_FOR)),
        parted(Grain.HOUR, changePoints),
        parted(Grain.DAY, changePoints));
  }

  private static Set<Long> parted(Grain grain, Collection<Instant> changePoints) {
    return changePoints.stream()
        .filter(point -> !grain.floor(point).equals(point))
        .map(grain::indexOf)
        .collect(Collectors.toSet());
  }

  /** The last moment, up to one given, that no bucket reaches over. */
  public Instant floor(Instant time) {
    Grain longest =
        time.isBefore(daysBefore)
            ? Grain.DAY
            : time.isBefore(hoursBefore) ? Grain.HOUR : Grain.MINUTE;
    return longest.floor(time);
  }

  /** From when on buckets differ from those of an earlier moment; null when none does. */
  public @Nullable Instant changedSince(EvidenceAges earlier) {
    TreeSet<Instant> changed = new TreeSet<>();
    addMoved(changed, minutesBefore, earlier.minutesBefore);
    addMoved(changed, hoursBefore, earlier.hoursBefore);
    addMoved(changed, daysBefore, earlier.daysBefore);
    addOthers(changed, Grain.HOUR, partedHours, earlier.partedHours);
    addOthers(changed, Grain.DAY, partedDays, earlier.partedDays);
    return changed.isEmpty() ? null : floor(changed.first());
  }

  private static void addMoved(Set<Instant> changed, Instant border, Instant before) {
    if (!border.equals(before)) {
      changed.add(border.isBefore(before) ? border : before);
    }
  }

  private static void addOthers(
      Set<Instant> changed, Grain grain, Set<Long> indexes, Set<Long> before) {
    Set<Long> others = new HashSet<>(indexes);
    others.addAll(before);
    others.removeIf(index -> indexes.contains(index) && before.contains(index));
    others.forEach(index -> changed.add(grain.startOf(index)));
  }

  /** The bucket of a statistics row that starts at a moment. */
  Instant startOf(Instant bucket) {
    return grainOf(bucket).floor(bucket);
  }

  private Grain grainOf(Instant bucket) {
    if (bucket.isBefore(daysBefore) && !partedDays.contains(Grain.DAY.indexOf(bucket))) {
      return Grain.DAY;
    }
    if (bucket.isBefore(hoursBefore) && !partedHours.contains(Grain.HOUR.indexOf(bucket))) {
      return Grain.HOUR;
    }
    return bucket.isBefore(minutesBefore) ? Grain.MINUTE : Grain.TEN_SECONDS;
  }

  /** The parameters of {@code evidence.sql}. */
  Map<String, Object> sqlValues() {
    return new HashMap<>(
        Map.of(
            "minutes_before", minutesBefore,
            "hours_before", hoursBefore,
            "days_before", daysBefore,
            "parted_hours", text(partedHours),
            "parted_days", text(partedDays)));
  }

  /** Never empty, since an empty text is no list of numbers; the hour before 1970 has no rows. */
  private static String text(Set<Long> indexes) {
    return LongStream.concat(
            LongStream.of(-1), indexes.stream().mapToLong(Long::longValue).sorted())
        .mapToObj(String::valueOf)
        .collect(Collectors.joining(","));
  }
}
