package dev.pointsman.control;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.micronaut.core.convert.ConversionContext;
import io.micronaut.data.model.runtime.convert.AttributeConverter;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Stores a list of names as a JSON array. */
@Singleton
final class NameList implements AttributeConverter<List<String>, String> {

  private static final JsonFactory JSON = new JsonFactory();

  @Override
  public String convertToPersistedValue(@Nullable List<String> names, ConversionContext context) {
    StringWriter text = new StringWriter();
    try (JsonGenerator generator = JSON.createGenerator(text)) {
      generator.writeStartArray();
      for (String name : names == null ? List.<String>of() : names) {
        generator.writeString(name);
      }
      generator.writeEndArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  @Override
  public List<String> convertToEntityValue(@Nullable String text, ConversionContext context) {
    List<String> names = new ArrayList<>();
    if (text == null) {
      return names;
    }
    try (JsonParser parser = JSON.createParser(text)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token == JsonToken.VALUE_STRING) {
          names.add(parser.getText());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("not a JSON array of names: " + text, e);
    }
    return names;
  }
}
