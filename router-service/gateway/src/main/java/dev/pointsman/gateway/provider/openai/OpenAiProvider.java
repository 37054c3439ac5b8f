package dev.pointsman.gateway.provider.openai;

import dev.pointsman.catalog.CredentialLocation;
import dev.pointsman.catalog.ProviderKind;
import dev.pointsman.catalog.ProviderKind.ProviderReading;
import dev.pointsman.chat.json.Json;
import dev.pointsman.gateway.provider.EmbeddingClient;
import dev.pointsman.gateway.provider.ModelRequest;
import dev.pointsman.gateway.provider.ProviderAnswer;
import dev.pointsman.gateway.provider.ProviderClient;
import dev.pointsman.gateway.provider.ProviderFailure;
import dev.pointsman.gateway.provider.ProviderFailureException;
import dev.pointsman.gateway.provider.ProviderType;
import dev.pointsman.gateway.upstream.UpstreamRequest;
import dev.pointsman.gateway.upstream.UpstreamTarget;
import dev.pointsman.gateway.upstream.Upstreams;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A model behind OpenAI's chat completions, or an embedding model behind its embeddings. */
public final class OpenAiProvider implements ProviderClient, EmbeddingClient {

  private static final CredentialLocation DEFAULT_KEY =
      CredentialLocation.parse("env::OPENAI_API_KEY");

  private final OpenAiSettings settings;
  private final Upstreams upstreams;
  private final UpstreamTarget target;
  private final String path;
  private final String embeddingPath;
  private final Map<String, String> headers;
  private final String maskedKey;

  private OpenAiProvider(OpenAiSettings settings, Upstreams upstreams) {
    this.settings = settings;
    this.upstreams = upstreams;
    this.target = UpstreamTarget.of(settings.chatCompletions());
    this.path = UpstreamRequest.pathOf(settings.chatCompletions());
    this.embeddingPath = UpstreamRequest.pathOf(settings.embeddings());
    Map<String, String> all = new LinkedHashMap<>();
    all.put("content-type", "application/json");
    if (settings.apiKey() != null) {
      all.put("authorization", "Bearer " + settings.apiKey());
    }
    this.headers = all;
    this.maskedKey = settings.apiKey() == null ? "" : settings.apiKey();
  }

  /**
   * The kind {@code openai}, with the shorthand {@code openai::model}.
   *
   * @param upstreams where requests go
   * @param environment where {@code env::} locations are looked up, when the configuration is read
   */
  public static ProviderType type(Upstreams upstreams, Map<String, String> environment) {
    return new ProviderType(
        new ProviderKind("openai", (table, reading) -> read(reading, environment), true),
        settings -> new OpenAiProvider((OpenAiSettings) settings, upstreams),
        model -> settings(model, OpenAiSettings.OPENAI, DEFAULT_KEY, environment),
        settings -> new OpenAiProvider((OpenAiSettings) settings, upstreams));
  }

  private static OpenAiSettings read(ProviderReading reading, Map<String, String> environment) {
    reading.choice("api_type", List.of("chat_completions"));
    String model = reading.requiredText("model_name");
    String base = reading.text("api_base");
    CredentialLocation location = reading.location("api_key_location");
    return settings(
        model,
        base == null ? OpenAiSettings.OPENAI : address(base, reading),
        location == null ? DEFAULT_KEY : location,
        environment);
  }

  private static OpenAiSettings settings(
      String model, URI base, CredentialLocation location, Map<String, String> environment) {
    String secret = location.resolve(environment);
    boolean missing = secret == null && !(location instanceof CredentialLocation.None);
    return new OpenAiSettings(model, base, secret, missing ? location.toString() : null);
  }

  private static URI address(String given, ProviderReading reading) {
    try {
      URI address = URI.create(given);
      if (address.getHost() != null
          && address.getRawUserInfo() == null
          && ("http".equals(address.getScheme()) || "https".equals(address.getScheme()))) {
        return address;
      }
    } catch (IllegalArgumentException e) {
      // Reported below, with the same words.
    }
    reading.error(
        "api_base", "api_base must be an http or https address such as http://localhost:8000/v1");
    return OpenAiSettings.OPENAI;
  }

  @Override
  public String modelName() {
    return settings.modelName();
  }

  @Override
  public ProviderAnswer open(ModelRequest request, long beginBy)
      throws ProviderFailureException, InterruptedException {
    requireSecret();
    byte[] body = ChatRequestWriter.write(settings, request);
    UpstreamRequest upstream = new UpstreamRequest(target, "POST", path, headers, body);
    return OpenAiAnswer.begin(
        upstreams.open(upstream), body, request.stream(), beginBy, this::mask);
  }

  @Override
  public Embedded embed(String text, long by)
      throws ProviderFailureException, InterruptedException {
    requireSecret();
    byte[] body = Json.bytes(Json.object().put("model", settings.modelName()).put("input", text));
    UpstreamRequest upstream = new UpstreamRequest(target, "POST", embeddingPath, headers, body);
    return OpenAiEmbedding.read(upstreams.open(upstream), by, this::mask);
  }

  private void requireSecret() throws ProviderFailureException {
    if (settings.missingSecret() != null) {
      throw new ProviderFailureException(
          new ProviderFailure.CredentialRefused(
              "there is no API key at %s: set it and reload the configuration"
                  .formatted(settings.missingSecret()),
              null));
    }
  }

  /** Providers repeat keys in error messages. */
  private String mask(String text) {
    return maskedKey.isEmpty() ? text : text.replace(maskedKey, "***");
  }
}
