package dev.pointsman.catalog;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Reads the {@code timeouts} of a variant, a model or a provider. */
final class TimeoutsReader {

  private TimeoutsReader() {}

  static VariantDefinition.Timeouts read(Section parent) {
    Section timeouts = parent.child("timeouts", "timeouts");
    if (timeouts == null) {
      return VariantDefinition.Timeouts.NONE;
    }
    Section whole = timeouts.child("non_streaming", "timeouts.non_streaming");
    Section streaming = timeouts.child("streaming", "timeouts.streaming");
    Duration ttft = milliseconds(streaming, "ttft_ms");
    Duration total = milliseconds(streaming, "total_ms");
    if (streaming != null && ttft != null && total != null && ttft.compareTo(total) > 0) {
      streaming.error(
          "ttft_ms",
          "%s must be <= total_ms: %d > %d"
              .formatted(streaming.path("ttft_ms"), ttft.toMillis(), total.toMillis()));
    }
    return new VariantDefinition.Timeouts(
        milliseconds(whole, "total_ms"), ttft, total, milliseconds(streaming, "silence_ms"));
  }

  private static @Nullable Duration milliseconds(@Nullable Section section, String key) {
    Long value = section == null ? null : section.whole(key, 1, Integer.MAX_VALUE);
    return value == null ? null : Duration.ofMillis(value);
  }
}
