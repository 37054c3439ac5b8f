package dev.pointsman.gateway.attempt;

import dev.pointsman.gateway.inference.Refusal;
import dev.pointsman.gateway.inference.Refusal.UpstreamFailed.Kind;
import dev.pointsman.gateway.inference.RefusedException;
import dev.pointsman.gateway.provider.ModelRequest;
import dev.pointsman.gateway.provider.ProviderFailure;
import dev.pointsman.gateway.provider.ProviderFailureException;
import dev.pointsman.gateway.snapshot.BoundVariant;
import dev.pointsman.gateway.snapshot.Deployment;
import dev.pointsman.routing.IdSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Calls providers until one begins to answer: along the model's providers, then again after a pause
 * those of them whose failure is of a kind that passes, then with the next variant. A deployment
 * whose circuit is open is skipped. Once an answer has begun there is no way back.
 */
public final class Attempts {

  private final Circuits circuits;
  private final IdSource ids;
  private final DoubleSupplier random;
  private final RetryBudget budget = new RetryBudget();

  /**
   * With the circuits of the process.
   *
   * @param random 0 to 1, for the jitter of pauses; safe for concurrent use
   */
  public Attempts(Circuits circuits, IdSource ids, DoubleSupplier random) {
    this.circuits = circuits;
    this.ids = ids;
    this.random = random;
  }

  /**
   * What is tried for one request.
   *
   * @param order the variants to try, in order; at least one
   * @param requests renders the request for a variant
   * @param pinned whether the caller named the variant, so that no other may answer
   * @param estimatedInput input tokens, for usage that no provider reports
   */
  public record Plan(
      List<BoundVariant> order,
      Function<BoundVariant, ModelRequest> requests,
      RequestDeadlines deadlines,
      boolean pinned,
      int estimatedInput) {}

  /**
   * The first call that begins to answer; one that is not streamed has its whole answer.
   *
   * @throws RefusedException if none does
   */
  public RunningAttempt firstAnswer(Plan plan, AttemptLedger ledger) throws InterruptedException {
    budget.requestCame();
    ProviderFailure last = null;
    for (BoundVariant variant : plan.order()) {
      ModelRequest request = plan.requests().apply(variant);
      RetrySchedule schedule = new RetrySchedule(variant.definition().retries(), random);
      long variantStart = System.nanoTime();
      List<Deployment> hopeless = List.of();
      for (int tries = 1; ; tries++) {
        ProviderFailure passing = null;
        for (Deployment deployment : variant.model().deployments()) {
          if (hopeless.contains(deployment)) {
            continue;
          }
          if (plan.deadlines().over(System.nanoTime())) {
            throw deadlinePassed(plan, ledger);
          }
          Circuit circuit = circuits.of(deployment);
          Circuit.Phase asked = circuit.permit();
          if (asked == null) {
            continue;
          }
          RunningAttempt attempt =
              new RunningAttempt(
                  ids,
                  variant,
                  deployment,
                  plan.deadlines().attempt(variant, deployment, variantStart, System.nanoTime()),
                  circuit,
                  asked,
                  ledger,
                  plan.deadlines().stream(),
                  plan.estimatedInput());
          boolean begun = false;
          try {
            attempt.begin(request);
            begun = true;
            return attempt;
          } catch (ProviderFailureException e) {
            attempt.failed(e);
            last = e.failure();
            if (!last.worthMovingOn()) {
              throw failed(plan, ledger, last);
            }
            if (last.worthRepeating()) {
              passing = last;
            } else {
              hopeless = new ArrayList<>(hopeless);
              hopeless.add(deployment);
            }
          } finally {
            if (!begun) {
              attempt.close();
            }
          }
        }
        Duration pause = passing == null ? null : schedule.delay(tries, passing);
        if (pause == null || !fits(pause, plan) || !budget.takeRetry()) {
          break;
        }
        Thread.sleep(pause);
        ledger.waited(pause.toNanos());
      }
    }
    if (last == null) {
      throw new RefusedException(
          new Refusal.Overloaded(
              "every provider of every eligible variant has failed lately and is being spared: "
                  + "try again in 30 seconds, or see the circuits at GET /ready",
              Duration.ofSeconds(30)));
    }
    if (plan.deadlines().over(System.nanoTime())) {
      throw deadlinePassed(plan, ledger);
    }
    throw failed(plan, ledger, last);
  }

  private static boolean fits(Duration pause, Plan plan) {
    return !plan.deadlines().over(System.nanoTime() + pause.toNanos());
  }

  private static RefusedException deadlinePassed(Plan plan, AttemptLedger ledger) {
    return new RefusedException(
        new Refusal.DeadlinePassed(
            "the request's time is over after %d attempts%s"
                .formatted(ledger.count(), listed(ledger)),
            plan.pinned()));
  }

  private static RefusedException failed(Plan plan, AttemptLedger ledger, ProviderFailure last) {
    Kind kind = kind(last);
    @Nullable Duration retryAfter =
        last instanceof ProviderFailure.RateLimited limited ? limited.retryAfter() : null;
    return new RefusedException(
        new Refusal.UpstreamFailed(
            "no provider could answer%s".formatted(listed(ledger)),
            kind,
            last.httpStatus(),
            retryAfter,
            ledger.failures(),
            plan.pinned()));
  }

  private static Kind kind(ProviderFailure failure) {
    return switch (failure) {
      case ProviderFailure.RequestRejected rejected -> Kind.REQUEST_REJECTED;
      case ProviderFailure.ContentFiltered filtered -> Kind.REQUEST_REJECTED;
      case ProviderFailure.ContextTooLong tooLong -> Kind.CONTEXT_TOO_LONG;
      case ProviderFailure.RateLimited limited -> Kind.RATE_LIMITED;
      case ProviderFailure.TimedOut late -> Kind.TIMED_OUT;
      case ProviderFailure.CredentialRefused refused -> Kind.BROKEN;
      case ProviderFailure.UpstreamFault fault -> Kind.BROKEN;
      case ProviderFailure.ConnectionBroken broken -> Kind.BROKEN;
      case ProviderFailure.MalformedAnswer malformed -> Kind.BROKEN;
      case ProviderFailure.AnswerCut cut -> Kind.BROKEN;
    };
  }

  private static String listed(AttemptLedger ledger) {
    return ledger.failures().isEmpty() ? "" : ": " + String.join("; ", ledger.failures());
  }
}
