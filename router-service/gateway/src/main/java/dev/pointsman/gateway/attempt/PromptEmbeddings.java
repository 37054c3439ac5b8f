package dev.pointsman.gateway.attempt;

import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.eventlog.InferenceEvent.Tokens;
import dev.pointsman.gateway.provider.EmbeddingClient.Embedded;
import dev.pointsman.gateway.provider.ProviderFailure;
import dev.pointsman.gateway.provider.ProviderFailureException;
import dev.pointsman.gateway.snapshot.BoundEmbedding;
import dev.pointsman.routing.IdSource;
import dev.pointsman.routing.features.PromptVector;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Asks for the embedding of a prompt before its decision is made, until a deadline; what has not come
 * by then is left out of the decision, and so is what fails. Deployments are asked in order while there
 * is time, each once. Every call is written into the ledger with the purpose {@code embedding}, and
 * tells its circuit: a model that is late or fails time after time is spared for a while.
 */
public final class PromptEmbeddings {

  /** The purpose of these attempts in the log. */
  public static final String PURPOSE = "embedding";

  /** What of a prompt is embedded at most: half of it from its beginning, half from its end. */
  static final int MOST_CHARACTERS = 6_000;

  private final Circuits circuits;
  private final IdSource ids;

  /** With the circuits of the process. */
  public PromptEmbeddings(Circuits circuits, IdSource ids) {
    this.circuits = circuits;
    this.ids = ids;
  }

  /**
   * What came of it: a vector, or why there is none.
   *
   * @param vector null where it was left out
   * @param leftOut {@code late}, {@code failed}, {@code spared}, {@code no_text} or {@code
   *     no_direction}; null where there is a vector
   */
  public record Outcome(@Nullable PromptVector vector, @Nullable String leftOut) {

    static Outcome leftOut(String why) {
      return new Outcome(null, why);
    }
  }

  /**
   * The embedding of a prompt. A caller who leaves ends the wait; the thread stays interrupted, so that
   * what comes next ends too.
   *
   * @param prompt the last text of the user, null where there is none
   */
  public Outcome of(BoundEmbedding model, @Nullable String prompt, AttemptLedger ledger) {
    if (prompt == null || prompt.isBlank()) {
      return Outcome.leftOut("no_text");
    }
    String text = shortened(prompt.strip());
    long by = System.nanoTime() + model.deadline().toNanos();
    String leftOut = "spared";
    for (BoundEmbedding.At deployment : model.deployments()) {
      if (by - System.nanoTime() <= 0) {
        return Outcome.leftOut("late");
      }
      Circuit circuit = circuits.of(deployment.name());
      Circuit.Phase asked = circuit.permit();
      if (asked == null) {
        continue;
      }
      Call call = new Call(model, deployment, circuit, asked, ledger);
      try {
        Embedded embedded = deployment.client().embed(text, by);
        PromptVector vector = PromptVector.of(model.space(), embedded.vector());
        call.succeeded(embedded);
        return vector == null ? Outcome.leftOut("no_direction") : new Outcome(vector, null);
      } catch (ProviderFailureException e) {
        call.failed(e.failure());
        if (e.failure() instanceof ProviderFailure.TimedOut) {
          return Outcome.leftOut("late");
        }
        leftOut = "failed";
      } catch (IllegalArgumentException e) {
        call.failed(new ProviderFailure.MalformedAnswer(String.valueOf(e.getMessage()), null));
        leftOut = "failed";
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        call.abandoned();
        return Outcome.leftOut("late");
      }
    }
    return Outcome.leftOut(leftOut);
  }

  private static String shortened(String prompt) {
    if (prompt.length() <= MOST_CHARACTERS) {
      return prompt;
    }
    int half = MOST_CHARACTERS / 2;
    int head = Character.isHighSurrogate(prompt.charAt(half - 1)) ? half - 1 : half;
    int tail = prompt.length() - half;
    tail = Character.isLowSurrogate(prompt.charAt(tail)) ? tail + 1 : tail;
    return prompt.substring(0, head) + "\n" + prompt.substring(tail);
  }

  /** One call, until it is settled. */
  private final class Call {
    private final UUID id = ids.next();
    private final Instant startedAt = ids.now();
    private final long startNanos = System.nanoTime();
    private final BoundEmbedding model;
    private final BoundEmbedding.At deployment;
    private final Circuit circuit;
    private final Circuit.Phase asked;
    private final AttemptLedger ledger;

    Call(
        BoundEmbedding model,
        BoundEmbedding.At deployment,
        Circuit circuit,
        Circuit.Phase asked,
        AttemptLedger ledger) {
      this.model = model;
      this.deployment = deployment;
      this.circuit = circuit;
      this.asked = asked;
      this.ledger = ledger;
    }

    void succeeded(Embedded embedded) {
      Long input = embedded.inputTokens();
      settle(
          "ok",
          null,
          embedded.httpStatus(),
          new Tokens(input, input == null ? null : Long.valueOf(0), null, null, null),
          CostMeter.cost(deployment.definition().cost(), embedded.raw(), false));
      circuit.succeeded(asked);
    }

    void failed(ProviderFailure failure) {
      settle("failed", failure.errorClass(), failure.httpStatus(), Tokens.UNKNOWN, null);
      if (failure.countsForCircuit()) {
        circuit.failed(asked, failure.errorClass());
      } else {
        circuit.abandoned(asked);
      }
    }

    void abandoned() {
      settle("abandoned", null, null, Tokens.UNKNOWN, null);
      circuit.abandoned(asked);
    }

    private void settle(
        String status,
        @Nullable String errorClass,
        @Nullable Integer httpStatus,
        Tokens tokens,
        @Nullable Long costNanos) {
      long took = System.nanoTime() - startNanos;
      ledger.waited(took);
      ledger.addBeside(
          new InferenceEvent.Attempt(
              id,
              0,
              startedAt,
              "",
              model.model(),
              deployment.definition().name(),
              PURPOSE,
              status,
              httpStatus,
              errorClass,
              asked.label,
              tokens,
              costNanos,
              took / 1_000,
              null,
              null,
              false,
              null,
              null));
    }
  }
}
