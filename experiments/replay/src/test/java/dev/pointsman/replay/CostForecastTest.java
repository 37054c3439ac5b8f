package dev.pointsman.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CostForecastTest {

  @TempDir private Path folder;

  private ReplayData rows(int n, boolean prompts) throws IOException {
    List<String> lines = new ArrayList<>();
    for (int row = 0; row < n; row++) {
      int words = 1 + row % 30;
      lines.add(
          String.format(
              Locale.ROOT,
              "{\"id\": \"made:%d\", \"task\": \"t\", \"prompt\": %s, \"outcomes\": {"
                  + "\"a\": {\"quality\": 1, \"cost_usd\": %.6f},"
                  + "\"b\": {\"quality\": 1, \"cost_usd\": %.6f}}}",
              row,
              prompts ? '"' + "word ".repeat(words) + '"' : "null",
              2e-5 * words + 1e-4,
              3e-4));
    }
    return ReplayData.read(RecordedFile.gzip(folder.resolve(prompts + ".gz"), lines), null);
  }

  @Test
  void of_costThatGrowsWithThePrompt_isForeseen() throws IOException {
    ReplayData data = rows(300, true);
    CostForecast forecast = CostForecast.of(data, IntStream.range(0, 300).toArray());
    for (int row = 0; row < 30; row++) {
      double[] cost = forecast.of(data, row);
      assertThat(cost[0]).isEqualTo(data.costUsd(row, 0), within(2e-6));
      assertThat(cost[1]).isEqualTo(3e-4, within(1e-9));
    }
  }

  @Test
  void of_rowsWithoutPrompts_isTheMeanOfTheTask() throws IOException {
    ReplayData data = rows(300, false);
    CostForecast forecast = CostForecast.of(data, IntStream.range(0, 300).toArray());
    assertThat(forecast.of(data, 0)[0]).isEqualTo(4.1e-4, within(1e-9));
  }
}
