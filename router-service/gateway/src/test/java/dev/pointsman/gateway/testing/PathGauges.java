package dev.pointsman.gateway.testing;

import dev.pointsman.gateway.sink.Answers;
import dev.pointsman.gateway.upstream.UpstreamGauges;
import io.micronaut.context.ApplicationContext;
import java.time.Duration;

/** What requests hold at this moment: their threads, sinks, exchanges and connections. */
public record PathGauges(Answers answers, UpstreamGauges upstream) {

  /** Those of a running server. */
  public static PathGauges of(ApplicationContext context) {
    return new PathGauges(context.getBean(Answers.class), context.getBean(UpstreamGauges.class));
  }

  private boolean quiet() {
    return answers.runningRequests() == 0
        && answers.openSinks() == 0
        && upstream.liveExchanges() == 0
        && upstream.openConnections() == upstream.idleConnections();
  }

  /** Nothing of any request is left in time, but idle connections. */
  public void assertQuietWithin(Duration longest) {
    if (!Eventually.within(longest, this::quiet)) {
      throw new AssertionError(
          "after %s: running requests %d, open sinks %d, live exchanges %d, connections %d of which idle %d"
              .formatted(
                  longest,
                  answers.runningRequests(),
                  answers.openSinks(),
                  upstream.liveExchanges(),
                  upstream.openConnections(),
                  upstream.idleConnections()));
    }
  }
}
