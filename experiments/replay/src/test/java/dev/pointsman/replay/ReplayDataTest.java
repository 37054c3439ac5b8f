package dev.pointsman.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReplayDataTest {

  @TempDir private Path folder;

  private static final String PRICED =
      """
      {"id":"s:1","task":"b","prompt":"p","outcomes":{"y":{"quality":1,"cost_usd":0.25},\
      "x":{"quality":0.5,"cost_usd":0.5,"latency_ms":3}}}\
      """;

  private static final String UNPRICED =
      """
      {"id":"s:2","task":"a","prompt":null,"outcomes":{"x":{"quality":0,"input_tokens":100},\
      "y":{"quality":0.25,"input_tokens":100,"output_tokens":10}}}\
      """;

  @Test
  void read_rowsOfTwoTasks_sortsTasksAndModels() throws IOException {
    ReplayData data =
        ReplayData.read(RecordedFile.gzip(folder.resolve("d.jsonl.gz"), List.of(PRICED)), null);
    assertThat(data.source()).isEqualTo("s");
    assertThat(data.models()).containsExactly("x", "y");
    assertThat(data.tasks()).containsExactly("b");
    assertThat(data.quality(0, 0)).isEqualTo(.5);
    assertThat(data.costUsd(0, 1)).isEqualTo(.25);
    assertThat(data.hasCosts()).isTrue();
  }

  @Test
  void read_unknownCosts_takesListPricesAndTwoHundredTokens() throws IOException {
    Path file = folder.resolve("d.jsonl");
    Files.writeString(file, PRICED + "\n\n" + UNPRICED + "\n");
    assertThat(ReplayData.read(file, null).hasCosts()).isFalse();

    Files.writeString(
        folder.resolve("models.json"),
        """
        {"s": {"models": {"x": {"input_usd_per_m": 1, "output_usd_per_m": 2},
                          "y": {"input_usd_per_m": 3, "output_usd_per_m": 4}}}}\
        """);
    ReplayData data = ReplayData.read(file, null);
    assertThat(data.hasCosts()).isTrue();
    assertThat(data.tasks()).containsExactly("a", "b");
    assertThat(data.task(0)).isEqualTo(1);
    assertThat(data.costUsd(0, 0)).isEqualTo(.5);
    assertThat(data.costUsd(1, 0)).isCloseTo((100 * 1 + 200 * 2) / 1e6, within(1e-15));
    assertThat(data.costUsd(1, 1)).isCloseTo((100 * 3 + 10 * 4) / 1e6, within(1e-15));
  }

  @Test
  void read_rowThatIsNoJson_namesFileAndLine() throws IOException {
    Path file = folder.resolve("d.jsonl");
    Files.writeString(file, PRICED + "\n{\"id\": oops}\n");
    assertThatIOException()
        .isThrownBy(() -> ReplayData.read(file, null))
        .withMessageContaining("d.jsonl:2:");
  }

  @Test
  void read_rowWithOtherModels_isRefused() throws IOException {
    Path file = folder.resolve("d.jsonl");
    Files.writeString(
        file, PRICED + "\n{\"id\":\"s:3\",\"task\":\"b\",\"outcomes\":{\"x\":{\"quality\":1}}}\n");
    assertThatIOException()
        .isThrownBy(() -> ReplayData.read(file, null))
        .withMessageContaining("d.jsonl:2:")
        .withMessageContaining("[x, y]");
  }

  @Test
  void read_qualityOutsideItsRange_isRefused() throws IOException {
    Path file = folder.resolve("d.jsonl");
    Files.writeString(
        file, "{\"id\":\"s:1\",\"task\":\"b\",\"outcomes\":{\"x\":{\"quality\":1.5}}}\n");
    assertThatIOException()
        .isThrownBy(() -> ReplayData.read(file, null))
        .withMessageContaining("quality of x must be in 0..1: 1.5");
  }

  @Test
  void read_emptyFile_isRefused() throws IOException {
    Path file = folder.resolve("d.jsonl");
    Files.writeString(file, "");
    assertThatIOException().isThrownBy(() -> ReplayData.read(file, null));
  }

  @Test
  void rewardScale_knownRows_followsTheProtocol() throws IOException {
    Path file = folder.resolve("d.jsonl");
    Files.writeString(
        file,
        PRICED
            + "\n"
            + """
            {"id":"s:2","task":"a","outcomes":{"x":{"quality":0,"cost_usd":0.5},\
            "y":{"quality":0.25,"cost_usd":0.75}}}
            """);
    ReplayData data = ReplayData.read(file, null);
    RewardScale scale = RewardScale.fit(data);
    // y is right more often, at a mean cost of 0.5: a dollar costs 0.2 points.
    assertThat(scale.strongModel()).isEqualTo("y");
    assertThat(scale.costFactor()).isCloseTo(.2, within(1e-12));
    assertThat(scale.raw(data, 0, 1)).isCloseTo(1 - .05, within(1e-12));
    assertThat(scale.raw(data, 1, 0)).isCloseTo(-.1, within(1e-12));
    // Sorted raw rewards start -0.1, 0.1; their 0.1 % quantile lies 3 thousandths of the way up.
    double lowest = -.1 + .003 * .2;
    assertThat(scale.lowest()).isCloseTo(lowest, within(1e-12));
    assertThat(scale.mapped(1)).isEqualTo(1);
    assertThat(scale.mapped(-.1)).isZero();
    assertThat(scale.mapped(.5)).isCloseTo((.5 - lowest) / (1 - lowest), within(1e-12));
  }
}
