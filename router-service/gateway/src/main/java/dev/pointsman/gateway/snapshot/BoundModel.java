package dev.pointsman.gateway.snapshot;

import dev.pointsman.catalog.ModelDefinition;
import dev.pointsman.catalog.ModelDefinition.ProviderDefinition;
import dev.pointsman.gateway.provider.ProviderRegistry;
import dev.pointsman.routing.TokenPrice;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A model with its deployments in fallback order.
 *
 * @param deployments at least one
 */
public record BoundModel(ModelDefinition definition, List<Deployment> deployments) {

  public BoundModel {
    deployments = List.copyOf(deployments);
  }

  static BoundModel of(ModelDefinition definition, ProviderRegistry registry) {
    List<Deployment> deployments = new ArrayList<>();
    for (String name : definition.routing()) {
      ProviderDefinition provider = definition.providers().get(name);
      if (provider == null) {
        throw new IllegalArgumentException(
            "models.%s.routing names %s, which is not one of its providers"
                .formatted(definition.name(), name));
      }
      deployments.add(new Deployment(definition.name(), provider, registry.client(provider)));
    }
    return new BoundModel(definition, deployments);
  }

  /** Today's price at the first deployment, null when unknown. */
  public @Nullable TokenPrice price() {
    return deployments.getFirst().price();
  }
}
