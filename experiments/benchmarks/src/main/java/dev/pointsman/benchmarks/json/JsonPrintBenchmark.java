package dev.pointsman.benchmarks.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.chat.json.Json;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A chat request of about 900 characters as bytes, by our printer and by Jackson's mapper
 * with the pool of buffers that suits virtual threads. Only the ratio means anything.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class JsonPrintBenchmark {

  /** A text without escapes, one with a line break each sixty characters, one with umlauts. */
  @Param({"plain", "lines", "umlauts"})
  public String text = "plain";

  private final ObjectMapper mapper =
      new JsonMapper(
          JsonFactory.builder().recyclerPool(JsonRecyclerPools.newConcurrentDequePool()).build());

  private ObjectNode body = Json.object();

  /** Makes the body. */
  @Setup
  public void prepare() {
    String prompt =
        switch (text) {
          case "lines" ->
              "a line of sixty characters, which ends with a line's break.\n".repeat(15);
          case "umlauts" -> "Größere Fragen kürzer ".repeat(40);
          default -> "question ".repeat(100);
        };
    body = Json.object().put("model", "m");
    body.putArray("messages").addObject().put("role", "user").put("content", prompt);
  }

  /** By our printer. */
  @Benchmark
  public byte[] printer() {
    return Json.bytes(body);
  }

  /** By the mapper. */
  @Benchmark
  public byte[] jackson() throws JsonProcessingException {
    return mapper.writeValueAsBytes(body);
  }
}
