package dev.pointsman.gateway.provider.dummy;

import dev.pointsman.chat.json.Json;
import dev.pointsman.gateway.inference.AnswerEvent;
import dev.pointsman.gateway.inference.AnswerEvent.UsageReported;
import dev.pointsman.gateway.provider.Pause;
import dev.pointsman.gateway.provider.ProviderAnswer;
import dev.pointsman.gateway.provider.ProviderFailure;
import dev.pointsman.gateway.provider.ProviderFailureException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Events that were prepared, given out in order and with pauses. */
final class DummyAnswer implements ProviderAnswer {

  private final String rawRequest;
  private final List<AnswerEvent> events;
  private final long betweenMillis;
  private final int breaksAt;
  private final long secondAfterMillis;
  private int position;
  private boolean broken;

  /**
   * Of events.
   *
   * @param betweenMillis pause before every event but the first
   * @param breaksAt the event that is a failure instead, 5 s of silence after it; -1 = none
   * @param secondAfterMillis further pause before the second event
   */
  DummyAnswer(
      String rawRequest,
      List<AnswerEvent> events,
      long betweenMillis,
      int breaksAt,
      long secondAfterMillis) {
    this.rawRequest = rawRequest;
    this.events = events;
    this.betweenMillis = betweenMillis;
    this.breaksAt = breaksAt;
    this.secondAfterMillis = secondAfterMillis;
  }

  @Override
  public @Nullable AnswerEvent next(long by) throws ProviderFailureException, InterruptedException {
    if (position == events.size()) {
      return null;
    }
    if (position == breaksAt) {
      if (broken) {
        Pause.of(Duration.ofSeconds(5), by);
      }
      broken = true;
      throw new ProviderFailureException(
          new ProviderFailure.AnswerCut("the dummy stream broke"), rawRequest, rawResponse());
    }
    if (position == 1) {
      Pause.of(Duration.ofMillis(secondAfterMillis), by);
    }
    AnswerEvent event = events.get(position);
    boolean content =
        !(event instanceof AnswerEvent.UsageReported) && !(event instanceof AnswerEvent.Finished);
    if (position > 0 && betweenMillis > 0 && content) {
      Pause.of(Duration.ofMillis(betweenMillis), by);
    }
    position++;
    return event;
  }

  @Override
  public @Nullable Integer httpStatus() {
    return null;
  }

  @Override
  public String rawRequest() {
    return rawRequest;
  }

  @Override
  public String rawResponse() {
    for (AnswerEvent event : events) {
      if (event instanceof UsageReported usage) {
        return Json.text(usage.raw());
      }
    }
    return "{}";
  }

  @Override
  public void close() {}
}
