package dev.pointsman.gateway.provider.openai;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pointsman.chat.json.Json;
import dev.pointsman.chat.json.MalformedJsonException;
import dev.pointsman.gateway.provider.ProviderFailure;
import dev.pointsman.gateway.upstream.UpstreamHead;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What an error status of an OpenAI-shaped upstream means. */
final class ErrorResponses {

  private static final int MAX_MESSAGE = 500;
  private static final Duration LONGEST_PAUSE = Duration.ofDays(1);

  private ErrorResponses() {}

  static ProviderFailure failure(UpstreamHead head, String body) {
    int status = head.status();
    JsonNode error = error(body);
    String code = error.path("code").asText("") + " " + error.path("type").asText("");
    String message = "the provider answered %d: %s".formatted(status, message(error));
    if (status == 402 || code.contains("insufficient_quota")) {
      // Told as 429 too; a moment later the account has no more money than now.
      return new ProviderFailure.CredentialRefused(
          "the account behind our credential has no quota left at the provider: it answered "
              + status,
          status);
    }
    if (status == 429) {
      return new ProviderFailure.RateLimited(message, status, retryAfter(head));
    }
    if (status == 401 || status == 403) {
      // The provider's own words often repeat a part of the key.
      return new ProviderFailure.CredentialRefused(
          "the provider refused our credential with status " + status, status);
    }
    if (status == 408 || status == 504) {
      return new ProviderFailure.TimedOut(message);
    }
    if (status == 400 || status == 404 || status == 413 || status == 422) {
      String words = message.toLowerCase(Locale.ROOT);
      if (code.contains("context_length")
          || words.contains("maximum context length")
          || words.contains("context window")) {
        return new ProviderFailure.ContextTooLong(message, status);
      }
      if (code.contains("content_filter") || code.contains("content_policy")) {
        return new ProviderFailure.ContentFiltered(message, status);
      }
      return new ProviderFailure.RequestRejected(message, status);
    }
    return status / 100 == 3
        ? new ProviderFailure.MalformedAnswer(
            "the provider answered with a redirection, %d: correct api_base".formatted(status),
            status)
        : new ProviderFailure.UpstreamFault(message, status);
  }

  /** The text of an error object, or of an error that is a string. */
  static String message(JsonNode error) {
    String text = error.isTextual() ? error.textValue() : error.path("message").asText("");
    if (text.isEmpty()) {
      return "no message";
    }
    return text.length() <= MAX_MESSAGE ? text : text.substring(0, MAX_MESSAGE) + "…";
  }

  private static JsonNode error(String body) {
    try {
      JsonNode json = Json.parse(body);
      JsonNode error = json.path("error");
      return error.isMissingNode() ? json : error;
    } catch (MalformedJsonException e) {
      return Json.object();
    }
  }

  /** Seconds, or a date (RFC 9110, §10.2.3), which is held against the response's own date. */
  private static @Nullable Duration retryAfter(UpstreamHead head) {
    String value = head.header("retry-after");
    if (value == null) {
      return null;
    }
    Duration asked;
    try {
      asked = Duration.ofMillis((long) (Double.parseDouble(value.strip()) * 1000));
    } catch (NumberFormatException e) {
      asked = between(head.header("date"), value);
    }
    return asked == null || asked.isNegative() || asked.compareTo(LONGEST_PAUSE) > 0 ? null : asked;
  }

  private static @Nullable Duration between(@Nullable String now, String later) {
    if (now == null) {
      return null;
    }
    try {
      return Duration.between(httpDate(now), httpDate(later));
    } catch (DateTimeParseException e) {
      return null;
    }
  }

  private static Instant httpDate(String text) {
    return Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text.strip()));
  }
}
