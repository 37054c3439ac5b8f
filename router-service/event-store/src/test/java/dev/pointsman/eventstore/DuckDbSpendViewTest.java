package dev.pointsman.eventstore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.eventlog.testing.Events;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DuckDbSpendViewTest extends SpendViewContract {

  DuckDbSpendViewTest() {
    super(TestEngine.DUCKDB);
  }

  @Test
  void view_ofAStoppedStore_isReadByAnyProgram(@TempDir Path directory) throws Exception {
    try (EventStore store = TestEngine.DUCKDB.open(directory)) {
      store.append(List.of(Events.inference(1)), 1);
    }
    // Under another name than the store's own connections give the file.
    try (Connection other =
            DriverManager.getConnection("jdbc:duckdb:" + directory.resolve("events.duckdb"));
        Statement statement = other.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT s.spend, f.value_boolean FROM spend_logs s"
                    + " LEFT JOIN feedback_latest f ON f.target_id = s.request_id")) {
      assertThat(row.next()).isTrue();
      assertThat(row.getBigDecimal(1)).isEqualByComparingTo("0.000100001");
    }
  }
}
