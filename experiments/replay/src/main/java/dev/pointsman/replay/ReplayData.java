package dev.pointsman.replay;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Recorded outcomes with full information: per prompt the quality and cost of every model. The file
 * format is JSON lines, gzipped when the name ends in {@code .gz}: {@code {"id": "source:…", "task":
 * …, "outcomes": {model: {"quality": 0..1, "cost_usd"?, "input_tokens"?, "output_tokens"?}}}}.
 * Texts are skipped.
 */
public final class ReplayData {
  /** Output tokens assumed where neither a cost nor the tokens are recorded. */
  static final int ASSUMED_OUTPUT_TOKENS = 200;

  private final String source;
  private final List<String> models;
  private final List<String> tasks;
  private final int[] taskOfRow;
  private final double[][] quality;
  private final double[][] costUsd;
  private final List<@Nullable String> prompts;
  private final boolean assumedCosts;

  private ReplayData(
      String source,
      List<String> models,
      List<String> tasks,
      int[] taskOfRow,
      double[][] quality,
      double[][] costUsd,
      List<@Nullable String> prompts,
      boolean assumedCosts) {
    this.source = source;
    this.models = models;
    this.tasks = tasks;
    this.taskOfRow = taskOfRow;
    this.quality = quality;
    this.costUsd = costUsd;
    this.prompts = prompts;
    this.assumedCosts = assumedCosts;
  }

  /**
   * Reads a file.
   *
   * @param file the outcomes
   * @param prices list prices per source and model for outcomes without a cost, {@code {source:
   *     {"models": {model: {"input_usd_per_m", "output_usd_per_m"}}}}}; null looks for {@code
   *     models.json} beside the file
   * @throws IOException if a file cannot be read, or a line is not such a row, with its number
   */
  public static ReplayData read(Path file, @Nullable Path prices) throws IOException {
    Path beside = file.resolveSibling("models.json");
    JsonNode priceTree = null;
    if (prices != null) {
      priceTree = JsonMapper.builder().build().readTree(prices.toFile());
    } else if (Files.exists(beside)) {
      priceTree = JsonMapper.builder().build().readTree(beside.toFile());
    }
    Builder builder = new Builder(priceTree);
    JsonFactory json = new JsonFactory();
    try (BufferedReader lines = open(file)) {
      String line;
      for (int number = 1; (line = lines.readLine()) != null; number++) {
        if (line.isBlank()) {
          continue;
        }
        try (JsonParser parser = json.createParser(line)) {
          builder.add(parser);
        } catch (JsonProcessingException | IllegalArgumentException e) {
          throw new IOException("%s:%d: %s".formatted(file, number, e.getMessage()), e);
        }
      }
    }
    if (builder.rows.isEmpty()) {
      throw new IOException(file + " holds no rows: expected one JSON object per line");
    }
    return builder.build();
  }

  private static BufferedReader open(Path file) throws IOException {
    InputStream raw = Files.newInputStream(file);
    try {
      InputStream bytes = file.toString().endsWith(".gz") ? new GZIPInputStream(raw, 1 << 16) : raw;
      return new BufferedReader(new InputStreamReader(bytes, StandardCharsets.UTF_8), 1 << 16);
    } catch (IOException e) {
      raw.close();
      throw e;
    }
  }

  /** What stands before the colon of the first row's id. */
  public String source() {
    return source;
  }

  /** Model names, sorted; arm {@code i} is the i-th. */
  public List<String> models() {
    return models;
  }

  /** Task names, sorted. */
  public List<String> tasks() {
    return tasks;
  }

  /** Number of rows. */
  public int rows() {
    return taskOfRow.length;
  }

  /** Index into {@link #tasks()} of a row's task. */
  int task(int row) {
    return taskOfRow[row];
  }

  /** Recorded quality, 0..1. */
  double quality(int row, int model) {
    return quality[row][model];
  }

  /** Recorded or list-price cost in dollars; NaN where it is unknown. */
  double costUsd(int row, int model) {
    return costUsd[row][model];
  }

  /** The prompt of a row, null where the source passes none on. */
  @Nullable String prompt(int row) {
    return prompts.get(row);
  }

  /** Whether every row has its prompt. */
  boolean hasPrompts() {
    return !prompts.contains(null);
  }

  /** Whether a cost was computed from list prices, for want of a recorded one. */
  boolean hasAssumedCosts() {
    return assumedCosts;
  }

  /** Whether every outcome has a cost. */
  public boolean hasCosts() {
    return Arrays.stream(costUsd).flatMapToDouble(Arrays::stream).noneMatch(Double::isNaN);
  }

  private record Outcome(double quality, double costUsd) {}

  private record Row(String task, Map<String, Outcome> outcomes, @Nullable String prompt) {}

  private static final class Builder {
    private final @Nullable JsonNode prices;
    private final List<Row> rows = new ArrayList<>();
    private final NavigableMap<String, Integer> taskIndex = new TreeMap<>();
    private String source = "";
    private boolean assumedCosts;

    Builder(@Nullable JsonNode prices) {
      this.prices = prices;
    }

    void add(JsonParser parser) throws IOException {
      String id = "";
      String task = null;
      String prompt = null;
      Map<String, RawOutcome> raw = null;
      require(parser.nextToken() == JsonToken.START_OBJECT, "a row must be a JSON object");
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        parser.nextToken();
        switch (field) {
          case "id" -> id = parser.getText();
          case "task" -> task = parser.getText();
          case "prompt" -> prompt = parser.getValueAsString();
          case "outcomes" -> raw = outcomes(parser);
          default -> parser.skipChildren();
        }
      }
      if (task == null || raw == null || raw.isEmpty()) {
        throw new IllegalArgumentException("a row needs task and outcomes: id " + id);
      }
      String rowSource = id.substring(0, Math.max(0, id.indexOf(':')));
      if (rows.isEmpty()) {
        source = rowSource;
      } else {
        require(
            rows.getFirst().outcomes().keySet().equals(raw.keySet()),
            "every row must have the outcomes of all models; the first row has "
                + rows.getFirst().outcomes().keySet()
                + ", this one "
                + raw.keySet());
      }
      Map<String, Outcome> outcomes = new TreeMap<>();
      for (Map.Entry<String, RawOutcome> entry : raw.entrySet()) {
        RawOutcome outcome = entry.getValue();
        require(
            outcome.quality >= 0 && outcome.quality <= 1,
            "quality of %s must be in 0..1: %s".formatted(entry.getKey(), outcome.quality));
        outcomes.put(
            entry.getKey(), new Outcome(outcome.quality, cost(rowSource, entry.getKey(), outcome)));
      }
      taskIndex.putIfAbsent(task, 0);
      rows.add(new Row(task, outcomes, prompt));
    }

    private static void require(boolean condition, String message) {
      if (!condition) {
        throw new IllegalArgumentException(message);
      }
    }

    private static Map<String, RawOutcome> outcomes(JsonParser parser) throws IOException {
      require(parser.currentToken() == JsonToken.START_OBJECT, "outcomes must be an object");
      Map<String, RawOutcome> outcomes = new TreeMap<>();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String model = parser.currentName();
        require(parser.nextToken() == JsonToken.START_OBJECT, model + " must be an object");
        RawOutcome outcome = new RawOutcome();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String field = parser.currentName();
          JsonToken value = parser.nextToken();
          if (!value.isNumeric()) {
            parser.skipChildren();
            continue;
          }
          switch (field) {
            case "quality" -> outcome.quality = parser.getDoubleValue();
            case "cost_usd" -> outcome.costUsd = parser.getDoubleValue();
            case "input_tokens" -> outcome.inputTokens = parser.getDoubleValue();
            case "output_tokens" -> outcome.outputTokens = parser.getDoubleValue();
            default -> {}
          }
        }
        outcomes.put(model, outcome);
      }
      return outcomes;
    }

    private double cost(String rowSource, String model, RawOutcome outcome) {
      if (!Double.isNaN(outcome.costUsd) || prices == null) {
        return outcome.costUsd;
      }
      assumedCosts = true;
      JsonNode price = prices.path(rowSource).path("models").path(model);
      double output =
          Double.isNaN(outcome.outputTokens) ? ASSUMED_OUTPUT_TOKENS : outcome.outputTokens;
      return (outcome.inputTokens * price.path("input_usd_per_m").asDouble(Double.NaN)
              + output * price.path("output_usd_per_m").asDouble(Double.NaN))
          / 1e6;
    }

    ReplayData build() {
      List<String> models = List.copyOf(rows.getFirst().outcomes().keySet());
      List<String> tasks = List.copyOf(taskIndex.keySet());
      for (int i = 0; i < tasks.size(); i++) {
        taskIndex.put(tasks.get(i), i);
      }
      int[] taskOfRow = new int[rows.size()];
      double[][] quality = new double[rows.size()][models.size()];
      double[][] cost = new double[rows.size()][models.size()];
      for (int row = 0; row < rows.size(); row++) {
        taskOfRow[row] = taskIndex.getOrDefault(rows.get(row).task(), 0);
        int model = 0;
        for (Outcome outcome : rows.get(row).outcomes().values()) {
          quality[row][model] = outcome.quality();
          cost[row][model++] = outcome.costUsd();
        }
      }
      List<@Nullable String> prompts = new ArrayList<>(rows.size());
      for (Row row : rows) {
        prompts.add(row.prompt());
      }
      return new ReplayData(source, models, tasks, taskOfRow, quality, cost, prompts, assumedCosts);
    }
  }

  private static final class RawOutcome {
    private double quality = Double.NaN;
    private double costUsd = Double.NaN;
    private double inputTokens = Double.NaN;
    private double outputTokens = Double.NaN;
  }
}
