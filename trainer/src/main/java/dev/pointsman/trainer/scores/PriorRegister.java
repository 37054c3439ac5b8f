package dev.pointsman.trainer.scores;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.control.AuditEntry;
import dev.pointsman.control.ControlStore;
import dev.pointsman.control.PriorEvidence;
import dev.pointsman.eventlog.ChangeEvent;
import dev.pointsman.eventlog.Event;
import dev.pointsman.routing.IdSource;
import dev.pointsman.routing.PolicyRevision;
import dev.pointsman.routing.TextPublication;
import dev.pointsman.trainer.PolicyTrainer;
import dev.pointsman.trainer.PriorCell;
import dev.pointsman.trainer.PriorProvenance;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes what scores taught into a function's evidence, or out of it again: stored in the control
 * store, told in the log and in the audit trail, and in the function's decisions from the next
 * revision on, which is published at once.
 */
public final class PriorRegister {

  private final ControlStore control;
  private final PolicyTrainer trainer;
  private final Consumer<Event> log;
  private final IdSource ids;

  /**
   * Over one installation.
   *
   * @param trainer its only one
   * @param log appends an event durably before it returns
   */
  public PriorRegister(
      ControlStore control, PolicyTrainer trainer, Consumer<Event> log, IdSource ids) {
    this.control = control;
    this.trainer = trainer;
    this.log = log;
    this.ids = ids;
  }

  /**
   * What came of it.
   *
   * @param changed false when the function knew all this already; then nothing was done
   * @param before the provenance of what it knew before, as JSON; null when it knew nothing
   * @param revision the revision that has it; null when it could not be made yet, then the trainer
   *     tries again
   */
  public record Outcome(
      boolean changed, @Nullable String before, @Nullable PolicyRevision revision) {}

  /**
   * Takes evidence in, in place of what the function had of that kind. The same file with the same
   * settings again changes nothing, so that it goes on ageing.
   *
   * @param metric what the scores are values of
   * @param actor who wants it
   * @throws IllegalArgumentException if the function does not learn
   */
  public Outcome takeIn(
      String function,
      String metric,
      ScoreFile file,
      ScoreTraining.Plan plan,
      ScoreTraining.Result result,
      String actor,
      Instant now) {
    PriorEvidence evidence =
        new PriorEvidence(
            function,
            metric,
            PriorCell.toJson(result.cells()),
            provenance(file, plan, result, actor, now),
            now);
    ScoreText learnt = result.text();
    TextPublication text =
        learnt != null && learnt.serves() ? learnt.publication(function, file, now) : null;
    PriorEvidence before = control.priorEvidence(function).orElse(null);
    if (before != null
        && before.metric().equals(metric)
        && before.cells().equals(evidence.cells())
        && before.provenance().contains(file.sha256())
        && (text == null || before.provenance().contains(text.model()))) {
      return new Outcome(false, before.provenance(), null);
    }
    String reason =
        "%s learns from %d scores in %s (SHA-256 %s), each segment and variant worth %s rewards at most."
            .formatted(
                function, result.taughtRows(), file.name(), file.sha256(), plan.mostWeight());
    Optional<PolicyRevision> revision =
        trainer.relearn(
            function,
            text,
            () -> {
              control.setPriorEvidence(evidence);
              tell("prior_evidence.set", function, before, evidence, actor, reason, now);
            });
    return new Outcome(true, before == null ? null : before.provenance(), revision.orElse(null));
  }

  /**
   * Forgets a function's evidence of that kind; of one that has none, does nothing.
   *
   * @param actor who wants it
   * @throws IllegalArgumentException if the function does not learn
   */
  public Outcome remove(String function, String actor, Instant now) {
    PriorEvidence before = control.priorEvidence(function).orElse(null);
    if (before == null) {
      return new Outcome(false, null, null);
    }
    Optional<PolicyRevision> revision =
        trainer.relearn(
            function,
            () -> {
              control.removePriorEvidence(function);
              tell(
                  "prior_evidence.removed",
                  function,
                  before,
                  null,
                  actor,
                  "%s forgets what it learnt outside its log.".formatted(function),
                  now);
            });
    return new Outcome(true, before.provenance(), revision.orElse(null));
  }

  private static String provenance(
      ScoreFile file,
      ScoreTraining.Plan plan,
      ScoreTraining.Result result,
      String actor,
      Instant now) {
    ObjectNode provenance = JsonNodeFactory.instance.objectNode();
    provenance
        .put("file", file.name())
        .put("sha256", file.sha256())
        .put("rows", file.rows().size())
        .put("taught_rows", result.taughtRows())
        .put("held_out_rows", result.heldOutRows())
        .put("held_out", plan.heldOut())
        .put("weight", plan.mostWeight())
        .put("taken_in_at", now.toString())
        .put("taken_in_by", actor);
    ScoreText text = result.text();
    if (text != null) {
      ObjectNode told = provenance.putObject(PriorProvenance.TEXT);
      told.put("samples", text.samples())
          .put("weight", text.getWeight())
          .put("utility_difference", text.utilityDifference().mean())
          .put("lower", text.utilityDifference().low())
          .put("compared", text.compared());
      if (text.serves()) {
        told.put(PriorProvenance.MODEL, text.getModel());
      }
    }
    return provenance.toString();
  }

  /** The log has the cells, so that every revision follows from it; the audit trail has whence. */
  private void tell(
      String action,
      String function,
      @Nullable PriorEvidence before,
      @Nullable PriorEvidence after,
      String actor,
      String reason,
      Instant now) {
    control.audit(
        new AuditEntry(
            ids.at(now),
            now,
            actor,
            action,
            function,
            before == null ? null : before.provenance(),
            after == null ? null : after.provenance(),
            reason));
    log.accept(
        new ChangeEvent(
            ids.at(now),
            now,
            ChangeEvent.Kind.POLICY,
            actor,
            function,
            "prior evidence",
            state(before),
            state(after),
            reason));
  }

  private static @Nullable String state(@Nullable PriorEvidence evidence) {
    return evidence == null
        ? null
        : "{\"metric\":%s,\"source\":%s,\"cells\":%s}"
            .formatted(
                JsonNodeFactory.instance.textNode(evidence.metric()),
                evidence.provenance(),
                evidence.cells());
  }
}
