package dev.pointsman.gateway.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pointsman.catalog.CatalogReader;
import dev.pointsman.catalog.CatalogReading;
import dev.pointsman.gateway.provider.EmbeddingClient;
import dev.pointsman.gateway.provider.EmbeddingClient.Embedded;
import dev.pointsman.gateway.provider.ProviderFailure;
import dev.pointsman.gateway.provider.ProviderFailureException;
import dev.pointsman.gateway.provider.ProviderRegistry;
import dev.pointsman.gateway.testing.RawUpstream;
import dev.pointsman.gateway.testing.RawUpstream.Script;
import dev.pointsman.gateway.testing.UpstreamContext;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Against an upstream on a bare socket. */
final class OpenAiEmbeddingTest {

  private static final String SECRET = "sk-not-to-be-seen";
  private static UpstreamContext context;
  private static RawUpstream upstream;

  @BeforeAll
  static void start() throws IOException {
    context = new UpstreamContext(false, Map.of());
    upstream = new RawUpstream();
  }

  @AfterAll
  static void stop() throws IOException {
    context.close();
    upstream.close();
  }

  private static EmbeddingClient client(String key) {
    ProviderRegistry registry =
        new ProviderRegistry(
            List.of(OpenAiProvider.type(context.upstreams(), Map.of("GIVEN_KEY", SECRET))));
    String toml =
        """
        [embedding_models.m]
        routing = ["p"]
        providers.p = { type = "openai", model_name = "text-embedding-3-small", api_base = "http://127.0.0.1:%d/v1/", api_key_location = "env::%s" }
        """
            .formatted(upstream.port(), key);
    CatalogReading reading =
        new CatalogReader(registry.kinds(), Map.of("GIVEN_KEY", SECRET)).readText("t.toml", toml);
    if (reading instanceof CatalogReading.Loaded loaded) {
      return registry.embeddingClient(
          loaded.catalog().embeddingModels().get("m").providers().get("p"));
    }
    throw new IllegalArgumentException(reading.diagnostics().toString());
  }

  private static long in(Duration time) {
    return System.nanoTime() + time.toNanos();
  }

  private static ProviderFailure failure(Script script, Duration deadline) {
    upstream.serve(script);
    return catchThrowableOfType(
            ProviderFailureException.class, () -> client("GIVEN_KEY").embed("hello", in(deadline)))
        .failure();
  }

  private static ProviderFailure answered(int status, String json) {
    return failure(call -> call.whole(status, json), Duration.ofSeconds(30));
  }

  @Test
  void embed_answer_isTheVectorWithItsUsage() throws Exception {
    AtomicReference<String> asked = new AtomicReference<>("");
    upstream.serve(
        call -> {
          asked.set(
              call.head().lines().findFirst().orElseThrow()
                  + " "
                  + call.header("authorization")
                  + " "
                  + new String(call.body()));
          call.whole(
              "{\"object\":\"list\",\"data\":[{\"embedding\":[0.5,-1e-3,2],\"index\":0}],\"usage\":{\"prompt_tokens\":7,\"total_tokens\":7}}");
        });
    EmbeddingClient client = client("GIVEN_KEY");
    Embedded embedded = client.embed("say \"hé\"", in(Duration.ofSeconds(30)));
    assertThat(client.modelName()).isEqualTo("text-embedding-3-small");
    assertThat(embedded.vector()).containsExactly(0.5f, -1e-3f, 2f);
    assertThat(embedded.inputTokens()).isEqualTo(7);
    assertThat(embedded.httpStatus()).isEqualTo(200);
    assertThat(embedded.raw().at("/usage/total_tokens").asInt()).isEqualTo(7);
    assertThat(asked.get())
        .startsWith("POST /v1/embeddings HTTP/1.1 Bearer " + SECRET)
        .contains("\"model\":\"text-embedding-3-small\"", "\"input\":\"say \\\"h");
  }

  @Test
  void embed_stallingUpstream_endsAtTheDeadlineAndTheCallIsCancelled() throws Exception {
    assertThat(failure(RawUpstream.Call::awaitClose, Duration.ofMillis(40)))
        .isInstanceOf(ProviderFailure.TimedOut.class);
    assertThat(upstream.awaitClosed(Duration.ofSeconds(20))).isTrue();
    assertThat(
            failure(
                call -> {
                  call.send("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{\"data\":[");
                  call.awaitClose();
                },
                Duration.ofMillis(40)))
        .isInstanceOf(ProviderFailure.TimedOut.class);
  }

  @Test
  void embed_failingUpstream_isTheFailureItIs() {
    assertThat(answered(429, "{\"error\":{\"message\":\"slow down\"}}"))
        .isInstanceOf(ProviderFailure.RateLimited.class);
    assertThat(answered(500, "{\"error\":{\"message\":\"key " + SECRET + "\"}}").message())
        .contains("***")
        .doesNotContain(SECRET);
    assertThat(failure(RawUpstream.Call::reset, Duration.ofSeconds(30)))
        .isInstanceOf(ProviderFailure.ConnectionBroken.class);
  }

  @Test
  void embed_answerWithoutNumbers_isMalformed() {
    for (String body :
        List.of(
            "[]",
            "nonsense",
            "{\"data\":[]}",
            "{\"data\":[{\"embedding\":[]}]}",
            "{\"data\":[{\"embedding\":[1,\"x\"]}]}",
            "{\"data\":[{\"embedding\":[1e300]}]}")) {
      assertThat(answered(200, body)).as(body).isInstanceOf(ProviderFailure.MalformedAnswer.class);
    }
  }

  @Test
  void embed_missingKey_isRefusedWithoutACall() {
    ProviderFailureException refused =
        catchThrowableOfType(
            ProviderFailureException.class,
            () -> client("ABSENT_KEY").embed("hello", in(Duration.ofSeconds(30))));
    assertThat(refused.failure()).isInstanceOf(ProviderFailure.CredentialRefused.class);
  }
}
