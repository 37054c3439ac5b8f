package dev.pointsman.gateway.snapshot;

import dev.pointsman.catalog.ModelDefinition.ProviderDefinition;
import dev.pointsman.gateway.provider.ProviderClient;

/** A model at a provider, ready to be called. */
public record Deployment(String model, ProviderDefinition definition, ProviderClient client) {

  /** The provider's name within the model. */
  public String provider() {
    return definition.name();
  }

  /** {@code model/provider}, the name of its circuit. */
  public String name() {
    return model + "/" + definition.name();
  }
}
