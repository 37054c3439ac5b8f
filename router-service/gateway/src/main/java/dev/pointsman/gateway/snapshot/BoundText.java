package dev.pointsman.gateway.snapshot;

import dev.pointsman.chat.ChatInput;
import dev.pointsman.chat.ConversationTurns;
import dev.pointsman.routing.TextShift;
import dev.pointsman.routing.features.ConversationFeatures;
import dev.pointsman.routing.features.FeatureVector;
import dev.pointsman.routing.features.TextQuality;
import java.util.List;

/** A function's text model, bound to the candidates of its policy. */
public final class BoundText {

  private final TextQuality model;
  private final int[] outputs;

  BoundText(TextQuality model, List<String> candidates) {
    this.model = model;
    this.outputs = model.outputsOf(candidates);
  }

  /** What a conversation's text says of each candidate. */
  public TextShift of(ChatInput input, int tools) {
    FeatureVector features = ConversationFeatures.of(ConversationTurns.of(input), tools);
    return new TextShift(model.id(), model.forecast(features, outputs));
  }
}
