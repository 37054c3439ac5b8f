package dev.pointsman.gateway.pipeline;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.chat.json.Json;
import dev.pointsman.gateway.snapshot.BoundVariant;
import dev.pointsman.gateway.snapshot.Deployment;
import java.util.List;
import java.util.UUID;

/**
 * The answer of {@code POST /v1/route}: which model to call, and which ids feedback goes to. {@code
 * providers} and {@code session_id} are what NotDiamond's clients read.
 */
final class RouteAnswer {

  private RouteAnswer() {}

  /**
   * The answer's bytes.
   *
   * @param order the chosen variant, then those to fall back to
   */
  static byte[] of(UUID inferenceId, UUID episodeId, String function, List<BoundVariant> order) {
    BoundVariant chosen = order.getFirst();
    ObjectNode body =
        Json.object()
            .put("inference_id", inferenceId.toString())
            .put("episode_id", episodeId.toString())
            .put("session_id", inferenceId.toString())
            .put("function_name", function)
            .put("variant_name", chosen.name())
            .put("model_name", chosen.model().definition().name());
    ArrayNode providers = body.putArray("providers");
    for (Deployment deployment : chosen.model().deployments()) {
      providers
          .addObject()
          .put("provider", deployment.definition().type())
          .put("model", deployment.client().modelName());
    }
    ArrayNode fallbacks = body.putArray("fallbacks");
    for (BoundVariant variant : order.subList(1, order.size())) {
      fallbacks
          .addObject()
          .put("variant_name", variant.name())
          .put("model_name", variant.model().definition().name());
    }
    return Json.bytes(body);
  }
}
