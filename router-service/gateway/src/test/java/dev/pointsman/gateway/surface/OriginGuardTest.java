package dev.pointsman.gateway.surface;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class OriginGuardTest {

  private final OriginGuard loopback = new OriginGuard("127.0.0.1");
  private final OriginGuard open = new OriginGuard("0.0.0.0");

  @ParameterizedTest
  @ValueSource(
      strings = {"127.0.0.1", "127.0.0.1:3000", "localhost:3000", "LOCALHOST", "[::1]:3000"})
  void objection_hostIsThisMachine_none(String host) {
    assertThat(loopback.objection(host, null, null)).isNull();
    assertThat(loopback.objection(host, "http://localhost:5173", null)).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "["})
  void objection_nameThatPointsHere_isRefused(String host) {
    assertThat(loopback.objection(host, null, null)).contains("Host");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"https://evil.example", "null", "http://127.0.0.1.evil.example", "file://", "%"})
  void objection_pageOfAnotherSite_isRefused(String origin) {
    assertThat(loopback.objection("localhost:3000", origin, null)).contains("pages of");
    assertThat(open.objection("router.example:3000", origin, null)).contains("pages of");
  }

  @Test
  void objection_openBind_takesAnyHostAndItsOwnPages() {
    assertThat(open.objection("router.example:3000", "http://router.example:3000", null)).isNull();
    assertThat(open.objection("router.example", null, null)).isNull();
    assertThat(open.objection("router.example", "http://localhost", null)).isNotNull();
  }

  @Test
  void objection_crossSiteFetchWithoutOrigin_isRefused() {
    assertThat(loopback.objection("localhost", null, "cross-site")).isNotNull();
    assertThat(loopback.objection("localhost", null, "same-origin")).isNull();
  }
}
