package dev.pointsman.gateway.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.pointsman.gateway.inference.AnswerCollector;
import dev.pointsman.gateway.inference.AnswerEvent;
import dev.pointsman.gateway.provider.ProviderAnswer;
import dev.pointsman.gateway.provider.ProviderFailureException;
import dev.pointsman.gateway.upstream.UpstreamExchange;
import dev.pointsman.gateway.upstream.UpstreamHead;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;

/**
 * Whatever an upstream sends as its answer, it is an answer with a finish reason (and in a stream
 * with its last line) or a failure, and nothing else escapes.
 */
@Tag("fuzz")
final class ProviderChunkFuzzer {

  /** The first byte says how long the pieces are in which the others arrive. */
  @FuzzTest(maxDuration = "60s")
  void stream(byte[] input) throws InterruptedException {
    String sent = new String(input, StandardCharsets.UTF_8);
    if (finished(input, true)) {
      assertThat(sent).contains("[DONE]", "finish_reason");
    }
  }

  @FuzzTest(maxDuration = "60s")
  void whole(byte[] input) throws InterruptedException {
    if (finished(input, false)) {
      assertThat(input).hasSizeGreaterThan(1);
    }
  }

  private static boolean finished(byte[] input, boolean stream) throws InterruptedException {
    if (input.length == 0) {
      return false;
    }
    AnswerCollector collector = new AnswerCollector();
    boolean finishReason = false;
    try (ProviderAnswer answer =
        OpenAiAnswer.begin(
            new Arriving(input), new byte[0], stream, Long.MAX_VALUE, UnaryOperator.identity())) {
      for (AnswerEvent event; (event = answer.next(Long.MAX_VALUE)) != null; ) {
        finishReason |= event instanceof AnswerEvent.Finished;
        collector.add(event);
      }
    } catch (ProviderFailureException expected) {
      assertThat(expected.failure().message()).isNotBlank();
      assertThat(collector.answer().blocks()).isNotNull();
      return false;
    }
    assertThat(finishReason).isTrue();
    assertThat(collector.finished()).isTrue();
    return true;
  }

  /** A response that has come already. */
  private static final class Arriving implements UpstreamExchange {

    private final byte[] bytes;
    private final int piece;
    private int position = 1;

    Arriving(byte[] input) {
      this.bytes = input;
      this.piece = 1 + (input[0] & 0xff);
    }

    @Override
    public UpstreamHead head(long deadlineNanos) {
      return new UpstreamHead(200, Map.of("content-type", "text/event-stream"));
    }

    @Override
    public byte[] nextChunk(long deadlineNanos) {
      int from = position;
      position = Math.min(bytes.length, from + piece);
      return Arrays.copyOfRange(bytes, from, position);
    }

    @Override
    public void abort() {}

    @Override
    public void close() {}
  }
}
