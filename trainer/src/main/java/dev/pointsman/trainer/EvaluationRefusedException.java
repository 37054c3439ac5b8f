package dev.pointsman.trainer;

/** A challenger cannot be judged as it was asked for; the message says why and what to do. */
public final class EvaluationRefusedException extends RuntimeException {

  EvaluationRefusedException(String message) {
    super(message);
  }
}
