package dev.pointsman.routing;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Tag;

/** Only the declared exception escapes, and what was read is written and read back alike. */
@Tag("fuzz")
final class PolicyStatisticsCodecFuzzer {

  @FuzzTest
  void decode(byte[] input) {
    PolicyStatistics statistics;
    try {
      statistics = PolicyStatisticsCodec.decode(new String(input, StandardCharsets.UTF_8));
    } catch (MalformedPolicyException expected) {
      return;
    }
    assertThat(PolicyStatisticsCodec.decode(PolicyStatisticsCodec.encode(statistics)))
        .isEqualTo(statistics);
  }
}
