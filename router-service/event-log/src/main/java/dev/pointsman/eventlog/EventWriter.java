package dev.pointsman.eventlog;

import com.fasterxml.jackson.core.JsonGenerator;
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
    id("inference_id", ids.inferenceId());
    id("episode_id", ids.episodeId());
    text("request_id", ids.requestId());
    text("trace_id", ids.traceId());
    text("idempotency_key", ids.idempotencyKey());
    text("node", ids.node());
    time("started_at", ids.startedAt());

    InferenceEvent.Asker asker = event.asker();
    text("surface", asker.surface());
    text("namespace", asker.namespace());
    text("function_name", asker.functionName());
    text("function_type", asker.functionType());
    text("key_id", asker.keyId());
    text("team_id", asker.teamId());
    text("end_user", asker.endUser());
    texts("tags", asker.tags());

    InferenceEvent.Versions versions = event.versions();
    text("config_hash", versions.configHash());
    text("price_version", versions.priceVersion());
    number("feature_version", versions.featureVersion());
    number("hash_version", Decision.HASH_VERSION);

    decision(event.decision());
    outcome(event.outcome());
    quantities(event.quantities());
    if (!event.attempts().isEmpty()) {
      json.writeArrayFieldStart("attempt");
      for (InferenceEvent.Attempt attempt : event.attempts()) {
        json.writeStartObject();
        attempt(attempt);
        json.writeEndObject();
      }
      json.writeEndArray();
    }
    InferenceEvent.Payload payload = event.payload();
    if (payload != null) {
      json.writeObjectFieldStart("payload");
      text("input", payload.input());
      text("output", payload.output());
      text("parameters", payload.parameters());
      text("tools", payload.tools());
      json.writeBooleanField("shortened", payload.shortened());
      json.writeEndObject();
    }
  }

  private void decision(Decision decision) throws IOException {
    text("kind", decision.kind().label());
    id("decided_by", decision.decidedBy());
    PolicyVersion version = decision.version();
    if (version != null) {
      text("policy_kind", version.kind());
      text("policy_generation", version.generation());
      number("policy_revision", version.revision());
    }
    text("segment", decision.segment());
    text("stratum", decision.stratum());
    text("experiment", decision.experiment());
    text("experiment_group", decision.experimentGroup());
    shares("group_shares", decision.groupShares());
    texts("group_variants", decision.groupVariants());
    text("lane", decision.lane());
    shares("lane_shares", decision.laneShares());
    texts("candidates", decision.candidates());
    texts("exclusions", decision.exclusions());
    numbers("predicted_quality", decision.predictedQuality());
    numbers("predicted_cost_nanos", decision.predictedCostNanos());
    numbers("predicted_latency_us", decision.predictedLatencyUs());
    numbers("utility", decision.utility());
    numbers("floors", decision.floors());
    numbers("policy_probabilities", decision.policyProbabilities());
    numbers("challenger_probabilities", decision.challengerProbabilities());
    numbers("propensities", decision.propensities());
    number("utility_weight", decision.utilityWeight());
    number("gamma", decision.gamma());
    texts("features", decision.features());
    text("chosen_variant", decision.chosenVariant());
    number("propensity", decision.propensity());
    json.writeBooleanField("explored", decision.explored());
  }

  private void outcome(InferenceEvent.Outcome outcome) throws IOException {
    text("outcome", outcome.ending().label());
    text("error_class", outcome.errorClass());
    text("served_variant", outcome.servedVariant());
    text("served_model", outcome.servedModel());
    text("served_provider", outcome.servedProvider());
    number("attempts", outcome.attempts());
    json.writeBooleanField("fallback", outcome.fallback());
    text("finish_reason", outcome.finishReason());
    json.writeBooleanField("stream", outcome.stream());
    text("cache", outcome.cache());
  }

  private void quantities(InferenceEvent.Quantities quantities) throws IOException {
    tokens(quantities.tokens());
    json.writeBooleanField("tokens_estimated", quantities.tokensEstimated());
    number("cost_nanos", quantities.costNanos());
    text("baseline_variant", quantities.baselineVariant());
    number("baseline_cost_nanos", quantities.baselineCostNanos());
    number("duration_us", quantities.durationMicros());
    number("ttft_us", quantities.ttftMicros());
    number("overhead_us", quantities.overheadMicros());
  }

  private void tokens(InferenceEvent.Tokens tokens) throws IOException {
    number("input_tokens", tokens.input());
    number("output_tokens", tokens.output());
    number("cached_input_tokens", tokens.cachedInput());
    number("cache_write_tokens", tokens.cacheWrite());
    number("reasoning_tokens", tokens.reasoning());
  }

  private void attempt(InferenceEvent.Attempt attempt) throws IOException {
    id("attempt_id", attempt.attemptId());
    number("ordinal", attempt.ordinal());
    time("started_at", attempt.startedAt());
    text("variant", attempt.variant());
    text("model", attempt.model());
    text("provider", attempt.provider());
    text("purpose", attempt.purpose());
    text("status", attempt.status());
    Integer httpStatus = attempt.httpStatus();
    if (httpStatus != null) {
      number("http_status", httpStatus.intValue());
    }
    text("error_class", attempt.errorClass());
    text("circuit", attempt.circuit());
    tokens(attempt.tokens());
    number("cost_nanos", attempt.costNanos());
    number("duration_us", attempt.durationMicros());
    number("ttft_us", attempt.ttftMicros());
    text("finish_reason", attempt.finishReason());
    json.writeBooleanField("cached", attempt.cached());
    text("raw_request", attempt.rawRequest());
    text("raw_response", attempt.rawResponse());
  }

  private void feedback(FeedbackEvent event) throws IOException {
    id("feedback_id", event.feedbackId());
    time("received_at", event.receivedAt());
    text("target_type", event.target().label());
    id("target_id", event.targetId());
    text("metric_name", event.metricName());
    Boolean booleanValue = event.booleanValue();
    if (booleanValue != null) {
      json.writeBooleanField("value_boolean", booleanValue);
    }
    number("value_float", event.floatValue());
    text("value_text", event.textValue());
    text("source", event.source());
    texts("tags", event.tags());
    text("key_id", event.keyId());
    text("rejected", event.rejected());
  }

  private void revision(RevisionEvent event) throws IOException {
    PolicyRevision revision = event.revision();
    id("event_id", event.id());
    text("function_name", revision.functionName());
    text("generation", revision.generation());
    number("revision", revision.revision());
    time("published_at", revision.publishedAt());
    text("statistics", PolicyStatisticsCodec.encode(revision.statistics()));
    text("provenance", revision.provenance());
    text("text_model", revision.textModel());
  }

  private void textModel(TextModelEvent event) throws IOException {
    TextPublication publication = event.publication();
    id("event_id", event.id());
    text("function_name", publication.functionName());
    text("model", publication.model());
    time("published_at", publication.publishedAt());
    text("provenance", publication.provenance());
    text("body", publication.body());
  }

  private void change(ChangeEvent event) throws IOException {
    id("change_id", event.id());
    time("at", event.at());
    text("kind", event.kind().label());
    text("actor", event.actor());
    text("function_name", event.functionName());
    text("object", event.object());
    text("before", event.before());
    text("after", event.after());
    text("reason", event.reason());
  }

  private void config(ConfigEvent event) throws IOException {
    id("event_id", event.id());
    time("first_seen", event.at());
    text("config_hash", event.configHash());
    text("text", event.text());
  }

  private void id(String column, @Nullable UUID id) throws IOException {
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

  private void time(String column, Instant time) throws IOException {
    exact &= time.getNano() % 1_000 == 0;
    json.writeNumberField(column, ChronoUnit.MICROS.between(Instant.EPOCH, time));
  }

  private void text(String column, @Nullable String text) throws IOException {
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

  private void number(String column, long number) throws IOException {
    json.writeNumberField(column, number);
  }

  private void number(String column, @Nullable Long number) throws IOException {
    if (number != null) {
      json.writeNumberField(column, number.longValue());
    }
  }

  private void number(String column, @Nullable Double number) throws IOException {
    if (number != null) {
      json.writeNumberField(column, number.doubleValue());
    }
  }

  private void numbers(String column, double[] numbers) throws IOException {
    if (numbers.length > 0) {
      json.writeFieldName(column);
      json.writeArray(numbers, 0, numbers.length);
    }
  }

  private void numbers(String column, long[] numbers) throws IOException {
    if (numbers.length > 0) {
      json.writeFieldName(column);
      json.writeArray(numbers, 0, numbers.length);
    }
  }

  private void texts(String column, List<String> texts) throws IOException {
    if (!texts.isEmpty()) {
      json.writeArrayFieldStart(column);
      for (String text : texts) {
        text(text);
      }
      json.writeEndArray();
    }
  }

  private void texts(String column, Map<String, String> texts) throws IOException {
    if (!texts.isEmpty()) {
      json.writeObjectFieldStart(column);
      for (Map.Entry<String, String> entry : texts.entrySet()) {
        json.writeFieldName(wellFormed(entry.getKey()));
        text(entry.getValue());
      }
      json.writeEndObject();
    }
  }

  private void shares(String column, Map<String, Double> shares) throws IOException {
    if (!shares.isEmpty()) {
      json.writeObjectFieldStart(column);
      for (Map.Entry<String, Double> entry : shares.entrySet()) {
        json.writeNumberField(wellFormed(entry.getKey()), entry.getValue());
      }
      json.writeEndObject();
    }
  }
}
