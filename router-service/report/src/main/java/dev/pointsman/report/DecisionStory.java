package dev.pointsman.report;

import dev.pointsman.eventlog.FeedbackEvent;
import dev.pointsman.eventlog.InferenceEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One inference whole, as it was logged, with what came of it and whether it can be computed again.
 *
 * @param event the logged inference
 * @param feedback what was said of it or of its episode, in order of arrival
 * @param discrepancies where the logged propensities do not follow from the row alone; empty when
 *     they do
 * @param rederived the policy's vector computed again from the stored revision, null when the
 *     inference is no decision or the revision is no longer kept
 */
public record DecisionStory(
    InferenceEvent event,
    List<FeedbackEvent> feedback,
    List<String> discrepancies,
    @Nullable Rederived rederived) {

  /**
   * The policy's vector computed again.
   *
   * @param propensities the mixture that follows from it, per candidate
   * @param equal whether the policy's vector is the logged one bit for bit, and the mixture up to
   *     rounding
   */
  @SuppressWarnings("ArrayRecordComponent") // drawn and written, never compared
  public record Rederived(double[] propensities, boolean equal) {}
}
