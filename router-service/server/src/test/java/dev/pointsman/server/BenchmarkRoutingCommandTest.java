package dev.pointsman.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class BenchmarkRoutingCommandTest {

  @TempDir private Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    CommandLine commandLine =
        Pointsman.commandLine()
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true));
    return commandLine.execute(arguments);
  }

  private String rows(String name, int n, long seed) throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    StringBuilder lines = new StringBuilder();
    for (int row = 0; row < n; row++) {
      boolean law = random.nextBoolean();
      lines.append(
          String.format(
              Locale.ROOT,
              "{\"id\": \"made:%d\", \"task\": \"%s\", \"prompt\": \"question %d\", \"outcomes\": {"
                  + "\"dear\": {\"quality\": 1, \"input_tokens\": 10},"
                  + "\"cheap\": {\"quality\": %d, \"input_tokens\": 10}}}%n",
              row,
              law ? "law" : "art",
              row,
              law && random.nextInt(10) > 0 ? 1 : 0));
    }
    return Files.writeString(folder.resolve(name), lines).toString();
  }

  @Test
  void benchmarkRouting_pricesBesideTheTrainingFile_printsFiguresAndDraws() throws Exception {
    Files.writeString(
        folder.resolve("models.json"),
        """
        {"made": {"models": {"dear": {"input_usd_per_m": 10, "output_usd_per_m": 30},
                             "cheap": {"input_usd_per_m": 1, "output_usd_per_m": 3}}}}
        """);
    String train = rows("train.jsonl", 200, 1);
    String test = rows("test.jsonl", 100, 2);
    Path picture = folder.resolve("curve.svg");
    assertThat(
            run(
                "benchmark-routing",
                "--train",
                train,
                "--test",
                test,
                "--json",
                "--picture",
                picture.toString()))
        .as(err.toString())
        .isZero();
    var json = JsonMapper.builder().build().readTree(out.toString());
    // The cheap model for law, where it is right nine times in ten: corners at half the dear calls
    // and 10/11 of the gap, so the area is 0.5 x 0.909/2 + 0.5 x (0.909 + 1)/2 = 0.70.
    assertThat(json.path("naiq").asDouble()).isBetween(0.62, 0.8);
    assertThat(json.path("weak").path("model").asText()).isEqualTo("cheap");
    assertThat(json.path("assumed_costs").asBoolean()).isTrue();
    assertThat(picture).content().startsWith("<svg");
    out.getBuffer().setLength(0);
    assertThat(run("benchmark-routing", "--train", train, "--test", test)).isZero();
    assertThat(out.toString()).contains("with 200 output tokens where none are", "worth running");
  }

  @Test
  void benchmarkRouting_noCosts_saysHowToMendIt() throws Exception {
    String train = rows("train.jsonl", 20, 1);
    assertThat(run("benchmark-routing", "--train", train, "--test", train))
        .isEqualTo(Pointsman.FOUND_A_PROBLEM);
    assertThat(err.toString()).contains("put models.json with list prices beside the file");
  }
}
