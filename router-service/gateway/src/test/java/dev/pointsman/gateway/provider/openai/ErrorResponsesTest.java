package dev.pointsman.gateway.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.gateway.provider.ProviderFailure;
import dev.pointsman.gateway.upstream.UpstreamHead;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ErrorResponsesTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "7 | | PT7S",
        "0.25 | | PT0.25S",
        "0 | | PT0S",
        "Wed, 25 Nov 2026 17:00:30 GMT | Wed, 25 Nov 2026 17:00:00 GMT | PT30S",
        "Wed, 25 Nov 2026 17:00:30 GMT | |",
        "Wed, 25 Nov 2026 16:00:00 GMT | Wed, 25 Nov 2026 17:00:00 GMT |",
        "-1 | |",
        "99999999 | |",
        "NaN | | PT0S",
        "soon | Wed, 25 Nov 2026 17:00:00 GMT |",
      })
  void failure_rateLimited_saysWhenToComeBack(
      String retryAfter, @Nullable String date, @Nullable Duration expected) {
    Map<String, String> headers = new HashMap<>(Map.of("retry-after", retryAfter));
    if (date != null) {
      headers.put("date", date);
    }

    assertThat(ErrorResponses.failure(new UpstreamHead(429, headers), "{}"))
        .isInstanceOfSatisfying(
            ProviderFailure.RateLimited.class,
            limited -> assertThat(limited.retryAfter()).isEqualTo(expected));
  }
}
