package dev.pointsman.eventlog.testing;

import dev.pointsman.eventlog.ChangeEvent;
import dev.pointsman.eventlog.ConfigEvent;
import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.EventCodec;
import dev.pointsman.eventlog.EventCursor;
import dev.pointsman.eventlog.EventLog;
import dev.pointsman.eventlog.FeedbackEvent;
import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.eventlog.RevisionEvent;
import dev.pointsman.eventlog.SpooledEvent;
import dev.pointsman.eventlog.TextModelEvent;
import dev.pointsman.routing.Decision;
import dev.pointsman.routing.DecisionKind;
import dev.pointsman.routing.PolicyVersion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * What holds for every log, checked after each test. Register it with {@code @RegisterExtension} and
 * give it the log (which it reads with a cursor of its own from the first event still there) or a
 * list of events:
 *
 * <ul>
 *   <li>exactly one inference event per inference id, and one per admitted inference when those are
 *       named by {@link #admitted};
 *   <li>a decision has a propensity in (0, 1] that is its vector's at the chosen variant, and the
 *       vector sums to 1 over the eligible candidates and is 0 at those that are excluded;
 *   <li>a decision names its policy, and a revision that the log has published if it is a learning
 *       one and the log has published any of its generation;
 *   <li>what is no decision carries no propensity;
 *   <li>texts named by {@link #secretText} stand nowhere but in the payload and raw fields.
 * </ul>
 */
public final class EventLogInvariants implements AfterEachCallback {

  private static final double TOLERANCE = 1e-9;

  private final Supplier<List<Event>> events;
  private final Set<UUID> admitted = new HashSet<>();
  private final List<String> prompts = new ArrayList<>();

  private EventLogInvariants(Supplier<List<Event>> events) {
    this.events = events;
  }

  /** The rules for an open log, asked for after each test; null when the test opened none. */
  public static EventLogInvariants of(Supplier<EventLog> log) {
    return new EventLogInvariants(
        () -> {
          EventLog open = log.get();
          return open == null || open.health().state() == EventLog.State.CLOSED
              ? List.of()
              : allOf(open);
        });
  }

  /** The rules for events that a test gathers. */
  public static EventLogInvariants ofEvents(Supplier<List<Event>> events) {
    return new EventLogInvariants(events);
  }

  /** Says that an inference was admitted in this test: it must be in the log. */
  public EventLogInvariants admitted(UUID inferenceId) {
    admitted.add(inferenceId);
    return this;
  }

  /** Says that a text is a prompt's or an answer's. */
  public EventLogInvariants secretText(String text) {
    prompts.add(text);
    return this;
  }

  @Override
  public void afterEach(ExtensionContext context) {
    try {
      check(events.get(), admitted, prompts);
    } finally {
      admitted.clear();
      prompts.clear();
    }
  }

  /** All committed events of a log that are still in its spool. */
  public static List<Event> allOf(EventLog log) {
    List<Event> all = new ArrayList<>();
    try (EventCursor cursor = log.cursor("invariants", 0)) {
      for (List<SpooledEvent> next = cursor.next(1000, 1 << 24, Duration.ZERO);
          !next.isEmpty();
          next = cursor.next(1000, 1 << 24, Duration.ZERO)) {
        next.forEach(event -> all.add(event.event()));
      }
      cursor.release(Long.MAX_VALUE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while reading the log", e);
    }
    return all;
  }

  /**
   * Checks the rules.
   *
   * @param admitted ids that must each have their inference event
   * @param prompts texts that may stand in payload and raw fields only
   * @throws AssertionError with the rule that is broken and the event that breaks it
   */
  public static void check(List<Event> events, Collection<UUID> admitted, List<String> prompts) {
    Set<UUID> inferences = new HashSet<>();
    Set<String> generations = new HashSet<>();
    Set<String> revisions = new HashSet<>();
    for (Event event : events) {
      if (event instanceof RevisionEvent revision) {
        String generation =
            revision.revision().functionName() + "/" + revision.revision().generation();
        generations.add(generation);
        revisions.add(generation + "/" + revision.revision().revision());
      }
    }
    for (Event event : events) {
      if (event instanceof InferenceEvent inference) {
        require(inferences.add(event.id()), event, "there are two inference events of this id");
        decision(inference, generations, revisions);
      }
      for (String prompt : prompts) {
        require(!outsidePayload(event).contains(escaped(prompt)), event, "prompt text in a column");
      }
    }
    for (UUID id : admitted) {
      if (!inferences.contains(id)) {
        throw new AssertionError("inference %s was admitted and is not in the log".formatted(id));
      }
    }
  }

  private static void decision(
      InferenceEvent event, Set<String> generations, Set<String> revisions) {
    Decision decision = event.decision();
    Double propensity = decision.propensity();
    double[] vector = decision.propensities();
    if (decision.kind() != DecisionKind.DECISION) {
      require(propensity == null && vector.length == 0, event, "no decision, but a propensity");
      return;
    }
    require(propensity != null && propensity > 0 && propensity <= 1, event, "propensity");
    require(vector.length == decision.candidates().size(), event, "one propensity per candidate");
    int chosen = decision.candidates().indexOf(decision.chosenVariant());
    require(chosen >= 0 && vector[chosen] == propensity, event, "propensity of the chosen variant");
    double sum = 0;
    for (int arm = 0; arm < vector.length; arm++) {
      require(vector[arm] >= 0, event, "negative propensity");
      String exclusion = decision.exclusions().isEmpty() ? "" : decision.exclusions().get(arm);
      // A soft exclusion leaves a variant eligible: the uniform lane still serves it.
      boolean eligible = exclusion.isEmpty() || exclusion.startsWith("soft");
      require(eligible || vector[arm] == 0, event, "an excluded variant has a propensity");
      sum += vector[arm];
    }
    require(Math.abs(sum - 1) < TOLERANCE, event, "propensities sum to " + sum);
    PolicyVersion version = decision.version();
    require(version != null, event, "a decision without a policy version");
    String generation = event.asker().functionName() + "/" + version.generation();
    require(
        version.revision() == 0
            || !generations.contains(generation)
            || revisions.contains(generation + "/" + version.revision()),
        event,
        "revision %d of generation %s is not in the log"
            .formatted(version.revision(), version.generation()));
  }

  private static String outsidePayload(Event event) {
    Event bare =
        switch (event) {
          case InferenceEvent e -> e.withoutTexts();
          // A comment or demonstration is text that its author gave as feedback.
          case FeedbackEvent e ->
              new FeedbackEvent(
                  e.feedbackId(),
                  e.receivedAt(),
                  e.target(),
                  e.targetId(),
                  e.metricName(),
                  e.booleanValue(),
                  e.floatValue(),
                  null,
                  e.source(),
                  e.tags(),
                  e.keyId(),
                  e.rejected());
          // A configuration's own templates are its text.
          case ConfigEvent e -> new ConfigEvent(e.id(), e.at(), e.configHash(), "");
          case ChangeEvent e -> e;
          case RevisionEvent e -> e;
          case TextModelEvent e -> e;
        };
    return EventCodec.toJson(bare);
  }

  /** The text as JSON holds it, without its quotes. */
  private static String escaped(String text) {
    return text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }

  private static void require(boolean holds, Event event, String rule) {
    if (!holds) {
      throw new AssertionError("%s: in event %s of %s".formatted(rule, event.id(), event.at()));
    }
  }
}
