package dev.pointsman.gateway.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.pointsman.catalog.VariantDefinition.SamplingParameters;
import dev.pointsman.chat.ContentBlock;
import dev.pointsman.chat.InputMessage;
import dev.pointsman.chat.ToolChoice;
import dev.pointsman.gateway.inference.AnswerEvent;
import dev.pointsman.gateway.inference.ResponseFormat;
import dev.pointsman.gateway.testing.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What every {@link ProviderClient} promises: it streams, ends, can be cancelled within a second,
 * keeps its deadlines, says how it failed, never passes a missing end off as a finish, holds nothing
 * afterwards and shows no secret. A new provider is done when its test extends this class.
 */
public abstract class ProviderClientContract {

  private static final Duration ONE_SECOND = Duration.ofSeconds(1);
  private static final Duration LONG = Duration.ofSeconds(10);

  /** A way in which calls of a provider fail. */
  public record Failing(
      String how, Preparation client, boolean stream, Class<? extends ProviderFailure> expected) {}

  /** Makes a client, and whatever it talks to behave as wanted. */
  @FunctionalInterface
  public interface Preparation {
    ProviderClient prepare() throws Exception;
  }

  /** A client that answers with some text, and in at least three parts when it streams. */
  protected abstract ProviderClient answering() throws Exception;

  /** A client whose answers do not begin at once. */
  protected abstract ProviderClient slowToBegin() throws Exception;

  /** A client whose streamed answers begin and whose next parts do not come at once. */
  protected abstract ProviderClient slowToGoOn() throws Exception;

  /** A silence of more than a second in a streamed answer, after so many events. */
  public record Silence(String how, int after, Preparation client) {}

  /** The silences that can be brought about. */
  protected abstract List<Silence> silences();

  /** Every way to fail that can be brought about; a missing end belongs to them. */
  protected abstract List<Failing> failures();

  /** What must not be shown, null for a provider that knows no secret. */
  protected @Nullable String secret() {
    return null;
  }

  /** Fails if anything of a closed call is held for longer than a second. */
  protected abstract void assertNothingIsHeld();

  @AfterEach
  final void nothingIsHeld() {
    assertNothingIsHeld();
  }

  /** A question of a user, whole or streamed. */
  protected static ModelRequest question(boolean stream) {
    return new ModelRequest(
        "Be brief.",
        List.of(
            new InputMessage(
                InputMessage.Role.USER, List.of(new ContentBlock.Text("What is 2 + 2?")))),
        new SamplingParameters(null, null, null, null, null, null, List.of(), null, null, null),
        List.of(),
        new ToolChoice.Auto(),
        null,
        new ResponseFormat.Text(),
        stream);
  }

  private static long in(Duration duration) {
    return System.nanoTime() + duration.toNanos();
  }

  private static List<AnswerEvent> rest(ProviderAnswer answer) throws Exception {
    List<AnswerEvent> events = new ArrayList<>();
    for (AnswerEvent event = answer.next(in(LONG)); event != null; event = answer.next(in(LONG))) {
      events.add(event);
    }
    return events;
  }

  private void assertNoSecret(String... shown) {
    if (secret() != null) {
      assertThat(shown).allSatisfy(text -> assertThat(text).doesNotContain(secret()));
    }
  }

  @TestFactory
  Stream<DynamicTest> answer_wholeOrStreamed_endsOnceAndSaysWhy() {
    return Stream.of(false, true)
        .map(stream -> dynamicTest(stream ? "streamed" : "whole", () -> answersCompletely(stream)));
  }

  private void answersCompletely(boolean stream) throws Exception {
    try (ProviderAnswer answer = answering().open(question(stream), in(LONG))) {
      List<AnswerEvent> events = rest(answer);

      assertThat(events).filteredOn(AnswerEvent.Finished.class::isInstance).hasSize(1);
      assertThat(events).filteredOn(AnswerEvent.UsageReported.class::isInstance).hasSizeLessThan(2);
      assertThat(events)
          .filteredOn(AnswerEvent.TextDelta.class::isInstance)
          .hasSizeGreaterThanOrEqualTo(stream ? 3 : 1);
      assertThat(answer.next(in(LONG))).as("after the end").isNull();
      assertNoSecret(answer.rawRequest(), answer.rawResponse());
      assertThat(answer.rawRequest()).isNotBlank();
    }
  }

  @Test
  void close_midStreamAndTwice_isHarmless() throws Exception {
    ProviderAnswer answer = answering().open(question(true), in(LONG));
    assertThat(answer.next(in(LONG))).isNotNull();
    answer.close();
    answer.close();
  }

  @TestFactory
  Stream<DynamicTest> call_interruptedBeforeItWaits_ends() {
    return Stream.of(false, true)
        .map(
            begun ->
                dynamicTest(
                    begun ? "mid-stream" : "before it begins",
                    () -> {
                      ProviderClient client = begun ? slowToGoOn() : slowToBegin();
                      assertInterrupts(
                          inAThread(
                              () -> {
                                if (!begun) {
                                  Thread.currentThread().interrupt();
                                }
                                try (ProviderAnswer answer =
                                    client.open(question(true), in(LONG))) {
                                  assertThat(answer.next(in(LONG))).isNotNull();
                                  Thread.currentThread().interrupt();
                                  rest(answer);
                                }
                              }));
                    }));
  }

  @TestFactory
  Stream<DynamicTest> call_interruptedWhileItWaits_endsWithinASecond() {
    return silences().stream()
        .map(
            silence ->
                dynamicTest(
                    silence.how(),
                    () -> {
                      ProviderClient client = silence.client().prepare();
                      AtomicInteger received = new AtomicInteger();
                      AtomicReference<Thread> waiting = new AtomicReference<>();
                      FutureTask<Throwable> call =
                          inAThread(
                              () -> {
                                waiting.set(Thread.currentThread());
                                try (ProviderAnswer answer =
                                    client.open(question(true), in(LONG))) {
                                  while (answer.next(in(LONG)) != null) {
                                    received.incrementAndGet();
                                  }
                                }
                              });
                      assertThat(
                              Eventually.within(
                                  LONG,
                                  () ->
                                      received.get() == silence.after()
                                          && waiting.get() != null
                                          && isWaiting(waiting.get())))
                          .isTrue();
                      waiting.get().interrupt();
                      assertInterrupts(call);
                    }));
  }

  private static FutureTask<Throwable> inAThread(ThrowingCallable work) {
    FutureTask<Throwable> task = new FutureTask<>(() -> catchThrowable(work));
    Thread.ofVirtual().start(task);
    return task;
  }

  private static void assertInterrupts(FutureTask<Throwable> call) throws Exception {
    assertThat(call.get(ONE_SECOND.toMillis(), TimeUnit.MILLISECONDS))
        .isInstanceOf(InterruptedException.class);
  }

  private static boolean isWaiting(Thread thread) {
    return thread.getState() == Thread.State.TIMED_WAITING
        || thread.getState() == Thread.State.WAITING;
  }

  @Test
  void open_deadlinePasses_isTimedOutWithinASecond() throws Exception {
    ProviderClient client = slowToBegin();
    long begun = System.nanoTime();

    Throwable problem = catchThrowable(() -> client.open(question(false), begun).close());

    assertThat(problem)
        .isInstanceOfSatisfying(
            ProviderFailureException.class,
            failed -> assertThat(failed.failure()).isInstanceOf(ProviderFailure.TimedOut.class));
    assertThat(System.nanoTime() - begun).isLessThan(ONE_SECOND.toNanos());
  }

  @Test
  void next_deadlinePasses_isTimedOutWithinASecond() throws Exception {
    try (ProviderAnswer answer = slowToGoOn().open(question(true), in(LONG))) {
      assertThat(answer.next(in(LONG))).isNotNull();
      long begun = System.nanoTime();

      Throwable problem =
          catchThrowable(
              () -> {
                while (answer.next(begun) != null) {
                  // What has come already may be taken after the deadline.
                }
              });

      assertThat(problem)
          .isInstanceOfSatisfying(
              ProviderFailureException.class,
              failed -> assertThat(failed.failure()).isInstanceOf(ProviderFailure.TimedOut.class));
      assertThat(System.nanoTime() - begun).isLessThan(ONE_SECOND.toNanos());
    }
  }

  @TestFactory
  Stream<DynamicTest> failure_ofEveryKind_hasItsClassAndShowsNoSecret() {
    return failures().stream().map(failing -> dynamicTest(failing.how(), () -> fails(failing)));
  }

  private void fails(Failing failing) throws Exception {
    ProviderClient client = failing.client().prepare();
    Throwable problem =
        catchThrowable(
            () -> {
              try (ProviderAnswer answer = client.open(question(failing.stream()), in(LONG))) {
                rest(answer);
              }
            });

    assertThat(problem).as("never a clean finish").isInstanceOf(ProviderFailureException.class);
    ProviderFailureException failed = (ProviderFailureException) problem;
    assertThat(failed.failure()).isInstanceOf(failing.expected());
    assertThat(failed.failure().message()).isNotBlank();
    assertThat(failed.failure().errorClass()).matches("[a-z_]+");
    assertNoSecret(
        failed.failure().message(),
        String.valueOf(failed.getMessage()),
        String.valueOf(failed.rawRequest()),
        String.valueOf(failed.rawResponse()));
    assertNothingIsHeld();
  }
}
