package dev.pointsman.control;

import java.util.UUID;

/** A datapoint was to be changed that is not in its dataset, or was replaced or deleted meanwhile. */
public final class DatapointGoneException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final UUID id;

  DatapointGoneException(UUID id) {
    super("datapoint %s is not in the dataset (any more)".formatted(id), null, false, false);
    this.id = id;
  }

  /** Which one. */
  public UUID id() {
    return id;
  }
}
