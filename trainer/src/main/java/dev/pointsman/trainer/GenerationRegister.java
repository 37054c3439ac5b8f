package dev.pointsman.trainer;

import dev.pointsman.catalog.Experimentation;
import dev.pointsman.control.AuditEntry;
import dev.pointsman.control.ControlStore;
import dev.pointsman.control.GateStanding;
import dev.pointsman.control.Generation;
import dev.pointsman.control.Generation.Status;
import dev.pointsman.eventlog.ChangeEvent;
import dev.pointsman.eventlog.Event;
import dev.pointsman.routing.IdSource;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Decides which generation of a function serves, and which is computed beside it, by what is
 * configured and what stands in the control store; registers what is new.
 *
 * <p>Without a promotion gate what is configured serves. With one:
 *
 * <ul>
 *   <li>What is configured serves already: a challenger that was waiting is withdrawn.
 *   <li>It cannot wait beside what serves, because its reward, its context, its candidates, its
 *       baseline or its dollar target is another: there is nothing to compare, and it serves at once.
 *   <li>It waits, or was turned away: so it stays.
 *   <li>It is new: it is registered as a challenger, in place of the one before.
 * </ul>
 */
final class GenerationRegister {

  private static final String ACTOR = "trainer";

  private final ControlStore control;
  private final IdSource ids;
  private final String codeVersion;

  GenerationRegister(ControlStore control, IdSource ids, String codeVersion) {
    this.control = control;
    this.ids = ids;
    this.codeVersion = codeVersion;
  }

  /**
   * Who decides for a function.
   *
   * @param serving decides
   * @param beside is computed beside it; null when none is
   * @param share the part of the policy's traffic that {@code beside} serves
   * @param news what has to be logged before any of it is used
   */
  record Lineup(Generation serving, @Nullable Generation beside, double share, List<Event> news) {}

  /** What is configured for one function. */
  record Configured(
      String function,
      Experimentation.Learned learned,
      GenerationSettings settings,
      String configHash) {}

  /** The line-up under this configuration. */
  Lineup lineup(Configured configured, Instant now) {
    String function = configured.function();
    Optional<Generation> current = control.currentGeneration(function);
    if (current.isEmpty()) {
      return serveAtOnce(
          configured, null, "%s learns for the first time.".formatted(function), now);
    }
    Generation serving = current.get();
    boolean gated = configured.learned().rules().promotion() != null;
    if (serving.settings().equals(configured.settings().text())) {
      return settled(configured, serving, gated, now);
    }
    if (!gated) {
      return serveAtOnce(
          configured,
          serving,
          "The reward, the candidates or the settings of %s were changed.".formatted(function),
          now);
    }
    String apart =
        configured.settings().cannotWaitBeside(new GenerationSettings(serving.settings()));
    if (apart != null) {
      return serveAtOnce(
          configured,
          serving,
          ("The setting %s of %s was changed: what is decided and rewarded under the old one and"
                  + " the new one cannot be compared, so nothing can be proved at the gate, and the"
                  + " change serves at once.")
              .formatted(apart, function),
          now);
    }
    Optional<Generation> waiting = asConfigured(configured, Status.CHALLENGER);
    if (waiting.isPresent()) {
      double share =
          control.standing(waiting.get().id()).map(standing -> standing.share()).orElse(0.0);
      return new Lineup(serving, waiting.get(), share, List.of());
    }
    if (asConfigured(configured, Status.REJECTED).isPresent()) {
      return new Lineup(serving, null, 0, List.of());
    }
    return challenge(configured, serving, now);
  }

  private Optional<Generation> asConfigured(Configured configured, Status status) {
    return control
        .generation(configured.function(), status)
        .filter(generation -> generation.settings().equals(configured.settings().text()));
  }

  /** What is configured serves already. */
  private Lineup settled(Configured configured, Generation serving, boolean gated, Instant now) {
    List<Event> news = new ArrayList<>();
    Map<String, Status> gone = new TreeMap<>();
    Optional<Generation> waiting = control.generation(configured.function(), Status.CHALLENGER);
    control
        .generation(configured.function(), Status.REJECTED)
        .ifPresent(rejected -> gone.put(rejected.id(), Status.RETIRED));
    Optional<Generation> standby = control.generation(configured.function(), Status.STANDBY);
    if (!gated) {
      standby.ifPresent(before -> gone.put(before.id(), Status.RETIRED));
    }
    if (waiting.isPresent()) {
      String id = waiting.get().id();
      String reason =
          "The configuration of %s is again that of %s, which serves: %s is withdrawn."
              .formatted(configured.function(), serving.id(), id);
      gone.put(id, Status.RETIRED);
      news.add(change(configured.function(), id, waiting.get().settings(), null, reason, now));
      Optional<GateStanding> standing = control.standing(id);
      if (standing.isPresent()) {
        GateState state = Standings.stateOf(standing.get());
        control.move(
            gone,
            Standings.with(standing.get(), state.to(GateState.Stage.ROLLED_BACK, 0, now, reason)));
        gone.clear();
      }
    }
    if (!gone.isEmpty()) {
      control.move(gone);
    }
    return new Lineup(serving, gated ? standby.orElse(null) : null, 0, news);
  }

  private Lineup serveAtOnce(
      Configured configured, @Nullable Generation before, String reason, Instant now) {
    Generation generation = generation(configured, Status.SERVING, now);
    control.register(generation);
    return new Lineup(
        generation, null, 0, List.of(registered(configured, generation, before, reason, now)));
  }

  private Lineup challenge(Configured configured, Generation serving, Instant now) {
    Generation generation = generation(configured, Status.CHALLENGER, now);
    String reason =
        ("The settings of %s were changed: %s is a challenger, and waits at the gate beside %s,"
                + " which serves.")
            .formatted(configured.function(), generation.id(), serving.id());
    control.registerChallenger(
        generation, Standings.first(generation, serving.id(), GateState.shadow(now)));
    return new Lineup(
        serving, generation, 0, List.of(registered(configured, generation, serving, reason, now)));
  }

  private Generation generation(Configured configured, Status status, Instant now) {
    return new Generation(
        control.nextGenerationId(),
        configured.function(),
        configured.learned().settings().algorithm(),
        configured.learned().settings().candidates(),
        configured.settings().text(),
        "{\"config_hash\":\"%s\",\"code_version\":\"%s\",\"settings_hash\":\"%s\"%s}"
            .formatted(
                configured.configHash(),
                codeVersion,
                configured.settings().hash(),
                priorEvidence(configured)),
        now,
        status);
  }

  /** Where what the generation begins with was learnt; empty when it begins with nothing. */
  private String priorEvidence(Configured configured) {
    return control
        .priorEvidence(configured.function())
        .filter(evidence -> evidence.metric().equals(configured.learned().metric()))
        .map(evidence -> ",\"prior_evidence\":" + evidence.provenance())
        .orElse("");
  }

  private ChangeEvent registered(
      Configured configured,
      Generation generation,
      @Nullable Generation before,
      String reason,
      Instant now) {
    String old = before == null ? null : before.settings();
    control.audit(
        new AuditEntry(
            ids.at(now),
            now,
            ACTOR,
            "generation.registered",
            configured.function() + " " + generation.id(),
            old,
            generation.settings(),
            reason));
    return change(configured.function(), generation.id(), old, generation.settings(), reason, now);
  }

  private ChangeEvent change(
      String function,
      String generation,
      @Nullable String before,
      @Nullable String after,
      String reason,
      Instant now) {
    return new ChangeEvent(
        ids.at(now),
        now,
        ChangeEvent.Kind.POLICY,
        ACTOR,
        function,
        "generation " + generation,
        before,
        after,
        reason);
  }
}
