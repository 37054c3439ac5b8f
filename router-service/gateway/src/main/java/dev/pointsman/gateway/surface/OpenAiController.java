package dev.pointsman.gateway.surface;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.chat.json.Json;
import dev.pointsman.gateway.dialect.OpenAiDialect;
import dev.pointsman.gateway.sink.RawAnswer;
import dev.pointsman.gateway.snapshot.ActiveSnapshot;
import dev.pointsman.gateway.snapshot.Snapshot;
import io.micronaut.context.annotation.Requires;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import java.util.concurrent.CompletableFuture;

/** {@code /v1/chat/completions} and {@code /v1/models}. */
@Requires(beans = ActiveSnapshot.class)
@Controller("/v1")
final class OpenAiController {

  private static final OpenAiDialect DIALECT = new OpenAiDialect();

  private final RequestEntry entry;
  private final ActiveSnapshot snapshots;

  OpenAiController(RequestEntry entry, ActiveSnapshot snapshots) {
    this.entry = entry;
    this.snapshots = snapshots;
  }

  @Post(value = "/chat/completions", consumes = MediaType.ALL, produces = MediaType.ALL)
  CompletableFuture<HttpResponse<RawAnswer>> chat(HttpRequest<?> request, @Body byte[] body) {
    return entry.start(request, body, DIALECT, ChatRequests::read);
  }

  /** Functions first, as models, then configured models. */
  @Get("/models")
  HttpResponse<byte[]> models() {
    Snapshot snapshot = snapshots.current();
    ObjectNode body = Json.object().put("object", "list");
    ArrayNode data = body.putArray("data");
    for (String function : snapshot.functions().keySet()) {
      model(data, function);
    }
    for (String model : snapshot.catalog().models().keySet()) {
      model(data, "model_name::" + model);
    }
    return HttpResponse.ok(Json.bytes(body)).contentType(MediaType.APPLICATION_JSON_TYPE);
  }

  private static void model(ArrayNode data, String id) {
    data.addObject()
        .put("id", id)
        .put("object", "model")
        .put("created", 0)
        .put("owned_by", "pointsman");
  }
}
