package dev.pointsman.replay;

import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.FeedbackEvent;
import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.routing.Decision;
import dev.pointsman.routing.IdSource;
import dev.pointsman.worlds.SimulatedModel;
import dev.pointsman.worlds.SimulatedUsers;
import dev.pointsman.worlds.World;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.Consumer;

/** The events that a router would write during a run of a world. Every inference is answered. */
final class WorldLog {

  private final Consumer<Event> sink;
  private final World world;
  private final IdSource ids;

  WorldLog(Consumer<Event> sink, World world, long seed) {
    this.sink = sink;
    this.world = world;
    SplittableRandom bits = new SplittableRandom(seed);
    this.ids = new IdSource(() -> WorldRun.START, bits::nextLong);
  }

  /** Writes an inference that was answered; returns its id. */
  UUID answered(
      SimulatedUsers.Visit visit, UUID episode, Decision decision, SimulatedModel.Answer answer) {
    Instant startedAt = WorldRun.START.plus(visit.at());
    UUID inference = ids.at(startedAt);
    String variant = decision.chosenVariant();
    long micros = answer.latency().toNanos() / 1_000;
    long cost = world.model(variant).usage().priceNanos();
    InferenceEvent.Tokens tokens =
        new InferenceEvent.Tokens(
            (long) answer.inputTokens(), (long) answer.outputTokens(), null, null, null);
    sink.accept(
        new InferenceEvent(
            new InferenceEvent.Ids(
                inference, episode, inference.toString(), null, null, "world", startedAt),
            new InferenceEvent.Asker(
                "native", null, WorldRun.FUNCTION, "chat", null, null, null, visit.tags()),
            new InferenceEvent.Versions("", "", 0),
            decision,
            new InferenceEvent.Outcome(
                InferenceEvent.Ending.ANSWERED,
                null,
                variant,
                variant,
                "simulated",
                1,
                false,
                "stop",
                false,
                "off"),
            new InferenceEvent.Quantities(tokens, false, cost, null, null, micros, null, 0),
            List.of(),
            null));
    return inference;
  }

  /** Writes a feedback on an inference. */
  void rated(UUID inference, boolean resolved, Instant at) {
    sink.accept(
        new FeedbackEvent(
            ids.at(at),
            at,
            FeedbackEvent.Target.INFERENCE,
            inference,
            WorldRun.METRIC,
            resolved,
            null,
            null,
            "api",
            Map.of(),
            null,
            null));
  }
}
