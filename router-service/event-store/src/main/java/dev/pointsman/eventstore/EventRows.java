package dev.pointsman.eventstore;

import dev.pointsman.eventlog.ChangeEvent;
import dev.pointsman.eventlog.ConfigEvent;
import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.EventCodec;
import dev.pointsman.eventlog.FeedbackEvent;
import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.eventlog.RevisionEvent;
import dev.pointsman.eventlog.TextModelEvent;
import dev.pointsman.routing.Decision;
import dev.pointsman.routing.DecisionKind;
import dev.pointsman.routing.PolicyRevision;
import dev.pointsman.routing.PolicyVersion;
import dev.pointsman.routing.TextPublication;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Turns the events of one batch into rows. Values are written by position, in the order of {@link
 * EventTable}; a test reads every one of them back by name.
 */
final class EventRows {

  private static final String STARTED = "started";
  private static final String RECEIVED = "received";

  private final RowSink.OfTable sinks;
  private final String source;
  private final long sequence;
  private final Set<Object> touched = new HashSet<>();

  /**
   * Rows of one batch.
   *
   * @param source where the events come from
   * @param sequence its number of the batch's last event
   */
  EventRows(RowSink.OfTable sinks, String source, long sequence) {
    this.sinks = sinks;
    this.source = source;
    this.sequence = sequence;
  }

  /**
   * Writes the rows of one event.
   *
   * @throws EventRefusedException if it contradicts itself; then nothing of it was written
   */
  void write(Event event) throws SQLException {
    switch (event) {
      case InferenceEvent e -> inference(e);
      case FeedbackEvent e -> feedback(e);
      case RevisionEvent e -> revision(e.revision());
      case TextModelEvent e -> textModel(e.publication());
      case ChangeEvent e -> change(e);
      case ConfigEvent e -> config(e);
    }
  }

  /** Writes a row that is one already. */
  void write(TableRow row) throws SQLException {
    row.writeTo(sinks);
  }

  /** Says that something came in for the unit of a row. */
  void touch(TableRow row) throws SQLException {
    if (row.table() == EventTable.INFERENCE) {
      Instant startedAt = row.time();
      touchMinute(STARTED, startedAt);
      String kind = (String) row.get("kind");
      if (DecisionKind.DECISION.label().equals(kind) || DecisionKind.STICKY.label().equals(kind)) {
        touchEpisode((String) row.get("function_name"), (UUID) row.get("episode_id"), startedAt);
      }
    } else if (row.table() == EventTable.FEEDBACK) {
      Instant receivedAt = row.time();
      touchMinute(RECEIVED, receivedAt);
      if (row.get("rejected") == null
          && (row.get("value_boolean") != null || row.get("value_float") != null)) {
        touchTarget(
            (String) row.get("target_type"),
            (UUID) row.get("target_id"),
            (String) row.get("metric_name"),
            receivedAt);
      }
    }
  }

  private void inference(InferenceEvent event) throws SQLException {
    check(event);
    Decision decision = event.decision();
    InferenceEvent.Ids ids = event.ids();
    InferenceEvent.Asker asker = event.asker();
    InferenceEvent.Versions versions = event.versions();
    InferenceEvent.Outcome outcome = event.outcome();
    InferenceEvent.Quantities quantities = event.quantities();
    PolicyVersion policy = decision.version();

    RowSink row = begin(EventTable.INFERENCE);
    row.id(ids.inferenceId()).id(ids.episodeId()).text(ids.requestId());
    row.text(ids.traceId()).text(ids.idempotencyKey()).text(ids.node());
    row.small(EventCodec.VERSION).time(ids.startedAt());

    row.text(asker.surface()).text(asker.namespace()).text(asker.functionName());
    row.text(asker.functionType()).text(asker.keyId()).text(asker.teamId());
    row.text(asker.endUser()).texts(asker.tags());

    row.text(versions.configHash()).text(versions.priceVersion());
    row.text(policy == null ? null : policy.kind());
    row.text(policy == null ? null : policy.generation());
    row.whole(policy == null ? null : (Long) policy.revision());
    row.small(versions.featureVersion()).small(Decision.HASH_VERSION);

    row.text(decision.kind().label()).id(decision.decidedBy()).text(decision.segment());
    row.text(decision.stratum()).text(decision.experiment());
    row.text(decision.experimentGroup()).shares(decision.groupShares());
    row.texts(decision.groupVariants()).text(decision.lane()).shares(decision.laneShares());
    row.names(decision.candidates()).names(decision.exclusions());
    row.reals(decision.predictedQuality());
    row.wholes(decision.predictedCostNanos()).wholes(decision.predictedLatencyUs());
    row.reals(decision.utility()).reals(decision.floors());
    row.reals(decision.policyProbabilities()).reals(decision.challengerProbabilities());
    row.reals(decision.propensities()).real(decision.utilityWeight()).real(decision.gamma());
    row.texts(decision.features()).text(decision.chosenVariant());
    row.real(decision.propensity()).flag(decision.explored());

    row.text(outcome.ending().label()).text(outcome.errorClass());
    row.text(outcome.servedVariant()).text(outcome.servedModel());
    row.text(outcome.servedProvider()).small(outcome.attempts()).flag(outcome.fallback());
    row.text(outcome.finishReason()).flag(outcome.stream()).text(outcome.cache());

    tokens(row, quantities.tokens());
    row.flag(quantities.tokensEstimated()).whole(quantities.costNanos());
    row.text(quantities.baselineVariant()).whole(quantities.baselineCostNanos());
    row.whole(quantities.durationMicros()).whole(quantities.ttftMicros());
    row.whole(quantities.overheadMicros()).end();

    InferenceEvent.Payload payload = event.payload();
    if (payload != null) {
      RowSink text = begin(EventTable.INFERENCE_PAYLOAD);
      text.id(ids.inferenceId()).time(ids.startedAt());
      text.text(asker.functionName()).text(payload.input()).text(payload.output());
      text.text(payload.parameters()).text(payload.tools()).flag(payload.shortened()).end();
    }
    for (InferenceEvent.Attempt attempt : event.attempts()) {
      attempt(ids.inferenceId(), attempt);
    }
    if (decision.kind() == DecisionKind.DECISION || decision.kind() == DecisionKind.STICKY) {
      touchEpisode(asker.functionName(), ids.episodeId(), ids.startedAt());
    }
    touchMinute(STARTED, ids.startedAt());
  }

  private void attempt(UUID inferenceId, InferenceEvent.Attempt attempt) throws SQLException {
    RowSink row = begin(EventTable.ATTEMPT);
    row.id(attempt.attemptId()).id(inferenceId).small(attempt.ordinal());
    row.time(attempt.startedAt());
    row.text(attempt.variant()).text(attempt.model()).text(attempt.provider());
    row.text(attempt.purpose()).text(attempt.status()).small(attempt.httpStatus());
    row.text(attempt.errorClass()).text(attempt.circuit());
    tokens(row, attempt.tokens());
    row.whole(attempt.costNanos()).whole(attempt.durationMicros()).whole(attempt.ttftMicros());
    row.text(attempt.finishReason()).flag(attempt.cached()).end();
    if (attempt.rawRequest() != null || attempt.rawResponse() != null) {
      RowSink text = begin(EventTable.ATTEMPT_PAYLOAD);
      text.id(attempt.attemptId()).id(inferenceId).time(attempt.startedAt());
      text.text(attempt.rawRequest()).text(attempt.rawResponse()).end();
    }
  }

  private void feedback(FeedbackEvent event) throws SQLException {
    RowSink row = begin(EventTable.FEEDBACK);
    row.id(event.feedbackId()).time(event.receivedAt());
    row.text(event.target().label()).id(event.targetId()).text(event.metricName());
    row.flag(event.booleanValue()).real(event.floatValue()).text(event.textValue());
    row.text(event.source()).texts(event.tags()).text(event.keyId());
    row.text(event.rejected()).end();
    if (event.rejected() == null && (event.booleanValue() != null || event.floatValue() != null)) {
      touchTarget(event.target().label(), event.targetId(), event.metricName(), event.receivedAt());
    }
    touchMinute(RECEIVED, event.receivedAt());
  }

  private void revision(PolicyRevision revision) throws SQLException {
    RowSink row = begin(EventTable.POLICY_REVISION);
    row.text(revision.functionName()).text(revision.generation()).whole(revision.revision());
    row.time(revision.publishedAt());
    row.text(StatisticsText.write(revision.statistics())).text(revision.provenance());
    row.text(revision.textModel()).end();
  }

  private void textModel(TextPublication publication) throws SQLException {
    RowSink row = begin(EventTable.TEXT_MODEL);
    row.text(publication.functionName()).text(publication.model());
    row.time(publication.publishedAt()).text(publication.provenance());
    row.text(publication.body()).end();
  }

  private void change(ChangeEvent event) throws SQLException {
    RowSink row = begin(EventTable.CHANGE_EVENT);
    row.id(event.id()).time(event.at()).text(event.kind().label());
    row.text(event.actor()).text(event.functionName()).text(event.object());
    row.text(event.before()).text(event.after()).text(event.reason()).end();
  }

  private void config(ConfigEvent event) throws SQLException {
    RowSink row = begin(EventTable.CONFIG_SNAPSHOT);
    row.text(event.configHash()).time(event.at()).text(event.text()).end();
  }

  /** Says that a minute is to be summed again. */
  private void touchMinute(String kind, Instant at) throws SQLException {
    Instant minute = at.truncatedTo(ChronoUnit.MINUTES);
    if (touched.add(Arrays.asList(kind, minute))) {
      arrival(null, null, kind, null, null, minute);
    }
  }

  private void touchEpisode(@Nullable String functionName, @Nullable UUID episodeId, Instant at)
      throws SQLException {
    if (touched.add(Arrays.asList(functionName, episodeId))) {
      arrival(functionName, episodeId, null, null, null, at);
    }
  }

  private void touchTarget(
      @Nullable String targetType, @Nullable UUID targetId, @Nullable String metricName, Instant at)
      throws SQLException {
    if (touched.add(Arrays.asList(targetType, targetId, metricName))) {
      arrival(null, null, targetType, targetId, metricName, at);
    }
  }

  private void arrival(
      @Nullable String functionName,
      @Nullable UUID episodeId,
      @Nullable String targetType,
      @Nullable UUID targetId,
      @Nullable String metricName,
      Instant at)
      throws SQLException {
    RowSink row = sinks.begin(TableShape.ARRIVAL);
    row.text(source).whole(sequence).text(functionName).id(episodeId);
    row.text(targetType).id(targetId).text(metricName).time(at).end();
  }

  private RowSink begin(EventTable table) throws SQLException {
    return sinks.begin(table.shape());
  }

  private static void tokens(RowSink row, InferenceEvent.Tokens tokens) throws SQLException {
    row.whole(tokens.input()).whole(tokens.output()).whole(tokens.cachedInput());
    row.whole(tokens.cacheWrite()).whole(tokens.reasoning());
  }

  private static void check(InferenceEvent event) {
    Decision decision = event.decision();
    int arms = decision.candidates().size();
    refuseUnless(decision.propensities().length == arms, event, "propensities: one per candidate");
    refuseUnless(decision.exclusions().size() == arms, event, "exclusions: one per candidate");
    if (decision.kind() == DecisionKind.DECISION) {
      Double propensity = decision.propensity();
      refuseUnless(
          propensity != null && propensity > 0 && propensity <= 1,
          event,
          "propensity must be in (0, 1], is " + propensity);
    }
  }

  private static void refuseUnless(boolean holds, InferenceEvent event, String rule) {
    if (!holds) {
      throw new EventRefusedException(
          "inference %s of %s: %s".formatted(event.id(), event.asker().functionName(), rule));
    }
  }
}
