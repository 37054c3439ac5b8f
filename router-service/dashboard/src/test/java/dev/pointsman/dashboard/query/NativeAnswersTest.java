package dev.pointsman.dashboard.query;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.chat.json.Json;
import dev.pointsman.eventstore.StoreException;
import io.micronaut.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class NativeAnswersTest {

  /** Runs what it was given when it is told to. */
  private static final class HeldExecutor extends AbstractExecutorService {
    private final Queue<Runnable> held = new ArrayDeque<>();

    @Override
    public void execute(Runnable command) {
      held.add(command);
    }

    void runAll() {
      while (!held.isEmpty()) {
        held.remove().run();
      }
    }

    @Override
    public void shutdown() {}

    @Override
    public List<Runnable> shutdownNow() {
      return List.of();
    }

    @Override
    public boolean isShutdown() {
      return false;
    }

    @Override
    public boolean isTerminated() {
      return false;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
      return true;
    }
  }

  private final HeldExecutor threads = new HeldExecutor();
  private final NativeAnswers answers = new NativeAnswers(threads);

  private HttpResponse<byte[]> answerTo(NativeAnswers.BareWork work) {
    CompletableFuture<HttpResponse<byte[]>> answer = answers.run(work);
    threads.runAll();
    return answer.join();
  }

  private static String body(HttpResponse<byte[]> answer) {
    return new String(answer.body(), StandardCharsets.UTF_8);
  }

  @Test
  void run_tooManyWaiting_refusesTheNextAndThenGoesOn() {
    for (int i = 0; i < QueryThreads.MOST_REQUESTS; i++) {
      assertThat(answers.run(Json::object)).isNotDone();
    }
    HttpResponse<byte[]> refused = answers.run(Json::object).join();
    assertThat(refused.code()).isEqualTo(503);
    assertThat(refused.getHeaders().get("retry-after")).isEqualTo("1");
    assertThat(body(refused)).contains("too many queries are waiting");
    threads.runAll();
    assertThat(answerTo(Json::object).code()).isEqualTo(200);
  }

  @Test
  void run_workFails_givesItsPlaceBack() {
    for (int i = 0; i < 3 * QueryThreads.MOST_REQUESTS; i++) {
      assertThat(
              answerTo(
                      () -> {
                        throw new QueryRefusedException(404, "nothing");
                      })
                  .code())
          .isEqualTo(404);
    }
  }

  @Test
  void run_storeTooSlow_saysToAskForLess() {
    HttpResponse<byte[]> answer =
        answerTo(
            () -> {
              throw new StoreException("listing took longer", new SQLTimeoutException("30 s"));
            });
    assertThat(answer.code()).isEqualTo(503);
    assertThat(body(answer)).contains("took too long: ask for less");
  }

  @Test
  void run_faultInside_keepsItsTextInTheLog() {
    HttpResponse<byte[]> store =
        answerTo(
            () -> {
              throw new StoreException("failed: secret text", new SQLException("secret text"));
            });
    assertThat(store.code()).isEqualTo(503);
    assertThat(body(store)).doesNotContain("secret");
    HttpResponse<byte[]> ours =
        answerTo(
            () -> {
              throw new IllegalStateException("secret text");
            });
    assertThat(ours.code()).isEqualTo(500);
    assertThat(body(ours)).isEqualTo("{\"error\":\"the query failed; the router's log says why\"}");
  }
}
