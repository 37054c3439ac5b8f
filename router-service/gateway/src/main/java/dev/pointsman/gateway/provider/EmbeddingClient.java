package dev.pointsman.gateway.provider;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * One deployment's client of an embedding model. Safe for concurrent use; it keeps no state of a
 * call.
 */
public interface EmbeddingClient {

  /** The model's name at the provider. */
  String modelName();

  /**
   * Asks for the vector of a text and waits for it.
   *
   * @param by {@link System#nanoTime()} by which it must have come
   * @throws ProviderFailureException if it did not
   */
  Embedded embed(String text, long by) throws ProviderFailureException, InterruptedException;

  /**
   * What came.
   *
   * @param vector as the model gave it, at least one number
   * @param inputTokens what it says it read, null when it says nothing
   * @param httpStatus null where there is none
   * @param raw the response as far as a cost may be found in it, without the vector
   */
  @SuppressWarnings("ArrayRecordComponent") // read once; never compared
  record Embedded(
      float[] vector, @Nullable Long inputTokens, @Nullable Integer httpStatus, JsonNode raw) {}
}
