package dev.pointsman.gateway.snapshot;

import dev.pointsman.catalog.VariantDefinition;

/** A variant with its model. */
public record BoundVariant(VariantDefinition definition, BoundModel model) {

  /** The variant's name. */
  public String name() {
    return definition.name();
  }
}
