package dev.pointsman.gateway.pipeline;

import dev.pointsman.gateway.attempt.RunningAttempt;
import dev.pointsman.routing.Decision;
import dev.pointsman.routing.PolicyVersion;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The headers that explain an answer. */
final class AnswerHeaders {

  private AnswerHeaders() {}

  /** What is known once a variant is answering, or none could ({@code serving} null). */
  static Map<String, String> of(
      InferenceCall call, InferenceDraft draft, @Nullable RunningAttempt serving) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("x-request-id", printable(call.origin().requestId()));
    headers.put("x-pointsman-inference-id", draft.inferenceId.toString());
    headers.put("x-pointsman-episode-id", draft.episodeId.toString());
    Decision decision = draft.decision;
    String variant = serving == null ? decision.chosenVariant() : serving.variant().name();
    headers.put("x-pointsman-variant", printable(variant));
    if (serving != null) {
      headers.put("x-pointsman-model", printable(serving.deployment().name()));
    }
    PolicyVersion version = decision.version();
    if (version != null) {
      headers.put(
          "x-pointsman-policy-version",
          printable(version.kind() + "/" + version.generation() + "/" + version.revision()));
    }
    headers.put("x-pointsman-attempts", Integer.toString(draft.ledger.count()));
    headers.put("x-pointsman-cache", "off");
    if (call.origin().debug()) {
      explain(headers, draft);
    }
    return headers;
  }

  private static void explain(Map<String, String> headers, InferenceDraft draft) {
    Decision decision = draft.decision;
    String lane = decision.lane() == null ? "" : ", lane " + decision.lane();
    headers.put(
        "x-pointsman-decision",
        printable(
            "%s of %s, stratum %s%s"
                .formatted(
                    decision.kind().label(), decision.chosenVariant(), decision.stratum(), lane)));
    if (decision.propensity() != null) {
      headers.put("x-pointsman-propensity", Double.toString(decision.propensity()));
    }
    Long nanos = draft.ledger.attempts().isEmpty() ? null : draft.costNanos();
    if (nanos != null) {
      headers.put("x-pointsman-cost-micro-usd", Long.toString(Math.round(nanos / 1e3)));
      headers.put("x-pointsman-cost-usd", BigDecimal.valueOf(nanos, 9).toPlainString());
    }
    headers.put("x-pointsman-overhead-us", Long.toString(draft.overheadMicros()));
  }

  /** Text as a header may carry it: what is not printable ASCII is percent-encoded UTF-8. */
  static String printable(String text) {
    StringBuilder result = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < ' ' || c > '~') {
        result = new StringBuilder();
        break;
      }
    }
    if (result == null) {
      return text;
    }
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      if (b < ' ' || b > '~') {
        result.append("%%%02X".formatted(b & 0xff));
      } else {
        result.append((char) b);
      }
    }
    return result.toString();
  }
}
