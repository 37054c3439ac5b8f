package dev.pointsman.worlds;

import java.time.Duration;
import java.util.List;

/** Worlds in which one thing happens that a router has to cope with; else they are the demo's. */
public final class IncidentWorlds {

  private IncidentWorlds() {}

  /** After 60 seconds the cheap model becomes good at code and so the best at everything. */
  public static World betterVariantAppears() {
    World demo = DemoWorld.world();
    return new World(
        "better_variant_appears",
        demo.requestsPerSecond(),
        demo.kinds(),
        demo.models(),
        List.of(new World.Drift(Duration.ofSeconds(60), "swift", RequestKind.CODE, .92)),
        demo.feedback(),
        demo.costWeight());
  }

  /** One answer in ten gets feedback, and that after 10 seconds at the earliest. Nothing drifts. */
  public static World feedbackIsRareAndLate() {
    World demo = DemoWorld.world();
    return new World(
        "feedback_rare_and_late",
        demo.requestsPerSecond(),
        demo.kinds(),
        demo.models(),
        List.of(),
        new World.FeedbackHabit(.10, Duration.ofSeconds(10), Duration.ofSeconds(5)),
        demo.costWeight());
  }
}
