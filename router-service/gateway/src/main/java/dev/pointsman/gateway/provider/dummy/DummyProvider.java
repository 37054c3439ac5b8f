package dev.pointsman.gateway.provider.dummy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.catalog.ProviderKind;
import dev.pointsman.chat.ContentBlock;
import dev.pointsman.chat.InputMessage;
import dev.pointsman.chat.json.Json;
import dev.pointsman.eventlog.InferenceEvent.Tokens;
import dev.pointsman.gateway.inference.AnswerEvent;
import dev.pointsman.gateway.inference.FinishReason;
import dev.pointsman.gateway.provider.EmbeddingClient;
import dev.pointsman.gateway.provider.ModelRequest;
import dev.pointsman.gateway.provider.Pause;
import dev.pointsman.gateway.provider.ProviderAnswer;
import dev.pointsman.gateway.provider.ProviderClient;
import dev.pointsman.gateway.provider.ProviderFailure;
import dev.pointsman.gateway.provider.ProviderFailureException;
import dev.pointsman.gateway.provider.ProviderType;
import dev.pointsman.routing.IdSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A model that needs no network: its name says how it answers or fails. Names that are not known
 * answer like {@code good}. As an embedding model it gives zeros, or, with {@code first_word} in its
 * name, a direction of the text's first word: the same word always has the same, and two words have
 * nearly independent ones.
 */
public final class DummyProvider implements ProviderClient, EmbeddingClient {

  private static final int MAX_COUNTED_NAMES = 1000;
  private static final long WORD_MILLIS = 10;
  private static final int EMBEDDING_NUMBERS = 1536;
  private static final long EMBEDDING_TOKENS = 10;

  private final String model;
  private final IdSource ids;
  private final ConcurrentHashMap<String, AtomicLong> flakyCalls;

  private DummyProvider(String model, IdSource ids, ConcurrentHashMap<String, AtomicLong> calls) {
    this.model = model;
    this.ids = ids;
    this.flakyCalls = calls;
  }

  /**
   * The kind {@code dummy}, with the shorthand {@code dummy::name}.
   *
   * @param ids makes the values of {@code random_answer}
   */
  public static ProviderType type(IdSource ids) {
    ConcurrentHashMap<String, AtomicLong> calls = new ConcurrentHashMap<>();
    return new ProviderType(
        new ProviderKind("dummy", (table, reading) -> reading.requiredText("model_name"), true),
        settings -> new DummyProvider((String) settings, ids, calls),
        model -> model,
        settings -> new DummyProvider((String) settings, ids, calls));
  }

  @Override
  public String modelName() {
    return model;
  }

  @Override
  public ProviderAnswer open(ModelRequest request, long beginBy)
      throws ProviderFailureException, InterruptedException {
    if (fails()) {
      String raw = model.contains("raw_response") ? "{\"error\":\"dummy raw response\"}" : null;
      throw new ProviderFailureException(failure(raw == null ? null : 500), text(request), raw);
    }
    if (model.equals("slow")) {
      Pause.of(Duration.ofSeconds(5), beginBy);
    }
    return request.stream() ? streamed(request) : whole(request);
  }

  private boolean fails() {
    return model.startsWith("error") || (model.startsWith("flaky_") && isEvenCall());
  }

  private ProviderFailure failure(@Nullable Integer status) {
    return model.contains("rate_limit")
        ? new ProviderFailure.RateLimited("the dummy model is rate limited", 429, null)
        : new ProviderFailure.UpstreamFault(
            "the dummy model %s always fails or failed this time".formatted(model), status);
  }

  @Override
  public Embedded embed(String text, long by)
      throws ProviderFailureException, InterruptedException {
    if (fails()) {
      throw new ProviderFailureException(failure(null));
    }
    if (model.contains("slow")) {
      Pause.of(Duration.ofSeconds(30), by);
    }
    float[] vector = new float[EMBEDDING_NUMBERS];
    if (model.contains("first_word")) {
      SplittableRandom direction =
          new SplittableRandom(text.strip().split("\\s+", 2)[0].hashCode());
      for (int i = 0; i < vector.length; i++) {
        vector[i] = (float) direction.nextDouble(-1, 1);
      }
    }
    ObjectNode raw = Json.object();
    raw.putObject("usage")
        .put("prompt_tokens", EMBEDDING_TOKENS)
        .put("total_tokens", EMBEDDING_TOKENS);
    return new Embedded(vector, EMBEDDING_TOKENS, null, raw);
  }

  private boolean isEvenCall() {
    if (flakyCalls.size() >= MAX_COUNTED_NAMES && !flakyCalls.containsKey(model)) {
      return false;
    }
    return flakyCalls.computeIfAbsent(model, name -> new AtomicLong()).incrementAndGet() % 2 == 0;
  }

  private ProviderAnswer whole(ModelRequest request) throws ProviderFailureException {
    List<AnswerEvent> events = new ArrayList<>();
    FinishReason finish = model.contains("tool") ? FinishReason.TOOL_CALL : FinishReason.STOP;
    switch (model) {
      case "null" -> {}
      case "empty" -> events.add(new AnswerEvent.TextDelta(0, ""));
      case "alternate", "json", "json_goodbye", "json_diff_schema" ->
          events.add(new AnswerEvent.TextDelta(0, DummyTexts.text(model)));
      case "echo" -> events.add(new AnswerEvent.TextDelta(0, lastUserText(request)));
      case "echo_request_messages" ->
          events.add(new AnswerEvent.TextDelta(0, messagesAsJson(request)));
      case "random_answer" ->
          events.add(new AnswerEvent.TextDelta(0, "{\"answer\":\"%s\"}".formatted(ids.next())));
      case "tool" ->
          events.add(call("0", DummyTexts.text("tool_name"), DummyTexts.text("tool_arguments")));
      case "bad_tool" ->
          events.add(
              call("0", DummyTexts.text("tool_name"), DummyTexts.text("bad_tool_arguments")));
      case "invalid_tool_arguments" ->
          events.add(
              call("0", DummyTexts.text("tool_name"), DummyTexts.text("invalid_tool_arguments")));
      case "good_tool" ->
          events.add(
              call("0", "output_schema_tool", DummyTexts.text("output_schema_tool_arguments")));
      case "reasoner" -> {
        events.add(new AnswerEvent.ThoughtDelta(DummyTexts.text("thought"), null));
        events.add(new AnswerEvent.TextDelta(0, DummyTexts.text("good")));
      }
      case "reasoner_with_signature" -> {
        events.add(
            new AnswerEvent.ThoughtDelta(DummyTexts.text("thought"), DummyTexts.text("signature")));
        events.add(new AnswerEvent.TextDelta(0, DummyTexts.text("good")));
      }
      case "json_reasoner" -> {
        events.add(new AnswerEvent.ThoughtDelta(DummyTexts.text("thought"), null));
        events.add(new AnswerEvent.TextDelta(0, DummyTexts.text("json")));
      }
      case "multiple-text-blocks" -> {
        checkTwoTextBlocks(request);
        events.add(new AnswerEvent.TextDelta(0, DummyTexts.text("good")));
      }
      case "best_of_n_0", "best_of_n_1", "best_of_n_big" ->
          events.add(
              new AnswerEvent.TextDelta(
                  0,
                  "{\"thinking\":\"hmmm\",\"answer_choice\":%s}"
                      .formatted(model.endsWith("big") ? "100" : model.substring(10))));
      case "llm_judge::true", "llm_judge::false" ->
          events.add(new AnswerEvent.TextDelta(0, "{\"score\":%s}".formatted(model.substring(11))));
      case "llm_judge::zero" -> events.add(new AnswerEvent.TextDelta(0, "{\"score\":0}"));
      case "llm_judge::one" -> events.add(new AnswerEvent.TextDelta(0, "{\"score\":1}"));
      case "llm_judge::error" ->
          throw new ProviderFailureException(
              new ProviderFailure.UpstreamFault("the dummy judge fails", null),
              text(request),
              null);
      case "test_key", "require_pdf", "extract_images", "echo_extra_info", "echo_injected_data" ->
          throw new ProviderFailureException(
              new ProviderFailure.RequestRejected(
                  "the dummy model %s needs what is not supported yet".formatted(model), 400),
              text(request),
              null);
      default -> events.add(new AnswerEvent.TextDelta(0, DummyTexts.text("good")));
    }
    addUsage(events, 10L, (long) events.size());
    events.add(new AnswerEvent.Finished(finish));
    return new DummyAnswer(text(request), events, 0, -1, 0);
  }

  private void checkTwoTextBlocks(ModelRequest request) throws ProviderFailureException {
    boolean two =
        !request.messages().isEmpty()
            && request.messages().getFirst().content().size() == 2
            && request.messages().getFirst().content().stream()
                .allMatch(block -> block instanceof ContentBlock.Text);
    if (!two) {
      throw new ProviderFailureException(
          new ProviderFailure.RequestRejected(
              "the first message must have exactly two text blocks", 400),
          text(request),
          null);
    }
  }

  private ProviderAnswer streamed(ModelRequest request) throws ProviderFailureException {
    List<AnswerEvent> events = new ArrayList<>();
    FinishReason finish = model.contains("tool") ? FinishReason.TOOL_CALL : FinishReason.STOP;
    long output = 16;
    if (model.contains("reasoner")) {
      for (int i = 0; i < 2; i++) {
        events.add(new AnswerEvent.ThoughtDelta(DummyTexts.text("thought"), null));
      }
    }
    if (model.equals("null")) {
      output = 0;
    } else if (model.startsWith("tool") || model.equals("bad_tool")) {
      String name = DummyTexts.text("tool_name");
      boolean split = model.equals("tool_split_name");
      int at = split ? name.indexOf('_') : name.length();
      List<String> parts = DummyTexts.parts("stream_tool_arguments");
      for (int i = 0; i < parts.size(); i++) {
        String part = i == 0 ? name.substring(0, at) : i == 1 && split ? name.substring(at) : null;
        events.add(new AnswerEvent.ToolCallDelta(0, i == 0 ? "0" : null, part, parts.get(i)));
      }
      output = 5;
    } else if (model.startsWith("json")) {
      for (String part : DummyTexts.parts("stream_json")) {
        events.add(new AnswerEvent.TextDelta(0, part));
      }
      output = 5;
    } else {
      for (String word : DummyTexts.parts("stream_text")) {
        events.add(new AnswerEvent.TextDelta(0, word));
      }
      if (model.equals("err_in_stream")) {
        events.set(3, new AnswerEvent.Fault("upstream_fault", "the dummy stream has a fault"));
      }
    }
    int breaksAt = model.equals("fatal_stream_error") ? 2 : -1;
    addUsage(events, 10L, output);
    events.add(new AnswerEvent.Finished(finish));
    return new DummyAnswer(
        text(request),
        events,
        WORD_MILLIS,
        breaksAt,
        model.equals("slow_second_chunk") ? 2_000 : 0);
  }

  private void addUsage(List<AnswerEvent> events, Long input, Long output) {
    Long in = model.contains("input_tokens_zero") ? Long.valueOf(0) : input;
    Long out = model.contains("output_tokens_zero") ? Long.valueOf(0) : output;
    if (model.equals("input_tokens_output_tokens_zero")) {
      in = 0L;
      out = 0L;
    } else if (model.equals("input_five_output_six")) {
      in = 5L;
      out = 6L;
    }
    ObjectNode raw = Json.object();
    raw.putObject("usage")
        .put("prompt_tokens", in)
        .put("completion_tokens", out)
        .put("total_tokens", in + out);
    events.add(new AnswerEvent.UsageReported(new Tokens(in, out, null, null, null), raw));
  }

  private static AnswerEvent call(String id, String name, String arguments) {
    return new AnswerEvent.ToolCallDelta(0, id, name, arguments);
  }

  private static String lastUserText(ModelRequest request) {
    StringBuilder text = new StringBuilder();
    for (InputMessage message : request.messages().reversed()) {
      if (message.role() == InputMessage.Role.USER) {
        for (ContentBlock block : message.content()) {
          if (block instanceof ContentBlock.Text part) {
            text.append(part.text());
          }
        }
        break;
      }
    }
    return text.toString();
  }

  private static String messagesAsJson(ModelRequest request) {
    ObjectNode json = Json.object();
    json.put("system", request.system());
    ArrayNode messages = json.putArray("messages");
    for (InputMessage message : request.messages()) {
      ArrayNode content =
          messages.addObject().put("role", message.role().label()).putArray("content");
      for (ContentBlock block : message.content()) {
        if (block instanceof ContentBlock.Text part) {
          content.addObject().put("type", "text").put("text", part.text());
        }
      }
    }
    return Json.text(json);
  }

  private String text(ModelRequest request) {
    return Json.text(Json.object().put("model", model).put("messages", request.messages().size()));
  }
}
