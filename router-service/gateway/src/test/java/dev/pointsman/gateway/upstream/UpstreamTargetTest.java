package dev.pointsman.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class UpstreamTargetTest {

  @ParameterizedTest
  @CsvSource({
    "https://api.example.com/v1?x=1, true, api.example.com, 443, https://api.example.com",
    "HTTP://localhost, false, localhost, 80, http://localhost",
    "http://localhost:8000/, false, localhost, 8000, http://localhost:8000",
    "https://[::1]:8443/v1, true, ::1, 8443, https://[::1]:8443",
  })
  void of_address_isTaken(String address, boolean tls, String host, int port, String text) {
    UpstreamTarget target = UpstreamTarget.of(URI.create(address));
    assertThat(target).isEqualTo(new UpstreamTarget(tls, host, port)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ftp://x/", "/v1", "https:///v1", "https://user:key@x/"})
  void of_otherAddresses_areRefused(String address) {
    assertThatThrownBy(() -> UpstreamTarget.of(URI.create(address)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("key@");
  }

  @Test
  void toString_request_hidesWhatIsSecret() {
    UpstreamRequest request =
        UpstreamRequest.post(
            URI.create("https://x/v1?key=abc"), Map.of("authorization", "sk-1"), new byte[3]);
    assertThat(request).hasToString("POST https://x, 3 bytes");
    assertThat(request.path()).isEqualTo("/v1?key=abc");
  }
}
