package dev.pointsman.gateway.provider.openai;

import dev.pointsman.catalog.ProviderKind;
import dev.pointsman.catalog.ProviderKind.ProviderReading;
import dev.pointsman.gateway.provider.ModelRequest;
import dev.pointsman.gateway.provider.ProviderAnswer;
import dev.pointsman.gateway.provider.ProviderClient;
import dev.pointsman.gateway.provider.ProviderFailureException;
import dev.pointsman.gateway.provider.ProviderType;
import dev.pointsman.gateway.upstream.UpstreamRequest;
import dev.pointsman.gateway.upstream.Upstreams;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlTable;

/** A model behind OpenAI's chat completions. */
public final class OpenAiProvider implements ProviderClient {

  private static final String DEFAULT_KEY = "env::OPENAI_API_KEY";
  private static final List<String> NOT_YET =
      List.of("extra_body", "extra_headers", "batch_cost", "discard_unknown_chunks",
          "provider_tools");

  private final OpenAiSettings settings;
  private final Upstreams upstreams;
  private final Map<String, String> headers;
  private final String maskedKey;

  private OpenAiProvider(OpenAiSettings settings, Upstreams upstreams) {
    this.settings = settings;
    this.upstreams = upstreams;
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
   * @param environment an environment variable's value by its name, null when unset
   */
  public static ProviderType type(Upstreams upstreams, UnaryOperator<@Nullable String> environment) {
    return new ProviderType(
        new ProviderKind("openai", (table, reading) -> read(table, reading, environment)),
        settings -> new OpenAiProvider((OpenAiSettings) settings, upstreams),
        model ->
            new OpenAiSettings(
                model, OpenAiSettings.OPENAI, environment.apply("OPENAI_API_KEY")));
  }

  private static OpenAiSettings read(
      TomlTable table, ProviderReading reading, UnaryOperator<@Nullable String> environment) {
    reading.known("model_name");
    reading.known("api_base");
    reading.known("api_key_location");
    reading.known("api_type");
    for (String key : NOT_YET) {
      if (table.contains(List.of(key))) {
        reading.known(key);
        reading.error(key, key + " is not supported yet: leave it out");
      }
    }
    String model = "";
    if (table.get(List.of("model_name")) instanceof String text && !text.isBlank()) {
      model = text;
    } else {
      reading.error("model_name", "model_name must name the model at the provider");
    }
    URI base = OpenAiSettings.OPENAI;
    Object given = table.get(List.of("api_base"));
    if (given != null) {
      base = address(given, reading);
    }
    Object type = table.get(List.of("api_type"));
    if (type != null && !"chat_completions".equals(type)) {
      reading.error("api_type", "api_type must be chat_completions, others are not supported yet");
    }
    return new OpenAiSettings(model, base, secret(table, reading, environment));
  }

  private static URI address(Object given, ProviderReading reading) {
    try {
      URI address = URI.create(String.valueOf(given));
      if (given instanceof String
          && address.getHost() != null
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

  private static @Nullable String secret(
      TomlTable table, ProviderReading reading, UnaryOperator<@Nullable String> environment) {
    Object given = table.get(List.of("api_key_location"));
    String location = given == null ? DEFAULT_KEY : String.valueOf(given);
    if (location.equals("none")) {
      return null;
    }
    if (location.startsWith("env::")) {
      String name = location.substring(5);
      String value = environment.apply(name);
      if (value == null || value.isBlank()) {
        reading.error(
            "api_key_location",
            "environment variable %s is not set: set it, or name another api_key_location (env::NAME, path::FILE, none)"
                .formatted(name));
        return null;
      }
      return value.strip();
    }
    if (location.startsWith("path::")) {
      Path file = Path.of(location.substring(6));
      try {
        return Files.readString(file).strip();
      } catch (IOException e) {
        reading.error("api_key_location", "the file %s cannot be read".formatted(file));
        return null;
      }
    }
    reading.error(
        "api_key_location",
        "api_key_location must be env::NAME, path::FILE or none (dynamic:: is not supported yet)");
    return null;
  }

  @Override
  public ProviderAnswer open(ModelRequest request, long beginBy)
      throws ProviderFailureException, InterruptedException {
    byte[] body = ChatRequestWriter.write(settings, request);
    UpstreamRequest upstream = UpstreamRequest.post(settings.chatCompletions(), headers, body);
    return OpenAiAnswer.begin(upstreams.open(upstream), body, request.stream(), beginBy, this::mask);
  }

  /** Providers repeat keys in error messages. */
  private String mask(String text) {
    return maskedKey.isEmpty() ? text : text.replace(maskedKey, "***");
  }
}
