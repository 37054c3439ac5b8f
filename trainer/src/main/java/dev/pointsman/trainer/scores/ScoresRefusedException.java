package dev.pointsman.trainer.scores;

/** A file of scores cannot be learnt from; the message says what is wrong where, and how to mend it. */
public final class ScoresRefusedException extends RuntimeException {

  ScoresRefusedException(String message) {
    super(message);
  }
}
