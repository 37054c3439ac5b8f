package dev.pointsman.replay;

import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;

/** Writes small files of recorded outcomes. */
final class RecordedFile {

  private static final String[] TASKS = {"law", "maths", "poems"};
  private static final String[] MODELS = {"large", "medium", "small"};

  /** Probability of a right answer per task and model; another model is best in each task. */
  private static final double[][] QUALITY = {{.9, .6, .3}, {.4, .9, .3}, {.5, .4, .9}};

  private static final double[] USD = {.01, .004, .001};

  private RecordedFile() {}

  /** A thousand rows or so of three tasks and three models. */
  static Path synthetic(Path file, int rows, long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    StringBuilder lines = new StringBuilder();
    for (int row = 0; row < rows; row++) {
      int task = random.nextInt(TASKS.length);
      lines.append(
          "{\"id\": \"made:%012x\", \"task\": \"%s\", \"prompt\": \"{\\\"x\\\"}\", \"outcomes\": {"
              .formatted(row, TASKS[task]));
      for (int model = 0; model < MODELS.length; model++) {
        lines.append(
            String.format(
                Locale.ROOT,
                "%s\"%s\": {\"quality\": %.1f, \"cost_usd\": %.3f}",
                model == 0 ? "" : ", ",
                MODELS[model],
                random.nextDouble() < QUALITY[task][model] ? 1.0 : 0.0,
                USD[model]));
      }
      lines.append("}}\n");
    }
    return gzip(file, List.of(lines.toString()));
  }

  static Path gzip(Path file, List<String> lines) throws IOException {
    try (Writer out =
        new OutputStreamWriter(
            new GZIPOutputStream(Files.newOutputStream(file)), StandardCharsets.UTF_8)) {
      for (String line : lines) {
        out.write(line);
        out.write('\n');
      }
    }
    return file;
  }
}
