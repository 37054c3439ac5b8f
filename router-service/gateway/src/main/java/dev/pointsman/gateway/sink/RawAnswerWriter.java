package dev.pointsman.gateway.sink;

import io.micronaut.core.type.Argument;
import io.micronaut.core.type.MutableHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Produces;
import io.micronaut.http.body.ByteBodyFactory;
import io.micronaut.http.body.CloseableByteBody;
import io.micronaut.http.body.ResponseBodyWriter;
import jakarta.inject.Singleton;
import java.io.OutputStream;

/** Hands the bytes of a {@link RawAnswer} to the server as they are. */
@Singleton
@Produces(MediaType.ALL)
final class RawAnswerWriter implements ResponseBodyWriter<RawAnswer> {

  @Override
  public CloseableByteBody writePiece(
      ByteBodyFactory bodies,
      HttpRequest<?> request,
      HttpResponse<?> response,
      Argument<RawAnswer> type,
      MediaType mediaType,
      RawAnswer answer) {
    return answer.bytes();
  }

  @Override
  public void writeTo(
      Argument<RawAnswer> type,
      MediaType mediaType,
      RawAnswer answer,
      MutableHeaders headers,
      OutputStream stream) {
    throw new UnsupportedOperationException("a raw answer is the whole response, never a part");
  }
}
