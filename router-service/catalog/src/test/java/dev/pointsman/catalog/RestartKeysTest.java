package dev.pointsman.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class RestartKeysTest {

  private static final FunctionCatalog DEFAULTS = Readings.loaded("");

  @Test
  void changed_everyKeyDeclaredSo_isNamed() {
    FunctionCatalog after =
        Readings.loaded(
            """
            [gateway]
            bind_address = "0.0.0.0:80"
            base_path = "/llm"
            allow_open_bind = true
            unstable_error_json = true
            global_outbound_http_timeout_ms = 5
            [store]
            events = "jdbc:clickhouse://db/events"
            cluster = "main"
            control = "jdbc:postgresql://db/pointsman"
            data_directory = "elsewhere"
            durability = "os"
            spool_max_bytes = "1GB"
            when_spool_full = "shed"
            rollup_tags = ["plan"]
            retention_days = 400
            payload_retention_days = 30
            """);
    List<String> declared =
        ConfigurationKeys.TABLES.entrySet().stream()
            .flatMap(
                table ->
                    table.getValue().values().stream()
                        .filter(ConfigurationKeys.Key::restart)
                        .map(key -> table.getKey() + "." + key.name()))
            .toList();

    assertThat(RestartKeys.changed(DEFAULTS, after)).containsExactlyElementsOf(declared);
  }

  @Test
  void changed_functionsOnly_isEmpty() {
    FunctionCatalog after =
        Readings.loaded(
            """
            [functions.f]
            type = "chat"
            [functions.f.variants.v]
            type = "chat_completion"
            model = "dummy::good"
            """);

    assertThat(RestartKeys.changed(DEFAULTS, after)).isEmpty();
  }
}
