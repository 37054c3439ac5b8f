package dev.pointsman.routing;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which arms may be chosen for one request.
 *
 * @param eligible E: not excluded by the request or by the variants' state
 * @param selectable Es: E without softly excluded arms, or E where that would leave nothing
 * @param eligibleCount |E|
 * @param softDropped whether soft exclusions were dropped because they would have left nothing
 */
@SuppressWarnings("ArrayRecordComponent") // internal, built once per decision, never compared
record Eligibility(
    boolean[] eligible, boolean[] selectable, int eligibleCount, boolean softDropped) {

  /** From the exclusions of a request, one or null per arm. */
  static Eligibility of(List<@Nullable Exclusion> exclusions) {
    Exclusion.@Nullable Level[] levels = new Exclusion.@Nullable Level[exclusions.size()];
    for (int arm = 0; arm < levels.length; arm++) {
      Exclusion exclusion = exclusions.get(arm);
      levels[arm] = exclusion == null ? null : exclusion.level();
    }
    return of(levels);
  }

  /** From the logged exclusions, {@code ""} or {@code "class: reason"} per arm. */
  static Eligibility ofLogged(List<String> texts) {
    Exclusion.@Nullable Level[] levels = new Exclusion.@Nullable Level[texts.size()];
    for (int arm = 0; arm < levels.length; arm++) {
      levels[arm] = Exclusion.levelOf(texts.get(arm));
    }
    return of(levels);
  }

  private static Eligibility of(Exclusion.@Nullable Level[] levels) {
    boolean[] eligible = new boolean[levels.length];
    boolean[] selectable = new boolean[levels.length];
    int eligibleCount = 0;
    int selectableCount = 0;
    for (int arm = 0; arm < levels.length; arm++) {
      Exclusion.Level level = levels[arm];
      eligible[arm] = level == null || level == Exclusion.Level.SOFT;
      selectable[arm] = level == null;
      eligibleCount += eligible[arm] ? 1 : 0;
      selectableCount += selectable[arm] ? 1 : 0;
    }
    boolean softDropped = selectableCount == 0 && eligibleCount > 0;
    return new Eligibility(
        eligible, softDropped ? eligible : selectable, eligibleCount, softDropped);
  }
}
