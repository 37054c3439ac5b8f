package dev.pointsman.server;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.catalog.ProviderKind;
import dev.pointsman.chat.ContentBlock;
import dev.pointsman.chat.InputMessage;
import dev.pointsman.eventlog.InferenceEvent.Tokens;
import dev.pointsman.gateway.inference.AnswerEvent;
import dev.pointsman.gateway.inference.FinishReason;
import dev.pointsman.gateway.provider.ModelRequest;
import dev.pointsman.gateway.provider.Pause;
import dev.pointsman.gateway.provider.ProviderAnswer;
import dev.pointsman.gateway.provider.ProviderClient;
import dev.pointsman.gateway.provider.ProviderFailureException;
import dev.pointsman.gateway.provider.ProviderType;
import dev.pointsman.worlds.DemoWorld;
import dev.pointsman.worlds.SimulatedModel;
import dev.pointsman.worlds.WorldClock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The provider type {@code simulated}: models of the demo's world, which are right as often as the
 * world says and take as long. Keys: {@code model_name}, one of the world's models.
 */
final class SimulatedProvider implements ProviderClient {

  private final String name;
  private final SimulatedModel model;
  private final WorldClock clock;

  private SimulatedProvider(String name, WorldClock clock) {
    this.name = name;
    this.model = new SimulatedModel(DemoWorld.world(), name);
    this.clock = clock;
  }

  /** The type, its models living in one world with one clock. */
  static ProviderType type(WorldClock clock) {
    List<String> names =
        DemoWorld.world().models().stream()
            .map(dev.pointsman.worlds.World.ModelTruth::name)
            .toList();
    return new ProviderType(
        new ProviderKind(
            "simulated",
            (table, reading) -> {
              String name = reading.requiredText("model_name");
              if (!name.isEmpty() && !names.contains(name)) {
                reading.error(
                    "model_name",
                    "the simulated world has no model '%s': use one of %s".formatted(name, names));
              }
              return name;
            }),
        name -> new SimulatedProvider((String) name, clock),
        null);
  }

  @Override
  public String modelName() {
    return name;
  }

  @Override
  public ProviderAnswer open(ModelRequest request, long beginBy)
      throws ProviderFailureException, InterruptedException {
    SimulatedModel.Answer answer =
        model.answer(prompt(request), clock.onRequest(), ThreadLocalRandom.current());
    // Half of the time passes before the first word, as with real models.
    Duration half = answer.latency().dividedBy(2);
    Pause.of(half, beginBy);
    return new Answering(request, answer, half);
  }

  private static String prompt(ModelRequest request) {
    StringBuilder text = new StringBuilder();
    for (InputMessage message : request.messages()) {
      for (ContentBlock block : message.content()) {
        switch (block) {
          case ContentBlock.Text part -> text.append(part.text()).append('\n');
          case ContentBlock.RawText part -> text.append(part.value()).append('\n');
          default -> {}
        }
      }
    }
    return text.toString();
  }

  /** The answer under way: words one by one when streamed. */
  private static final class Answering implements ProviderAnswer {

    private final String prompt;
    private final SimulatedModel.Answer answer;
    private final Queue<AnswerEvent> events = new ArrayDeque<>();
    private final Duration pause;

    private Answering(ModelRequest request, SimulatedModel.Answer answer, Duration rest) {
      this.prompt = prompt(request);
      this.answer = answer;
      List<String> parts =
          request.stream() ? List.of(answer.text().split("(?<= )")) : List.of(answer.text());
      parts.forEach(part -> events.add(new AnswerEvent.TextDelta(0, part)));
      events.add(new AnswerEvent.Finished(FinishReason.STOP));
      events.add(
          new AnswerEvent.UsageReported(
              new Tokens(
                  (long) answer.inputTokens(), (long) answer.outputTokens(), null, null, null),
              usage()));
      pause = rest.dividedBy(parts.size());
    }

    private ObjectNode usage() {
      ObjectNode raw = JsonNodeFactory.instance.objectNode();
      raw.putObject("usage")
          .put("prompt_tokens", answer.inputTokens())
          .put("completion_tokens", answer.outputTokens());
      return raw;
    }

    @Override
    public @Nullable AnswerEvent next(long by)
        throws ProviderFailureException, InterruptedException {
      if (events.peek() instanceof AnswerEvent.TextDelta) {
        Pause.of(pause, by);
      }
      return events.poll();
    }

    @Override
    public @Nullable Integer httpStatus() {
      return null;
    }

    @Override
    public String rawRequest() {
      return JsonNodeFactory.instance.objectNode().put("prompt", prompt).toString();
    }

    @Override
    public String rawResponse() {
      return usage().put("text", answer.text()).toString();
    }

    @Override
    public void close() {
      events.clear();
    }
  }
}
