package dev.pointsman.gateway.snapshot;

import dev.pointsman.catalog.Experimentation;
import dev.pointsman.catalog.FunctionDefinition;
import dev.pointsman.routing.BudgetPacer;
import dev.pointsman.routing.EpisodeStickiness;
import dev.pointsman.routing.SegmentVocabulary;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a function remembers from one snapshot to the next. Used by the thread that swaps. */
final class FunctionMemory {

  private static final Duration STICKY_TTL = Duration.ofHours(24);
  private static final int STICKY_MAX = 1_000_000;

  private final InstantSource clock;
  private final Map<String, SegmentVocabulary> vocabularies = new HashMap<>();
  private final Map<StickyKey, EpisodeStickiness> stickiness = new HashMap<>();
  private final Map<String, BudgetPacer> pacers = new HashMap<>();
  private final Map<String, LatencyWatch> latencies = new HashMap<>();

  /** A function whose limits change starts a new memory. */
  private record StickyKey(String function, int most, Duration timeToLive) {}

  FunctionMemory(InstantSource clock) {
    this.clock = clock;
  }

  SegmentVocabulary vocabulary(String function, Collection<String> known) {
    return vocabularies.computeIfAbsent(function, name -> new SegmentVocabulary(known));
  }

  /** The pacer of a function with a dollar target; another target starts another one. */
  @Nullable BudgetPacer pacer(FunctionDefinition function) {
    Double target =
        function.experimentation() instanceof Experimentation.Learned learned
            ? learned.settings().limits().targetUsd()
            : null;
    if (target == null) {
      pacers.remove(function.name());
      return null;
    }
    return pacers.compute(
        function.name(),
        (name, pacer) ->
            pacer != null && pacer.targetUsd() == target ? pacer : new BudgetPacer(target));
  }

  /** The watch of a function with a latency objective; another objective starts another one. */
  @Nullable LatencyWatch latencies(FunctionDefinition function) {
    Duration objective =
        function.experimentation() instanceof Experimentation.Learned learned
            ? learned.settings().limits().latencySlo()
            : null;
    if (objective == null) {
      latencies.remove(function.name());
      return null;
    }
    return latencies.compute(
        function.name(),
        (name, watch) ->
            watch != null && watch.objective().equals(objective)
                ? watch
                : new LatencyWatch(objective));
  }

  EpisodeStickiness stickiness(FunctionDefinition function) {
    StickyKey key =
        function.experimentation() instanceof Experimentation.Learned learned
            ? new StickyKey(function.name(), learned.stickiness().max(), learned.stickiness().ttl())
            : new StickyKey(function.name(), STICKY_MAX, STICKY_TTL);
    return stickiness.computeIfAbsent(
        key, limits -> new EpisodeStickiness(limits.most(), limits.timeToLive(), clock));
  }
}
