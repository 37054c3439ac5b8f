package dev.pointsman.catalog;

import dev.pointsman.routing.TokenPrice;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is configured, checked and with its references resolved. Immutable; one request
 * reads one catalog. Maps are in name order.
 *
 * @param configHash hash of the files by content, never of secrets: 16 hex digits
 * @param text the files, one after the other, as they are stored for the hash
 * @param gateway how the process listens and answers
 * @param store where data is kept
 * @param functions by name, the built-in {@code tensorzero::default} not among them
 * @param models by name
 * @param embeddingModels by name
 * @param metrics by name; {@code comment} and {@code demonstration} are built in and not among them
 * @param tools by configuration key
 */
public record FunctionCatalog(
    String configHash,
    String text,
    GatewaySettings gateway,
    StoreSettings store,
    Map<String, FunctionDefinition> functions,
    Map<String, ModelDefinition> models,
    Map<String, EmbeddingModelDefinition> embeddingModels,
    Map<String, MetricDefinition> metrics,
    Map<String, ToolDefinition> tools) {

  /**
   * Today's price of a model's tokens at the provider that is tried first.
   *
   * @param model its name
   * @return null when it is unknown, or the model is none of [models]
   */
  public @Nullable TokenPrice price(String model) {
    return price(models, model);
  }

  /** Today's price per variant of a function, null where it is unknown. */
  public List<@Nullable TokenPrice> prices(FunctionDefinition function, List<String> variants) {
    List<@Nullable TokenPrice> prices = new ArrayList<>(variants.size());
    for (String name : variants) {
      VariantDefinition variant = function.variants().get(name);
      prices.add(variant == null ? null : price(variant.model()));
    }
    return prices;
  }

  static @Nullable TokenPrice price(Map<String, ModelDefinition> models, String name) {
    ModelDefinition model = models.get(name);
    if (model == null || model.routing().isEmpty()) {
      return null;
    }
    ModelDefinition.ProviderDefinition first = model.providers().get(model.routing().getFirst());
    return first == null ? null : first.tokenPrice();
  }
}
