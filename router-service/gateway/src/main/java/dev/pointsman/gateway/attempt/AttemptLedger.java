package dev.pointsman.gateway.attempt;

import dev.pointsman.eventlog.InferenceEvent.Attempt;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The provider calls of one request, as they end, and the time spent waiting for them. */
public final class AttemptLedger {

  private final boolean keepText;
  private final List<Attempt> attempts = new ArrayList<>();
  private final List<String> failures = new ArrayList<>();
  private int begun;
  private long providerNanos;
  private @Nullable String lastErrorClass;

  /**
   * Empty.
   *
   * @param keepText whether raw requests and responses are kept
   */
  public AttemptLedger(boolean keepText) {
    this.keepText = keepText;
  }

  int nextOrdinal() {
    return ++begun;
  }

  void add(Attempt attempt) {
    attempts.add(attempt);
    if (attempt.errorClass() != null) {
      lastErrorClass = attempt.errorClass();
    }
  }

  /** A call beside those that answer: it costs, and its failure is no reason why nothing answered. */
  void addBeside(Attempt attempt) {
    attempts.add(attempt);
  }

  void failure(String line) {
    failures.add(line);
  }

  /** Counts time that was spent waiting for a provider, back-off included. */
  void waited(long nanos) {
    providerNanos += nanos;
  }

  boolean keepText() {
    return keepText;
  }

  /** The calls that have ended, in order. */
  public List<Attempt> attempts() {
    return List.copyOf(attempts);
  }

  /** Calls begun. */
  public int count() {
    return begun;
  }

  /** One line per failed call. */
  public List<String> failures() {
    return List.copyOf(failures);
  }

  /** Time spent waiting for providers. */
  public long providerNanos() {
    return providerNanos;
  }

  /** The class of the last failure, null without one. */
  public @Nullable String lastErrorClass() {
    return lastErrorClass;
  }
}
