package dev.pointsman.eventstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ClickHouseAddressTest {

  @Test
  void parse_jdbcUrl_hasItsParts() {
    assertThat(
            ClickHouseAddress.parse(
                "jdbc:clickhouse://events.example:9000/pointsman?user=router&password=p%26q&ssl=true&socket_timeout=1000"))
        .isEqualTo(
            new ClickHouseAddress(
                "events.example",
                9000,
                true,
                "pointsman",
                "router",
                "p&q",
                Map.of("socket_timeout", "1000")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://default:pa%20ss@localhost:8123/p",
        "jdbc:ch://localhost/p?password=pa ss",
        "jdbc:clickhouse:http://localhost:8123?database=p&user=default&password=pa%20ss"
      })
  void parse_otherSpellings_areTheSame(String url) {
    assertThat(ClickHouseAddress.parse(url.replace("pa ss", "pa%20ss")))
        .isEqualTo(
            new ClickHouseAddress("localhost", 8123, false, "p", "default", "pa ss", Map.of()));
  }

  @Test
  void parse_tlsWithoutPort_isTheSecureOne() {
    assertThat(ClickHouseAddress.parse("https://h/p").port()).isEqualTo(8443);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:clickhouse://h:8123/",
        "jdbc:clickhouse://u:secret@/p",
        "jdbc:postgresql://h/secret",
        "http://u:secret@h:8123/a-b",
        "http://u:secret@h:80 80/p",
        "somewhere"
      })
  void parse_unusable_saysHowToWriteItAndNoSecret(String url) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ClickHouseAddress.parse(url))
        .withMessageContaining("jdbc:clickhouse://host:8123/pointsman")
        .withMessageNotContaining("secret");
  }

  @Test
  void toString_hasNoPassword() {
    assertThat(ClickHouseAddress.parse("http://u:secret@h:8123/p")).hasToString("http://h:8123/p");
    assertThat(ClickHouseSettings.of("http://u:secret@h:8123/p").toString())
        .doesNotContain("secret");
  }
}
