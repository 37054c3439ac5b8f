package dev.pointsman.trainer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pointsman.chat.ConversationTurns;
import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.eventstore.EventStore;
import dev.pointsman.eventstore.InferenceKey;
import dev.pointsman.eventstore.LoggedDecision;
import dev.pointsman.eventstore.RewardRule;
import dev.pointsman.routing.features.ConversationFeatures;
import dev.pointsman.routing.features.FeatureVector;
import dev.pointsman.routing.features.Turn;
import dev.pointsman.trainer.text.TextSample;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The latest rewarded decisions of a function with what was asked, as text models learn from them.
 * Conversations that were not logged, or only in part because they are long, are left out.
 */
final class TextSampler {

  /** The latest samples that are taken; the features of one are some ten kilobytes. */
  static final int MOST_SAMPLES = 3_000;

  private static final int TEXTS_AT_ONCE = 500;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final EventStore store;

  TextSampler(EventStore store) {
    this.store = store;
  }

  /**
   * The samples, by the time of their decisions.
   *
   * @param variants the variants to learn about; samples' arms are their indices
   * @param now the log cut: decisions and rewards before it
   */
  List<TextSample> samples(RewardRule rule, List<String> variants, Instant now) {
    List<LoggedDecision> latest =
        LatestDecisions.of(
            store,
            rule,
            now,
            MOST_SAMPLES,
            row ->
                row.reward() != null
                    && row.servedAsChosen()
                    && variants.contains(row.chosenVariant()));
    List<TextSample> samples = new ArrayList<>(latest.size());
    withFeatures(
        latest,
        (row, features) ->
            samples.add(
                new TextSample(
                    row.decidedAt(),
                    features,
                    row.segment(),
                    variants.indexOf(row.chosenVariant()),
                    Objects.requireNonNull(row.reward()),
                    tokensOf(row))));
    return samples;
  }

  /** Per answer: a unit's are summed, and the text is that of its first request alone. */
  private static double tokensOf(LoggedDecision row) {
    Long tokens = row.outputTokens();
    return tokens == null ? Double.NaN : (double) tokens / row.inferences();
  }

  /** Takes a decision with the features of its conversation. */
  interface Taker {
    void take(LoggedDecision row, FeatureVector features);
  }

  /** Hands on those decisions, in order, whose conversation was logged whole. */
  void withFeatures(List<LoggedDecision> rows, Taker taker) {
    for (int from = 0; from < rows.size(); from += TEXTS_AT_ONCE) {
      List<LoggedDecision> some = rows.subList(from, Math.min(rows.size(), from + TEXTS_AT_ONCE));
      List<InferenceKey> keys =
          some.stream().map(row -> new InferenceKey(row.decidedAt(), row.inferenceId())).toList();
      Map<UUID, InferenceEvent.Payload> texts = store.inferences().texts(keys);
      for (LoggedDecision row : some) {
        FeatureVector features = features(texts.get(row.inferenceId()));
        if (features != null) {
          taker.take(row, features);
        }
      }
    }
  }

  private static @Nullable FeatureVector features(InferenceEvent.@Nullable Payload payload) {
    if (payload == null || payload.shortened()) {
      return null;
    }
    try {
      List<Turn> turns = ConversationTurns.ofLogged(JSON.readTree(payload.input()));
      String tools = payload.tools();
      JsonNode offered = tools == null ? null : JSON.readTree(tools);
      return turns.isEmpty()
          ? null
          : ConversationFeatures.of(turns, offered == null ? 0 : offered.size());
    } catch (JsonProcessingException unreadable) {
      return null;
    }
  }
}
