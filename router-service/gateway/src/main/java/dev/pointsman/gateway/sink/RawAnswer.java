package dev.pointsman.gateway.sink;

import io.micronaut.http.body.CloseableByteBody;

/**
 * An answer body as bytes, whole or still growing. A controller declares {@code
 * CompletableFuture<HttpResponse<RawAnswer>>} and returns what {@link Answers#start} gave it.
 */
public final class RawAnswer {

  private final CloseableByteBody bytes;

  RawAnswer(CloseableByteBody bytes) {
    this.bytes = bytes;
  }

  CloseableByteBody bytes() {
    return bytes;
  }
}
