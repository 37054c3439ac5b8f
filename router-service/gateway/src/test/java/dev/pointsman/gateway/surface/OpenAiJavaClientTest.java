package dev.pointsman.gateway.surface;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.models.ResponseFormatJsonSchema;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import dev.pointsman.gateway.testing.OpenAiStandIn;
import dev.pointsman.gateway.testing.RouterUnderTest;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The official Java SDK against {@code /v1}. */
final class OpenAiJavaClientTest {

  @TempDir static Path directory;
  private static OpenAiStandIn upstream;
  private static RouterUnderTest router;
  private static OpenAIClient client;

  @BeforeAll
  static void start() {
    upstream = OpenAiStandIn.start();
    router =
        RouterUnderTest.start(
            directory,
            """
            [models.m]
            routing = ["up"]
            [models.m.providers.up]
            type = "openai"
            model_name = "gpt"
            api_base = "%s"
            api_key_location = "none"
            [functions.chat]
            type = "chat"
            [functions.chat.variants.v]
            type = "chat_completion"
            model = "m"
            """
                .formatted(upstream.apiBase()));
    client =
        OpenAIOkHttpClient.builder()
            .apiKey("unused")
            .baseUrl(router.uri("/v1").toString())
            .maxRetries(0)
            .build();
  }

  @AfterAll
  static void stop() {
    client.close();
    router.close();
    upstream.close();
  }

  private static ChatCompletionCreateParams.Builder ask(String model) {
    return ChatCompletionCreateParams.builder().model(model).addUserMessage("hello");
  }

  @Test
  void chat_whole_isRead() {
    upstream.then(OpenAiStandIn.answer("hi"));

    ChatCompletion answer = client.chat().completions().create(ask("chat").build());

    assertThat(answer.choices().getFirst().message().content()).hasValue("hi");
    assertThat(answer.choices().getFirst().finishReason())
        .isEqualTo(ChatCompletion.Choice.FinishReason.STOP);
    assertThat(answer.usage().orElseThrow().totalTokens()).isEqualTo(10);
    assertThat(answer.model()).isEqualTo("chat");
  }

  @Test
  void chat_streamed_isReadToItsEnd() {
    upstream.then(OpenAiStandIn.stream("one", " two"));
    StringBuilder text = new StringBuilder();
    long[] total = new long[1];

    try (StreamResponse<ChatCompletionChunk> stream =
        client
            .chat()
            .completions()
            .createStreaming(
                ask("chat")
                    .streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build())
                    .build())) {
      stream.stream()
          .forEach(
              chunk -> {
                chunk.choices().forEach(c -> text.append(c.delta().content().orElse("")));
                chunk.usage().ifPresent(usage -> total[0] = usage.totalTokens());
              });
    }

    assertThat(text).hasToString("one two");
    assertThat(total[0]).isEqualTo(10);
  }

  @Test
  void chat_toolCall_isRead() {
    ChatCompletion answer =
        client.chat().completions().create(ask("model_name::dummy::tool").build());

    var call =
        answer.choices().getFirst().message().toolCalls().orElseThrow().getFirst().asFunction();
    assertThat(call.function().name()).isEqualTo("get_temperature");
    assertThat(call.function().arguments()).contains("Brooklyn");
    assertThat(answer.choices().getFirst().finishReason())
        .isEqualTo(ChatCompletion.Choice.FinishReason.TOOL_CALLS);
  }

  @Test
  void chat_jsonSchema_reachesTheUpstream() throws Exception {
    while (upstream.waiting() > 0) {
      upstream.received();
    }
    ResponseFormatJsonSchema format =
        ResponseFormatJsonSchema.builder()
            .jsonSchema(
                ResponseFormatJsonSchema.JsonSchema.builder()
                    .name("shape")
                    .schema(
                        ResponseFormatJsonSchema.JsonSchema.Schema.builder()
                            .putAdditionalProperty("type", JsonValue.from("object"))
                            .build())
                    .build())
            .build();
    upstream.then(OpenAiStandIn.answer("{}"));

    ChatCompletion answer =
        client.chat().completions().create(ask("chat").responseFormat(format).build());

    assertThat(answer.choices().getFirst().message().content()).hasValue("{}");
    assertThat(upstream.received().body().at("/response_format/json_schema/name").asText())
        .isEqualTo("shape");
  }

  @Test
  void chat_ownObject_isTakenFromTheBody() {
    ChatCompletion answer =
        client
            .chat()
            .completions()
            .create(
                ask("model_name::dummy::good")
                    .putAdditionalBodyProperty(
                        "pointsman",
                        JsonValue.from(Map.of("tags", Map.of("team", "a"), "dryrun", false)))
                    .build());

    String id = answer.id();
    assertThat(router.inferences())
        .filteredOn(row -> row.id().toString().equals(id))
        .singleElement()
        .satisfies(row -> assertThat(row.asker().tags()).containsEntry("team", "a"));
  }

  @Test
  void chat_unknownModel_isNotFound() {
    for (String model : List.of("nope", "function_name::nope", "model_name::nope")) {
      assertThatThrownBy(() -> client.chat().completions().create(ask(model).build()))
          .isInstanceOf(NotFoundException.class)
          .hasMessageContaining("nope");
    }
  }

  @Test
  void chat_wrongParameter_isBadRequestWithItsName() {
    assertThatThrownBy(() -> client.chat().completions().create(ask("chat").n(3).build()))
        .isInstanceOfSatisfying(
            BadRequestException.class, problem -> assertThat(problem.param()).hasValue("n"));
  }

  @Test
  void models_areListed() {
    assertThat(client.models().list().data()).extracting(model -> model.id()).contains("chat");
  }
}
