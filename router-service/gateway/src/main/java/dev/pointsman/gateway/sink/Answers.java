package dev.pointsman.gateway.sink;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.scheduling.TaskExecutors;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts request threads. A controller that is called on the event loop passes its request and its
 * work, and returns the future to the server; it completes when the work begins its answer.
 */
@Singleton
public final class Answers {

  private static final Logger log = LoggerFactory.getLogger(Answers.class);

  private final ExecutorService virtualThreads;
  private final AtomicInteger runningRequests = new AtomicInteger();
  private final AtomicInteger openSinks = new AtomicInteger();

  Answers(@Named(TaskExecutors.VIRTUAL) ExecutorService virtualThreads) {
    this.virtualThreads = virtualThreads;
  }

  /**
   * Runs the work on a virtual thread. The future never completes exceptionally: work that fails
   * before its answer is status 500, and a caller that left before it is status 499, which nobody
   * receives.
   */
  public CompletableFuture<HttpResponse<RawAnswer>> start(
      HttpRequest<?> request, RequestWork work) {
    NettyAnswerSink sink = new NettyAnswerSink(request, openSinks);
    runningRequests.incrementAndGet();
    try {
      virtualThreads.execute(
          () -> ScopedValue.where(RequestLoop.CURRENT, sink.loop()).run(() -> run(sink, work)));
    } catch (RejectedExecutionException shuttingDown) {
      runningRequests.decrementAndGet();
      sink.full(new AnswerHead(503, "text/plain"), new byte[0]);
      sink.detach();
    }
    return sink.answer();
  }

  private void run(NettyAnswerSink sink, RequestWork work) {
    sink.attach(Thread.currentThread());
    try {
      work.run(sink);
      sink.requireEnded();
    } catch (CallerLeftException | InterruptedException left) {
      sink.fail(left);
    } catch (Throwable t) {
      log.error("request thread ended by an exception that was not mapped to an answer", t);
      sink.fail(t);
    } finally {
      sink.detach();
      runningRequests.decrementAndGet();
    }
  }

  /** Request threads that have started and not ended. */
  public int runningRequests() {
    return runningRequests.get();
  }

  /** Answers that are neither handed to the server completely nor given up. */
  public int openSinks() {
    return openSinks.get();
  }
}
