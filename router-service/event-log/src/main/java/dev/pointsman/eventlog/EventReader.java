package dev.pointsman.eventlog;

import dev.pointsman.routing.Decision;
import dev.pointsman.routing.DecisionKind;
import dev.pointsman.routing.PolicyRevision;
import dev.pointsman.routing.PolicyStatisticsCodec;
import dev.pointsman.routing.PolicyVersion;
import dev.pointsman.routing.TextPublication;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes events of their columns, which are the same in every version so far. */
final class EventReader {

  private static final DecisionKind[] DECISION_KINDS = DecisionKind.values();
  private static final InferenceEvent.Ending[] ENDINGS = InferenceEvent.Ending.values();
  private static final FeedbackEvent.Target[] TARGETS = FeedbackEvent.Target.values();
  private static final ChangeEvent.Kind[] CHANGE_KINDS = ChangeEvent.Kind.values();

  private EventReader() {}

  static Event read(EventKind kind, EventFields fields) {
    return switch (kind) {
      case INFERENCE -> inference(fields);
      case FEEDBACK -> feedback(fields);
      case REVISION -> revision(fields);
      case CHANGE -> change(fields);
      case CONFIG -> config(fields);
      case TEXT_MODEL -> textModel(fields);
    };
  }

  private static InferenceEvent inference(EventFields fields) {
    List<InferenceEvent.Attempt> attempts = new ArrayList<>();
    for (EventFields attempt : fields.objects("attempt")) {
      attempts.add(attempt(attempt));
    }
    return new InferenceEvent(
        new InferenceEvent.Ids(
            fields.id("inference_id"),
            fields.id("episode_id"),
            fields.text("request_id"),
            fields.textOrNull("trace_id"),
            fields.textOrNull("idempotency_key"),
            fields.text("node"),
            fields.time("started_at")),
        new InferenceEvent.Asker(
            fields.text("surface"),
            fields.textOrNull("namespace"),
            fields.text("function_name"),
            fields.text("function_type"),
            fields.textOrNull("key_id"),
            fields.textOrNull("team_id"),
            fields.textOrNull("end_user"),
            fields.texts("tags")),
        new InferenceEvent.Versions(
            fields.text("config_hash"),
            fields.text("price_version"),
            fields.integer("feature_version")),
        decision(fields),
        outcome(fields),
        quantities(fields),
        List.copyOf(attempts),
        payload(fields));
  }

  private static Decision decision(EventFields fields) {
    return new Decision(
        fields.constant("kind", DECISION_KINDS, DecisionKind::label),
        fields.idOrNull("decided_by"),
        policyVersion(fields),
        fields.text("segment"),
        fields.text("stratum"),
        fields.textOrNull("experiment"),
        fields.textOrNull("experiment_group"),
        fields.shares("group_shares"),
        fields.texts("group_variants"),
        fields.textOrNull("lane"),
        fields.shares("lane_shares"),
        fields.textList("candidates"),
        fields.textList("exclusions"),
        fields.reals("predicted_quality"),
        fields.wholes("predicted_cost_nanos"),
        fields.wholes("predicted_latency_us"),
        fields.reals("utility"),
        fields.reals("floors"),
        fields.reals("policy_probabilities"),
        fields.reals("challenger_probabilities"),
        fields.reals("propensities"),
        fields.realOrNull("utility_weight"),
        fields.realOrNull("gamma"),
        fields.texts("features"),
        fields.text("chosen_variant"),
        fields.realOrNull("propensity"),
        fields.flag("explored"),
        List.of());
  }

  private static @Nullable PolicyVersion policyVersion(EventFields fields) {
    return fields.has("policy_kind")
        ? new PolicyVersion(
            fields.text("policy_kind"),
            fields.text("policy_generation"),
            fields.whole("policy_revision"))
        : null;
  }

  private static InferenceEvent.Outcome outcome(EventFields fields) {
    return new InferenceEvent.Outcome(
        fields.constant("outcome", ENDINGS, InferenceEvent.Ending::label),
        fields.textOrNull("error_class"),
        fields.textOrNull("served_variant"),
        fields.textOrNull("served_model"),
        fields.textOrNull("served_provider"),
        fields.integer("attempts"),
        fields.flag("fallback"),
        fields.textOrNull("finish_reason"),
        fields.flag("stream"),
        fields.text("cache"));
  }

  private static InferenceEvent.Quantities quantities(EventFields fields) {
    return new InferenceEvent.Quantities(
        tokens(fields),
        fields.flag("tokens_estimated"),
        fields.wholeOrNull("cost_nanos"),
        fields.textOrNull("baseline_variant"),
        fields.wholeOrNull("baseline_cost_nanos"),
        fields.whole("duration_us"),
        fields.wholeOrNull("ttft_us"),
        fields.whole("overhead_us"));
  }

  private static InferenceEvent.Tokens tokens(EventFields fields) {
    return new InferenceEvent.Tokens(
        fields.wholeOrNull("input_tokens"),
        fields.wholeOrNull("output_tokens"),
        fields.wholeOrNull("cached_input_tokens"),
        fields.wholeOrNull("cache_write_tokens"),
        fields.wholeOrNull("reasoning_tokens"));
  }

  private static InferenceEvent.Attempt attempt(EventFields fields) {
    return new InferenceEvent.Attempt(
        fields.id("attempt_id"),
        fields.integer("ordinal"),
        fields.time("started_at"),
        fields.text("variant"),
        fields.text("model"),
        fields.text("provider"),
        fields.text("purpose"),
        fields.text("status"),
        fields.integerOrNull("http_status"),
        fields.textOrNull("error_class"),
        fields.textOrNull("circuit"),
        tokens(fields),
        fields.wholeOrNull("cost_nanos"),
        fields.whole("duration_us"),
        fields.wholeOrNull("ttft_us"),
        fields.textOrNull("finish_reason"),
        fields.flag("cached"),
        fields.textOrNull("raw_request"),
        fields.textOrNull("raw_response"));
  }

  private static InferenceEvent.@Nullable Payload payload(EventFields fields) {
    if (!fields.has("payload")) {
      return null;
    }
    EventFields payload = fields.fields("payload");
    return new InferenceEvent.Payload(
        payload.text("input"),
        payload.textOrNull("output"),
        payload.textOrNull("parameters"),
        payload.textOrNull("tools"),
        payload.flag("shortened"));
  }

  private static FeedbackEvent feedback(EventFields fields) {
    return new FeedbackEvent(
        fields.id("feedback_id"),
        fields.time("received_at"),
        fields.constant("target_type", TARGETS, FeedbackEvent.Target::label),
        fields.id("target_id"),
        fields.text("metric_name"),
        fields.flagOrNull("value_boolean"),
        fields.realOrNull("value_float"),
        fields.textOrNull("value_text"),
        fields.text("source"),
        fields.texts("tags"),
        fields.textOrNull("key_id"),
        fields.textOrNull("rejected"));
  }

  private static RevisionEvent revision(EventFields fields) {
    return new RevisionEvent(
        fields.id("event_id"),
        new PolicyRevision(
            fields.text("function_name"),
            fields.text("generation"),
            fields.whole("revision"),
            fields.time("published_at"),
            PolicyStatisticsCodec.decode(fields.text("statistics")),
            fields.text("provenance"),
            fields.textOrNull("text_model")));
  }

  private static TextModelEvent textModel(EventFields fields) {
    return new TextModelEvent(
        fields.id("event_id"),
        new TextPublication(
            fields.text("function_name"),
            fields.text("model"),
            fields.time("published_at"),
            fields.text("provenance"),
            fields.text("body")));
  }

  private static ChangeEvent change(EventFields fields) {
    return new ChangeEvent(
        fields.id("change_id"),
        fields.time("at"),
        fields.constant("kind", CHANGE_KINDS, ChangeEvent.Kind::label),
        fields.text("actor"),
        fields.textOrNull("function_name"),
        fields.text("object"),
        fields.textOrNull("before"),
        fields.textOrNull("after"),
        fields.text("reason"));
  }

  private static ConfigEvent config(EventFields fields) {
    return new ConfigEvent(
        fields.id("event_id"),
        fields.time("first_seen"),
        fields.text("config_hash"),
        fields.text("text"));
  }
}
