package dev.pointsman.worlds;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The world of the demo: a three-minute story of learning, drift and recovery. Two kinds of
 * requests, chat and code, half and half, 25 a second. The cheap {@code swift} is right for chat,
 * {@code scholar} for code, until after 90 seconds {@code scholar} loses half its quality at code
 * and the dear {@code grand} becomes right there.
 *
 * <pre>
 *            quality       price       utility at 25 points per dollar
 *            chat  code    request     chat   code
 * swift      .90   .45     $0.0004     .89    .44
 * scholar    .70   .85     $0.002      .65    .80   (code after 90 s: .40, utility .35)
 * grand      .92   .90     $0.012      .62    .60
 * </pre>
 */
public final class DemoWorld {
  /** The function of the demo's configuration. */
  public static final String FUNCTION = "support_reply";

  /** The metric that users give feedback on, per inference. */
  public static final String METRIC = "resolved";

  /** When {@code scholar} gets worse at code, after the first request. */
  public static final Duration DRIFT = Duration.ofSeconds(90);

  /** Reported tokens of every request and every model. */
  public static final int INPUT_TOKENS = 40;

  /** Reported tokens of every answer of every model. */
  public static final int OUTPUT_TOKENS = 90;

  private DemoWorld() {}

  /** The world. */
  public static World world() {
    return new World(
        "demo",
        25,
        List.of(RequestKind.CHAT, RequestKind.CODE),
        List.of(
            model("grand", .92, .90, 30_000, 45),
            model("scholar", .70, .85, 5_000, 25),
            model("swift", .90, .45, 1_000, 12)),
        List.of(new World.Drift(DRIFT, "scholar", RequestKind.CODE, .40)),
        new World.FeedbackHabit(.70, Duration.ofMillis(600), Duration.ofSeconds(3)),
        25);
  }

  // With 40 tokens in and 90 out at four times the price, a request costs 400 input tokens.
  private static World.ModelTruth model(
      String name, double chat, double code, long inputNanos, int medianMillis) {
    return new World.ModelTruth(
        name,
        Map.of(RequestKind.CHAT, chat, RequestKind.CODE, code),
        new World.Usage(INPUT_TOKENS, OUTPUT_TOKENS, inputNanos, 4 * inputNanos),
        new World.LatencyTruth(Duration.ofMillis(medianMillis), .3));
  }

  /** The text of the demo's configuration file: the function, its variants, models and prices. */
  public static String configuration() {
    try (InputStream resource = DemoWorld.class.getResourceAsStream("demo.toml")) {
      if (resource == null) {
        throw new IllegalStateException("demo.toml is missing beside DemoWorld: rebuild the jar");
      }
      return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("demo.toml cannot be read", e);
    }
  }
}
