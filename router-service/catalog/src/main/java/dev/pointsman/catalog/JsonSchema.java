package dev.pointsman.catalog;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.networknt.schema.JsonSchemaException;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.SpecVersionDetector;
import com.networknt.schema.resource.DisallowSchemaLoader;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A JSON schema, compiled at load. Draft 2020-12 unless its {@code $schema} says otherwise.
 * References stay within the schema: nothing is ever fetched.
 */
public final class JsonSchema {

  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  /** Compiled once each, since that takes longer than to check a schema. */
  private static final Map<SpecVersion.VersionFlag, com.networknt.schema.JsonSchema> META_SCHEMAS =
      new ConcurrentHashMap<>();

  /** The schema {@code true}; it needs no validator, and does not load one. */
  static final JsonSchema ANYTHING = new JsonSchema(BooleanNode.TRUE, null);

  private final JsonNode source;
  private final com.networknt.schema.@Nullable JsonSchema compiled;

  private JsonSchema(JsonNode source, com.networknt.schema.@Nullable JsonSchema compiled) {
    this.source = source;
    this.compiled = compiled;
  }

  /**
   * The schema written in a text.
   *
   * @throws IllegalArgumentException if it is no JSON or no schema, saying why
   */
  public static JsonSchema parse(String text) {
    try {
      JsonNode source = MAPPER.readTree(text);
      return of(source);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "the schema is no JSON: " + e.getOriginalMessage() + at(e), e);
    } catch (StackOverflowError e) {
      throw new IllegalArgumentException("the schema is nested too deeply", e);
    }
  }

  private static String at(JsonProcessingException e) {
    return e.getLocation() == null
        ? ""
        : " (line %d, column %d)"
            .formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr());
  }

  /**
   * A schema that is there as JSON.
   *
   * @throws IllegalArgumentException if it is no schema, saying why
   */
  public static JsonSchema of(JsonNode source) {
    if (!source.isObject() && !source.isBoolean()) {
      throw new IllegalArgumentException("a schema is an object, true or false");
    }
    try {
      SpecVersion.VersionFlag version =
          source.isObject()
              ? SpecVersionDetector.detectOptionalVersion(source, true)
                  .orElse(SpecVersion.VersionFlag.V202012)
              : SpecVersion.VersionFlag.V202012;
      checkAgainstMetaSchema(source, version);
      com.networknt.schema.JsonSchema compiled =
          JsonSchemaFactory.getInstance(
                  version,
                  factory ->
                      factory.schemaLoaders(
                          loaders -> loaders.add(DisallowSchemaLoader.getInstance())))
              .getSchema(source, config());
      compiled.initializeValidators();
      return new JsonSchema(source, compiled);
    } catch (JsonSchemaException e) {
      throw new IllegalArgumentException("the schema is not valid: " + e.getMessage(), e);
    }
  }

  private static void checkAgainstMetaSchema(JsonNode source, SpecVersion.VersionFlag version) {
    Set<com.networknt.schema.ValidationMessage> messages =
        META_SCHEMAS
            .computeIfAbsent(
                version,
                v ->
                    JsonSchemaFactory.getInstance(v)
                        .getSchema(SchemaLocation.of(v.getId()), config()))
            .validate(source);
    if (!messages.isEmpty()) {
      throw new IllegalArgumentException(
          "the schema is not valid: " + messages.iterator().next().getMessage());
    }
  }

  private static SchemaValidatorsConfig config() {
    return SchemaValidatorsConfig.builder().locale(Locale.ENGLISH).build();
  }

  /** The schema itself. */
  public JsonNode source() {
    return source;
  }

  /** What is wrong with a value, one sentence each; empty when it satisfies the schema. */
  public List<String> violations(JsonNode value) {
    return compiled == null
        ? List.of()
        : compiled.validate(value).stream()
            .map(com.networknt.schema.ValidationMessage::getMessage)
            .toList();
  }
}
