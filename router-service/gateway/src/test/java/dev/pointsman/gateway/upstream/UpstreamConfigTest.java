package dev.pointsman.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micronaut.context.ApplicationContext;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class UpstreamConfigTest {

  @Test
  void defaults() {
    try (ApplicationContext context = ApplicationContext.run()) {
      assertThat(context.getBean(UpstreamConfig.class))
          .isEqualTo(
              new UpstreamConfig(
                  Duration.ofSeconds(5),
                  Duration.ofSeconds(5),
                  Duration.ofSeconds(30),
                  65536,
                  null));
    }
  }

  @Test
  void mapsEveryKey() {
    try (ApplicationContext context =
        ApplicationContext.run(
            Map.of(
                "pointsman.upstream.connect-timeout", "1s",
                "pointsman.upstream.tls-timeout", "2s",
                "pointsman.upstream.max-idle", "3s",
                "pointsman.upstream.max-head-bytes", 4096,
                "pointsman.upstream.trusted-certificates", "ca.pem"))) {
      assertThat(context.getBean(UpstreamConfig.class))
          .isEqualTo(
              new UpstreamConfig(
                  Duration.ofSeconds(1),
                  Duration.ofSeconds(2),
                  Duration.ofSeconds(3),
                  4096,
                  Path.of("ca.pem")));
    }
  }

  @Test
  void new_timeNotPositive_isRefusedByItsKey() {
    Duration second = Duration.ofSeconds(1);
    assertThatThrownBy(() -> new UpstreamConfig(second, second, Duration.ZERO, 4096, null))
        .hasMessage("pointsman.upstream.max-idle must be positive: PT0S");
    assertThatThrownBy(() -> new UpstreamConfig(second, second, second, 10, null))
        .hasMessage("pointsman.upstream.max-head-bytes must be >= 1024: 10");
  }

  @Test
  void trustedCertificates_fileWithoutOne_failsAtTheStart(@TempDir Path directory) {
    Path missing = directory.resolve("missing.pem");
    try (ApplicationContext context =
        ApplicationContext.run(
            Map.of("pointsman.upstream.trusted-certificates", missing.toString()))) {
      assertThatThrownBy(() -> context.getBean(Upstreams.class))
          .rootCause()
          .hasMessageContaining("missing.pem");
    }
  }
}
