package dev.pointsman.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** One question of a command to the running service. */
final class ServiceCall {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofMinutes(30);

  private ServiceCall() {}

  static JsonNode get(URI service, String path) throws InterruptedException {
    return send(service, HttpRequest.newBuilder(service.resolve(path)).timeout(PATIENCE).build());
  }

  static JsonNode post(URI service, String path, JsonNode body) throws InterruptedException {
    return send(
        service,
        HttpRequest.newBuilder(service.resolve(path))
            .timeout(PATIENCE)
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
            .build());
  }

  /** Sends a file as it is. */
  static JsonNode postFile(URI service, String path, byte[] file) throws InterruptedException {
    return send(
        service,
        HttpRequest.newBuilder(service.resolve(path))
            .timeout(PATIENCE)
            .header("content-type", "application/octet-stream")
            .POST(HttpRequest.BodyPublishers.ofByteArray(file))
            .build());
  }

  static JsonNode delete(URI service, String path) throws InterruptedException {
    return send(
        service, HttpRequest.newBuilder(service.resolve(path)).timeout(PATIENCE).DELETE().build());
  }

  private static JsonNode send(URI service, HttpRequest request) throws InterruptedException {
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != 200) {
        throw new CommandFailure(
            Pointsman.FOUND_A_PROBLEM,
            "the service at %s refused: %s".formatted(service, told(answer.body())));
      }
      return JSON.readTree(answer.body());
    } catch (IOException e) {
      throw new CommandFailure(
          Pointsman.UNREACHABLE,
          "the service at %s cannot be reached: %s".formatted(service, reason(e)));
    }
  }

  /** The sentence of an answer that is an error; the answer itself where it is none. */
  private static String told(String body) {
    try {
      JsonNode error = JSON.readTree(body).path("error");
      return error.isTextual() ? error.textValue() : body;
    } catch (IOException e) {
      return body;
    }
  }

  /** A refused connection has no message. */
  static String reason(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
