package dev.pointsman.gateway.upstream;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Limits of connections to upstreams, properties {@code pointsman.upstream.*}.
 *
 * @param connectTimeout longest time to open one TCP connection
 * @param tlsTimeout longest time to encrypt it
 * @param maxIdle how long an unused connection is kept; below the upstreams' own limits (60 s and
 *     more are usual) it is us who close, and no request meets a closed connection
 * @param maxHeadBytes longest status line and longest headers of a response
 * @param trustedCertificates a PEM file of certificate authorities to trust beside the JDK's, null
 *     for none
 */
@ConfigurationProperties("pointsman.upstream")
public record UpstreamConfig(
    @Bindable(defaultValue = "5s") Duration connectTimeout,
    @Bindable(defaultValue = "5s") Duration tlsTimeout,
    @Bindable(defaultValue = "30s") Duration maxIdle,
    @Bindable(defaultValue = "65536") int maxHeadBytes,
    @Nullable Path trustedCertificates) {

  public UpstreamConfig {
    requirePositive("connect-timeout", connectTimeout);
    requirePositive("tls-timeout", tlsTimeout);
    requirePositive("max-idle", maxIdle);
    if (maxHeadBytes < 1024) {
      throw new IllegalArgumentException(
          "pointsman.upstream.max-head-bytes must be >= 1024: %d".formatted(maxHeadBytes));
    }
  }

  private static void requirePositive(String key, Duration value) {
    if (!value.isPositive()) {
      throw new IllegalArgumentException(
          "pointsman.upstream.%s must be positive: %s".formatted(key, value));
    }
  }
}
