package dev.pointsman.eventstore;

import dev.pointsman.eventlog.ChangeEvent;
import dev.pointsman.eventlog.ConfigEvent;
import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.EventCodec;
import dev.pointsman.eventlog.FeedbackEvent;
import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.eventlog.RevisionEvent;
import dev.pointsman.routing.Decision;
import dev.pointsman.routing.DecisionKind;
import dev.pointsman.routing.PolicyRevision;
import dev.pointsman.routing.PolicyVersion;
import java.sql.SQLException;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/**
 * Turns events into rows of one running transaction. Columns are appended by position, in the order
 * of the migrations; a test reads every one of them back by name.
 */
final class EventAppender implements AutoCloseable {

  private final DuckDBConnection connection;
  private final long sequence;
  private final EnumMap<EventTable, DuckDBAppender> appenders = new EnumMap<>(EventTable.class);
  private final Set<Object> touched = new HashSet<>();
  private @Nullable DuckDBAppender arrivals;

  /**
   * An appender for one batch.
   *
   * @param connection with a transaction begun: an appender alone does not heed auto-commit
   * @param sequence the sequence number of the batch's last event
   */
  EventAppender(DuckDBConnection connection, long sequence) {
    this.connection = connection;
    this.sequence = sequence;
  }

  void append(Event event) throws SQLException {
    switch (event) {
      case InferenceEvent e -> appendInference(e);
      case FeedbackEvent e -> appendFeedback(e);
      case RevisionEvent e -> appendRevision(e.revision());
      case ChangeEvent e -> appendChange(e);
      case ConfigEvent e -> appendConfig(e);
    }
  }

  /** Hands the rows to the transaction; without this they are lost, as they are on a roll-back. */
  void flush() throws SQLException {
    for (DuckDBAppender appender : appenders.values()) {
      appender.close();
    }
    if (arrivals != null) {
      arrivals.close();
    }
    appenders.clear();
    arrivals = null;
  }

  @Override
  public void close() {
    try {
      flush();
    } catch (SQLException e) {
      // A batch that failed is rolled back: what its appenders still held must not be flushed, and
      // the engine says so by an error on closing.
      appenders.clear();
    }
  }

  private void appendInference(InferenceEvent event) throws SQLException {
    check(event);
    Decision decision = event.decision();
    InferenceEvent.Ids ids = event.ids();
    InferenceEvent.Asker asker = event.asker();
    InferenceEvent.Versions versions = event.versions();
    InferenceEvent.Outcome outcome = event.outcome();
    InferenceEvent.Quantities quantities = event.quantities();
    PolicyVersion policy = decision.version();

    DuckDBAppender row = to(EventTable.INFERENCE).beginRow();
    row.append(ids.inferenceId()).append(ids.episodeId()).append(ids.requestId());
    row.append(ids.traceId()).append(ids.idempotencyKey()).append(ids.node());
    row.append(EventCodec.VERSION).appendEpochMicros(micros(ids.startedAt()));

    row.append(asker.surface()).append(asker.namespace()).append(asker.functionName());
    row.append(asker.functionType()).append(asker.keyId()).append(asker.teamId());
    row.append(asker.endUser()).append(asker.tags());

    row.append(versions.configHash()).append(versions.priceVersion());
    row.append(policy == null ? null : policy.kind());
    row.append(policy == null ? null : policy.generation());
    row.append(policy == null ? null : (Long) policy.revision());
    row.append(versions.featureVersion()).append(Decision.HASH_VERSION);

    row.append(decision.kind().label()).append(decision.decidedBy()).append(decision.segment());
    row.append(decision.stratum()).append(decision.experiment());
    row.append(decision.experimentGroup()).append(decision.groupShares());
    row.append(decision.groupVariants()).append(decision.lane()).append(decision.laneShares());
    row.append(decision.candidates()).append(decision.exclusions());
    row.append(decision.predictedQuality());
    appendUnlessUnknown(row, decision.predictedCostNanos());
    appendUnlessUnknown(row, decision.predictedLatencyUs());
    row.append(decision.utility()).append(decision.floors());
    row.append(decision.policyProbabilities()).append(decision.challengerProbabilities());
    row.append(decision.propensities()).append(decision.utilityWeight()).append(decision.gamma());
    row.append(decision.features()).append(decision.chosenVariant());
    row.append(decision.propensity()).append(decision.explored());

    row.append(outcome.ending().label()).append(outcome.errorClass());
    row.append(outcome.servedVariant()).append(outcome.servedModel());
    row.append(outcome.servedProvider()).append(outcome.attempts()).append(outcome.fallback());
    row.append(outcome.finishReason()).append(outcome.stream()).append(outcome.cache());

    appendTokens(row, quantities.tokens());
    row.append(quantities.tokensEstimated()).append(quantities.costNanos());
    row.append(quantities.baselineVariant()).append(quantities.baselineCostNanos());
    row.append(quantities.durationMicros()).append(quantities.ttftMicros());
    row.append(quantities.overheadMicros());
    row.endRow();

    InferenceEvent.Payload payload = event.payload();
    if (payload != null) {
      DuckDBAppender text = to(EventTable.INFERENCE_PAYLOAD).beginRow();
      text.append(ids.inferenceId()).appendEpochMicros(micros(ids.startedAt()));
      text.append(asker.functionName()).append(payload.input()).append(payload.output());
      text.append(payload.parameters()).append(payload.tools()).append(payload.shortened());
      text.endRow();
    }
    for (InferenceEvent.Attempt attempt : event.attempts()) {
      appendAttempt(ids.inferenceId(), attempt);
    }
    if (decision.kind() == DecisionKind.DECISION || decision.kind() == DecisionKind.STICKY) {
      if (touched.add(List.of(asker.functionName(), ids.episodeId()))) {
        arrival(asker.functionName(), ids.episodeId(), null, null, null);
      }
    }
  }

  private void appendAttempt(UUID inferenceId, InferenceEvent.Attempt attempt) throws SQLException {
    DuckDBAppender row = to(EventTable.ATTEMPT).beginRow();
    row.append(attempt.attemptId()).append(inferenceId).append(attempt.ordinal());
    row.appendEpochMicros(micros(attempt.startedAt()));
    row.append(attempt.variant()).append(attempt.model()).append(attempt.provider());
    row.append(attempt.purpose()).append(attempt.status()).append(attempt.httpStatus());
    row.append(attempt.errorClass()).append(attempt.circuit());
    appendTokens(row, attempt.tokens());
    row.append(attempt.costNanos()).append(attempt.durationMicros()).append(attempt.ttftMicros());
    row.append(attempt.finishReason()).append(attempt.cached());
    row.endRow();
    if (attempt.rawRequest() != null || attempt.rawResponse() != null) {
      DuckDBAppender text = to(EventTable.ATTEMPT_PAYLOAD).beginRow();
      text.append(attempt.attemptId()).append(inferenceId);
      text.appendEpochMicros(micros(attempt.startedAt()));
      text.append(attempt.rawRequest()).append(attempt.rawResponse());
      text.endRow();
    }
  }

  private void appendFeedback(FeedbackEvent event) throws SQLException {
    DuckDBAppender row = to(EventTable.FEEDBACK).beginRow();
    row.append(event.feedbackId()).appendEpochMicros(micros(event.receivedAt()));
    row.append(event.target().label()).append(event.targetId()).append(event.metricName());
    row.append(event.booleanValue()).append(event.floatValue()).append(event.textValue());
    row.append(event.source()).append(event.tags()).append(event.keyId());
    row.append(event.rejected());
    row.endRow();
    if (event.rejected() == null
        && (event.booleanValue() != null || event.floatValue() != null)
        && touched.add(List.of(event.metricName(), event.targetId(), event.target()))) {
      arrival(null, null, event.target().label(), event.targetId(), event.metricName());
    }
  }

  private void appendRevision(PolicyRevision revision) throws SQLException {
    DuckDBAppender row = to(EventTable.POLICY_REVISION).beginRow();
    row.append(revision.functionName()).append(revision.generation()).append(revision.revision());
    row.appendEpochMicros(micros(revision.publishedAt()));
    row.append(StatisticsText.write(revision.statistics())).append(revision.provenance());
    row.endRow();
  }

  private void appendChange(ChangeEvent event) throws SQLException {
    DuckDBAppender row = to(EventTable.CHANGE_EVENT).beginRow();
    row.append(event.id()).appendEpochMicros(micros(event.at())).append(event.kind().label());
    row.append(event.actor()).append(event.functionName()).append(event.object());
    row.append(event.before()).append(event.after()).append(event.reason());
    row.endRow();
  }

  private void appendConfig(ConfigEvent event) throws SQLException {
    DuckDBAppender row = to(EventTable.CONFIG_SNAPSHOT).beginRow();
    row.append(event.configHash()).appendEpochMicros(micros(event.at())).append(event.text());
    row.endRow();
  }

  private void arrival(
      @Nullable String functionName,
      @Nullable UUID episodeId,
      @Nullable String targetType,
      @Nullable UUID targetId,
      @Nullable String metricName)
      throws SQLException {
    if (arrivals == null) {
      arrivals = connection.createAppender(EventStore.CATALOG, EventStore.SCHEMA, "arrival");
    }
    DuckDBAppender row = arrivals.beginRow();
    row.append(sequence).append(functionName).append(episodeId);
    row.append(targetType).append(targetId).append(metricName);
    row.endRow();
  }

  private DuckDBAppender to(EventTable table) throws SQLException {
    DuckDBAppender appender = appenders.get(table);
    if (appender == null) {
      appender =
          connection.createAppender(EventStore.CATALOG, EventStore.SCHEMA, table.tableName());
      appenders.put(table, appender);
    }
    return appender;
  }

  private static void appendTokens(DuckDBAppender row, InferenceEvent.Tokens tokens)
      throws SQLException {
    row.append(tokens.input()).append(tokens.output()).append(tokens.cachedInput());
    row.append(tokens.cacheWrite()).append(tokens.reasoning());
  }

  /** In the decision −1 is unknown; in a table null is. */
  private static void appendUnlessUnknown(DuckDBAppender row, long[] values) throws SQLException {
    boolean[] unknown = new boolean[values.length];
    for (int i = 0; i < values.length; i++) {
      unknown[i] = values[i] < 0;
    }
    row.append(values, unknown);
  }

  /** Microseconds since 1970, as the tables keep time. */
  static long micros(Instant time) {
    return Math.addExact(
        Math.multiplyExact(time.getEpochSecond(), 1_000_000L), time.getNano() / 1_000);
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
