package dev.pointsman.routing;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Tag;

/** Only the declared exception escapes, and what was read is written and read back alike. */
@Tag("fuzz")
final class PolicyArtifactCodecFuzzer {

  @FuzzTest
  void decode(byte[] input) {
    PolicyArtifact artifact;
    try {
      artifact = PolicyArtifactCodec.decode(new String(input, StandardCharsets.UTF_8));
    } catch (MalformedPolicyException expected) {
      return;
    }
    assertThat(PolicyArtifactCodec.decode(PolicyArtifactCodec.encode(artifact)))
        .isEqualTo(artifact);
  }
}
