package dev.pointsman.eventlog;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import dev.pointsman.routing.Decision;
import dev.pointsman.routing.PolicyRevision;
import dev.pointsman.routing.PolicyStatisticsCodec;
import dev.pointsman.routing.PolicyVersion;
import dev.pointsman.routing.TextPublication;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Writes an event's columns into an object that its caller opened: of version 2 where the generator
 * writes bytes as they are, of version 1 where it writes text.
 */
final class EventWriter {

  /** Shorter texts are written faster char by char than through an array of their own. */
  private static final int LONG_TEXT = 32;

  private static final VarHandle ID =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private final JsonGenerator json;
  private final boolean binary;
  private boolean exact = true;

  EventWriter(JsonGenerator json) {
    this.json = json;
    this.binary = json.canWriteBinaryNatively();
  }

  /** Whether everything written so far comes back equal. */
  boolean exact() {
    return exact;
  }

  void write(Event event) throws IOException {
    switch (event) {
      case InferenceEvent e -> inference(e);
      case FeedbackEvent e -> feedback(e);
      case RevisionEvent e -> revision(e);
      case TextModelEvent e -> textModel(e);
      case ChangeEvent e -> change(e);
      case ConfigEvent e -> config(e);
    }
  }

  private void inference(InferenceEvent event) throws IOException {
    InferenceEvent.Ids ids = event.ids();
    id(Column.INFERENCE_ID, ids.inferenceId());
    id(Column.EPISODE_ID, ids.episodeId());
    text(Column.REQUEST_ID, ids.requestId());
    text(Column.TRACE_ID, ids.traceId());
    text(Column.IDEMPOTENCY_KEY, ids.idempotencyKey());
    text(Column.NODE, ids.node());
    time(Column.STARTED_AT, ids.startedAt());

    InferenceEvent.Asker asker = event.asker();
    text(Column.SURFACE, asker.surface());
    text(Column.NAMESPACE, asker.namespace());
    text(Column.FUNCTION_NAME, asker.functionName());
    text(Column.FUNCTION_TYPE, asker.functionType());
    text(Column.KEY_ID, asker.keyId());
    text(Column.TEAM_ID, asker.teamId());
    text(Column.END_USER, asker.endUser());
    texts(Column.TAGS, asker.tags());

    InferenceEvent.Versions versions = event.versions();
    text(Column.CONFIG_HASH, versions.configHash());
    text(Column.PRICE_VERSION, versions.priceVersion());
    number(Column.FEATURE_VERSION, versions.featureVersion());
    number(Column.HASH_VERSION, Decision.HASH_VERSION);

    decision(event.decision());
    outcome(event.outcome());
    quantities(event.quantities());
    if (!event.attempts().isEmpty()) {
      array(Column.ATTEMPT);
      for (InferenceEvent.Attempt attempt : event.attempts()) {
        json.writeStartObject();
        attempt(attempt);
        json.writeEndObject();
      }
      json.writeEndArray();
    }
    InferenceEvent.Payload payload = event.payload();
    if (payload != null) {
      object(Column.PAYLOAD);
      text(Column.INPUT, payload.input());
      text(Column.OUTPUT, payload.output());
      text(Column.PARAMETERS, payload.parameters());
      text(Column.TOOLS, payload.tools());
      flag(Column.SHORTENED, payload.shortened());
      json.writeEndObject();
    }
  }

  private void decision(Decision decision) throws IOException {
    text(Column.KIND, decision.kind().label());
    id(Column.DECIDED_BY, decision.decidedBy());
    PolicyVersion version = decision.version();
    if (version != null) {
      text(Column.POLICY_KIND, version.kind());
      text(Column.POLICY_GENERATION, version.generation());
      number(Column.POLICY_REVISION, version.revision());
    }
    text(Column.SEGMENT, decision.segment());
    text(Column.STRATUM, decision.stratum());
    text(Column.EXPERIMENT, decision.experiment());
    text(Column.EXPERIMENT_GROUP, decision.experimentGroup());
    shares(Column.GROUP_SHARES, decision.groupShares());
    texts(Column.GROUP_VARIANTS, decision.groupVariants());
    text(Column.LANE, decision.lane());
    shares(Column.LANE_SHARES, decision.laneShares());
    texts(Column.CANDIDATES, decision.candidates());
    texts(Column.EXCLUSIONS, decision.exclusions());
    numbers(Column.PREDICTED_QUALITY, decision.predictedQuality());
    numbers(Column.PREDICTED_COST_NANOS, decision.predictedCostNanos());
    numbers(Column.PREDICTED_LATENCY_US, decision.predictedLatencyUs());
    numbers(Column.UTILITY, decision.utility());
    numbers(Column.FLOORS, decision.floors());
    numbers(Column.POLICY_PROBABILITIES, decision.policyProbabilities());
    numbers(Column.CHALLENGER_PROBABILITIES, decision.challengerProbabilities());
    numbers(Column.PROPENSITIES, decision.propensities());
    number(Column.UTILITY_WEIGHT, decision.utilityWeight());
    number(Column.GAMMA, decision.gamma());
    texts(Column.FEATURES, decision.features());
    text(Column.CHOSEN_VARIANT, decision.chosenVariant());
    number(Column.PROPENSITY, decision.propensity());
    flag(Column.EXPLORED, decision.explored());
  }

  private void outcome(InferenceEvent.Outcome outcome) throws IOException {
    text(Column.OUTCOME, outcome.ending().label());
    text(Column.ERROR_CLASS, outcome.errorClass());
    text(Column.SERVED_VARIANT, outcome.servedVariant());
    text(Column.SERVED_MODEL, outcome.servedModel());
    text(Column.SERVED_PROVIDER, outcome.servedProvider());
    number(Column.ATTEMPTS, outcome.attempts());
    flag(Column.FALLBACK, outcome.fallback());
    text(Column.FINISH_REASON, outcome.finishReason());
    flag(Column.STREAM, outcome.stream());
    text(Column.CACHE, outcome.cache());
  }

  private void quantities(InferenceEvent.Quantities quantities) throws IOException {
    tokens(quantities.tokens());
    flag(Column.TOKENS_ESTIMATED, quantities.tokensEstimated());
    number(Column.COST_NANOS, quantities.costNanos());
    text(Column.BASELINE_VARIANT, quantities.baselineVariant());
    number(Column.BASELINE_COST_NANOS, quantities.baselineCostNanos());
    number(Column.DURATION_US, quantities.durationMicros());
    number(Column.TTFT_US, quantities.ttftMicros());
    number(Column.OVERHEAD_US, quantities.overheadMicros());
  }

  private void tokens(InferenceEvent.Tokens tokens) throws IOException {
    number(Column.INPUT_TOKENS, tokens.input());
    number(Column.OUTPUT_TOKENS, tokens.output());
    number(Column.CACHED_INPUT_TOKENS, tokens.cachedInput());
    number(Column.CACHE_WRITE_TOKENS, tokens.cacheWrite());
    number(Column.REASONING_TOKENS, tokens.reasoning());
  }

  private void attempt(InferenceEvent.Attempt attempt) throws IOException {
    id(Column.ATTEMPT_ID, attempt.attemptId());
    number(Column.ORDINAL, attempt.ordinal());
    time(Column.STARTED_AT, attempt.startedAt());
    text(Column.VARIANT, attempt.variant());
    text(Column.MODEL, attempt.model());
    text(Column.PROVIDER, attempt.provider());
    text(Column.PURPOSE, attempt.purpose());
    text(Column.STATUS, attempt.status());
    Integer httpStatus = attempt.httpStatus();
    if (httpStatus != null) {
      number(Column.HTTP_STATUS, httpStatus.intValue());
    }
    text(Column.ERROR_CLASS, attempt.errorClass());
    text(Column.CIRCUIT, attempt.circuit());
    tokens(attempt.tokens());
    number(Column.COST_NANOS, attempt.costNanos());
    number(Column.DURATION_US, attempt.durationMicros());
    number(Column.TTFT_US, attempt.ttftMicros());
    text(Column.FINISH_REASON, attempt.finishReason());
    flag(Column.CACHED, attempt.cached());
    text(Column.RAW_REQUEST, attempt.rawRequest());
    text(Column.RAW_RESPONSE, attempt.rawResponse());
  }

  private void feedback(FeedbackEvent event) throws IOException {
    id(Column.FEEDBACK_ID, event.feedbackId());
    time(Column.RECEIVED_AT, event.receivedAt());
    text(Column.TARGET_TYPE, event.target().label());
    id(Column.TARGET_ID, event.targetId());
    text(Column.METRIC_NAME, event.metricName());
    Boolean booleanValue = event.booleanValue();
    if (booleanValue != null) {
      flag(Column.VALUE_BOOLEAN, booleanValue);
    }
    number(Column.VALUE_FLOAT, event.floatValue());
    text(Column.VALUE_TEXT, event.textValue());
    text(Column.SOURCE, event.source());
    texts(Column.TAGS, event.tags());
    text(Column.KEY_ID, event.keyId());
    text(Column.REJECTED, event.rejected());
  }

  private void revision(RevisionEvent event) throws IOException {
    PolicyRevision revision = event.revision();
    id(Column.EVENT_ID, event.id());
    text(Column.FUNCTION_NAME, revision.functionName());
    text(Column.GENERATION, revision.generation());
    number(Column.REVISION, revision.revision());
    time(Column.PUBLISHED_AT, revision.publishedAt());
    text(Column.STATISTICS, PolicyStatisticsCodec.encode(revision.statistics()));
    text(Column.PROVENANCE, revision.provenance());
    text(Column.TEXT_MODEL, revision.textModel());
  }

  private void textModel(TextModelEvent event) throws IOException {
    TextPublication publication = event.publication();
    id(Column.EVENT_ID, event.id());
    text(Column.FUNCTION_NAME, publication.functionName());
    text(Column.MODEL, publication.model());
    time(Column.PUBLISHED_AT, publication.publishedAt());
    text(Column.PROVENANCE, publication.provenance());
    text(Column.BODY, publication.body());
  }

  private void change(ChangeEvent event) throws IOException {
    id(Column.CHANGE_ID, event.id());
    time(Column.AT, event.at());
    text(Column.KIND, event.kind().label());
    text(Column.ACTOR, event.actor());
    text(Column.FUNCTION_NAME, event.functionName());
    text(Column.OBJECT, event.object());
    text(Column.BEFORE, event.before());
    text(Column.AFTER, event.after());
    text(Column.REASON, event.reason());
  }

  private void config(ConfigEvent event) throws IOException {
    id(Column.EVENT_ID, event.id());
    time(Column.FIRST_SEEN, event.at());
    text(Column.CONFIG_HASH, event.configHash());
    text(Column.TEXT, event.text());
  }

  private void id(SerializableString column, @Nullable UUID id) throws IOException {
    if (id == null) {
      return;
    }
    json.writeFieldName(column);
    if (binary) {
      byte[] bytes = new byte[16];
      ID.set(bytes, 0, id.getMostSignificantBits());
      ID.set(bytes, 8, id.getLeastSignificantBits());
      json.writeBinary(bytes);
    } else {
      json.writeString(id.toString());
    }
  }

  private void time(SerializableString column, Instant time) throws IOException {
    exact &= time.getNano() % 1_000 == 0;
    json.writeFieldName(column);
    json.writeNumber(ChronoUnit.MICROS.between(Instant.EPOCH, time));
  }

  private void text(SerializableString column, @Nullable String text) throws IOException {
    if (text != null) {
      json.writeFieldName(column);
      text(text);
    }
  }

  private void text(String text) throws IOException {
    if (binary && text.length() >= LONG_TEXT) {
      byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
      // Most texts are ASCII, and this is faster than looking at every char for half pairs.
      boolean ascii =
          utf8.length == text.length()
              && text.equals(new String(utf8, StandardCharsets.ISO_8859_1));
      if (!ascii && !LoggedText.isWellFormed(text)) {
        utf8 = wellFormed(text).getBytes(StandardCharsets.UTF_8);
      }
      json.writeUTF8String(utf8, 0, utf8.length);
    } else {
      json.writeString(wellFormed(text));
    }
  }

  private String wellFormed(String text) {
    if (LoggedText.isWellFormed(text)) {
      return text;
    }
    exact = false;
    return LoggedText.wellFormed(text);
  }

  private void flag(SerializableString column, boolean flag) throws IOException {
    json.writeFieldName(column);
    json.writeBoolean(flag);
  }

  private void array(SerializableString column) throws IOException {
    json.writeFieldName(column);
    json.writeStartArray();
  }

  private void object(SerializableString column) throws IOException {
    json.writeFieldName(column);
    json.writeStartObject();
  }

  private void number(SerializableString column, long number) throws IOException {
    json.writeFieldName(column);
    json.writeNumber(number);
  }

  private void number(SerializableString column, @Nullable Long number) throws IOException {
    if (number != null) {
      json.writeFieldName(column);
      json.writeNumber(number.longValue());
    }
  }

  private void number(SerializableString column, @Nullable Double number) throws IOException {
    if (number != null) {
      json.writeFieldName(column);
      json.writeNumber(number.doubleValue());
    }
  }

  private void numbers(SerializableString column, double[] numbers) throws IOException {
    if (numbers.length > 0) {
      json.writeFieldName(column);
      json.writeArray(numbers, 0, numbers.length);
    }
  }

  private void numbers(SerializableString column, long[] numbers) throws IOException {
    if (numbers.length > 0) {
      json.writeFieldName(column);
      json.writeArray(numbers, 0, numbers.length);
    }
  }

  private void texts(SerializableString column, List<String> texts) throws IOException {
    if (!texts.isEmpty()) {
      array(column);
      for (String text : texts) {
        text(text);
      }
      json.writeEndArray();
    }
  }

  private void texts(SerializableString column, Map<String, String> texts) throws IOException {
    if (!texts.isEmpty()) {
      object(column);
      for (Map.Entry<String, String> entry : texts.entrySet()) {
        json.writeFieldName(wellFormed(entry.getKey()));
        text(entry.getValue());
      }
      json.writeEndObject();
    }
  }

  private void shares(SerializableString column, Map<String, Double> shares) throws IOException {
    if (!shares.isEmpty()) {
      object(column);
      for (Map.Entry<String, Double> entry : shares.entrySet()) {
        json.writeNumberField(wellFormed(entry.getKey()), entry.getValue());
      }
      json.writeEndObject();
    }
  }
}
