package dev.pointsman.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;

final class RoutingBenchmarkTest {

  @TempDir private Path folder;

  /**
   * Two models and two tasks. The small one is right when the prompt says "easy", whatever the task;
   * the large one is right nine times in ten. A cost is a price per word of the prompt.
   */
  private ReplayData rows(String name, int n, long seed, boolean prompts) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    List<String> lines = new ArrayList<>();
    for (int row = 0; row < n; row++) {
      boolean easy = random.nextInt(3) == 0;
      int words = 1 + random.nextInt(40);
      String prompt = (easy ? "easy" : "tough") + " question".repeat(words);
      lines.add(
          String.format(
              Locale.ROOT,
              "{\"id\": \"made:%012x\", \"task\": \"%s\", \"prompt\": %s, \"outcomes\": {"
                  + "\"small\": {\"quality\": %d, \"cost_usd\": %.6f},"
                  + "\"large\": {\"quality\": %d, \"cost_usd\": %.6f}}}",
              row,
              random.nextBoolean() ? "law" : "art",
              prompts ? '"' + prompt + '"' : "null",
              random.nextDouble() < (easy ? 0.9 : 0.2) ? 1 : 0,
              1e-5 * words,
              random.nextDouble() < 0.9 ? 1 : 0,
              1e-4 * words));
    }
    return ReplayData.read(RecordedFile.gzip(folder.resolve(name), lines), null);
  }

  @Test
  void run_textThatTells_beatsTaskMeansAndSingleModels() throws IOException {
    RoutingBenchmarkResult result =
        new RoutingBenchmark(rows("a.gz", 900, 1, true), rows("b.gz", 500, 2, true), 1).run();
    assertThat(result.weak()).isEqualTo("small");
    assertThat(result.strong()).isEqualTo("large");
    assertThat(result.gain().router()).isGreaterThan(result.perTaskNaiq() + 0.05);
    assertThat(result.gain().router()).isLessThan(result.oracleNaiq());
    assertThat(result.gain().singles()).isEqualTo(0.5, within(1e-9));
    assertThat(result.gain().isWorthRunning()).isTrue();
    assertThat(result.choice().weight()).isPositive();
    assertThat(result.pair().area()).isGreaterThan(0.6);
    // Half of the gap is recovered by the rows that lead by more and some of those that lead by it.
    double threshold = result.threshold(0.5).orElseThrow();
    double calls = 500 * result.pair().leastShare(0.5).orElseThrow();
    assertThat((double) Arrays.stream(result.leads()).filter(lead -> lead > threshold).count())
        .isLessThan(calls);
    assertThat((double) Arrays.stream(result.leads()).filter(lead -> lead >= threshold).count())
        .isGreaterThanOrEqualTo(calls);
    assertThat(result.threshold(0.8).orElseThrow()).isLessThan(threshold);
    // How long a prompt is says nothing in this world.
    assertThat(result.untrained().area()).isCloseTo(0.5, within(0.05));
    assertThat(result.toTable()).contains("APGR by complexity alone 0.");
  }

  @Test
  void run_taskThatTells_isLearntWithoutPrompts() throws IOException {
    ReplayData train =
        ReplayData.read(RecordedFile.synthetic(folder.resolve("c.gz"), 900, 1), null);
    ReplayData test = ReplayData.read(RecordedFile.synthetic(folder.resolve("d.gz"), 600, 2), null);
    RoutingBenchmarkResult result = new RoutingBenchmark(train, test, 1).run();
    assertThat(result.gain().router()).isGreaterThan(result.gain().singles());
    assertThat(result.gain().router()).isGreaterThan(result.perTaskNaiq() - 0.05);
  }

  @Test
  void run_noPrompts_isTheBestModelPerTask() throws IOException {
    RoutingBenchmarkResult result =
        new RoutingBenchmark(rows("e.gz", 300, 3, false), rows("f.gz", 200, 4, false), 1).run();
    assertThat(result.readsPrompts()).isFalse();
    assertThat(result.gain().router()).isEqualTo(result.perTaskNaiq(), within(1e-12));
    assertThat(result.toTable()).contains("The rows have no prompts");
  }

  @Test
  void run_again_isTheSame() throws IOException {
    ReplayData train = rows("g.gz", 200, 5, true);
    ReplayData test = rows("h.gz", 150, 6, true);
    RoutingBenchmarkResult one = new RoutingBenchmark(train, test, 1).run();
    RoutingBenchmarkResult two = new RoutingBenchmark(train, test, 1).run();
    assertThat(two.gain()).isEqualTo(one.gain());
    assertThat(two.router().points()).isEqualTo(one.router().points());
  }

  @Test
  void toJson_andToSvg_areWellFormedAndSayTheSame() throws Exception {
    RoutingBenchmarkResult result =
        new RoutingBenchmark(rows("i.gz", 200, 7, true), rows("j.gz", 150, 8, true), 1).run();
    JsonNode json = JsonMapper.builder().build().readTree(result.toJson());
    assertThat(json.path("naiq").asDouble()).isEqualTo(result.gain().router());
    assertThat(json.path("per_task_naiq").asDouble()).isEqualTo(result.perTaskNaiq());
    assertThat(json.path("curve").size()).isEqualTo(result.router().points().size());
    assertThat(result.toTable())
        .contains("%.3f".formatted(result.gain().router()))
        .doesNotContain("null");
    var svg =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(result.toSvg())));
    assertThat(svg.getElementsByTagName("polyline").getLength()).isEqualTo(3);
    assertThat(svg.getElementsByTagName("circle").getLength()).isEqualTo(2);
  }

  @Test
  void new_filesOfDifferentModels_areRefused() throws IOException {
    ReplayData one = rows("k.gz", 20, 1, true);
    ReplayData other = ReplayData.read(RecordedFile.synthetic(folder.resolve("l.gz"), 20, 1), null);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RoutingBenchmark(one, other, 1))
        .withMessageContaining("both files must have the same models: [large, small] and");
  }
}
