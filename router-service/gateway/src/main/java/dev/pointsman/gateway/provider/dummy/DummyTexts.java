package dev.pointsman.gateway.provider.dummy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pointsman.chat.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The texts that the dummy models answer with; clients compare them letter by letter. */
final class DummyTexts {

  private static final JsonNode TEXTS = load();

  private DummyTexts() {}

  private static JsonNode load() {
    try (InputStream in = DummyTexts.class.getResourceAsStream("answers.json")) {
      return Json.parse(Objects.requireNonNull(in, "answers.json is missing").readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException("answers.json of the dummy provider cannot be read", e);
    }
  }

  static String text(String name) {
    return TEXTS.path(name).asText();
  }

  static List<String> parts(String name) {
    List<String> result = new ArrayList<>();
    TEXTS.path(name).forEach(part -> result.add(part.asText()));
    return result;
  }
}
