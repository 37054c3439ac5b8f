package dev.pointsman.dashboard.query;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.chat.json.FieldException;
import dev.pointsman.chat.json.Json;
import dev.pointsman.chat.json.JsonFields;
import io.micronaut.context.annotation.Requires;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** TensorZero's {@code /v1/inferences/list_inferences} and {@code get_inferences}. */
@Controller("/v1/inferences")
@Requires(beans = StoredInferences.class)
final class InferencesController {

  private final StoredInferences inferences;
  private final NativeAnswers answers;

  InferencesController(StoredInferences inferences, NativeAnswers answers) {
    this.inferences = inferences;
    this.answers = answers;
  }

  @Post(value = "/list_inferences", consumes = MediaType.ALL, produces = MediaType.ALL)
  CompletableFuture<HttpResponse<byte[]>> list(HttpRequest<byte[]> request) {
    return answers.answer(
        request,
        fields -> {
          InferenceRequest asked =
              InferenceRequest.read(fields, inferences.catalog(), InferenceRequest.MAX_LIMIT);
          fields.rejectOthers();
          return response(inferences.list(asked, InferenceRequest.DEFAULT_LIMIT));
        });
  }

  @Post(value = "/get_inferences", consumes = MediaType.ALL, produces = MediaType.ALL)
  CompletableFuture<HttpResponse<byte[]>> get(HttpRequest<byte[]> request) {
    return answers.answer(
        request,
        fields -> {
          List<UUID> ids = ids(fields, "ids");
          String function = fields.text("function_name");
          OutputSource source = OutputSource.read(fields);
          fields.rejectOthers();
          return response(inferences.get(ids, function, source));
        });
  }

  private static List<UUID> ids(JsonFields fields, String name) {
    List<UUID> ids = fields.requiredUuids(name);
    if (ids.size() > InferenceRequest.MAX_LIMIT) {
      throw new FieldException(
          name, "`%s` has at most %d ids".formatted(name, InferenceRequest.MAX_LIMIT));
    }
    return ids;
  }

  private static ObjectNode response(List<ObjectNode> found) {
    ObjectNode response = Json.object();
    ArrayNode list = response.putArray("inferences");
    found.forEach(list::add);
    return response;
  }
}
