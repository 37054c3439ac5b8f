package dev.pointsman.trainer.text;

import dev.pointsman.routing.features.LinearScorer;
import java.util.List;

/**
 * A fitted text model: what the router needs, and how it came about.
 *
 * @param scorer the residual of each variant for a conversation
 * @param provenance Tribuo's own of each fit: trainer, settings, seed, rows
 */
public record TextModel(LinearScorer scorer, List<String> provenance) {

  public TextModel {
    provenance = List.copyOf(provenance);
  }
}
