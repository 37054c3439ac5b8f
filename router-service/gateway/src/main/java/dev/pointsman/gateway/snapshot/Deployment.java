package dev.pointsman.gateway.snapshot;

import dev.pointsman.catalog.ModelDefinition.ProviderDefinition;
import dev.pointsman.gateway.provider.ProviderClient;
import dev.pointsman.routing.TokenPrice;
import org.jspecify.annotations.Nullable;

/**
 * A model at a provider, ready to be called.
 *
 * @param name {@code model/provider}, the name of its circuit
 * @param price today's price per token, null when unknown
 */
public record Deployment(
    String model,
    ProviderDefinition definition,
    ProviderClient client,
    String name,
    @Nullable TokenPrice price) {

  Deployment(String model, ProviderDefinition definition, ProviderClient client) {
    this(model, definition, client, model + "/" + definition.name(), definition.tokenPrice());
  }

  /** The provider's name within the model. */
  public String provider() {
    return definition.name();
  }
}
