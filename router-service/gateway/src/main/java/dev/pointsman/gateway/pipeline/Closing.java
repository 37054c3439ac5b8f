package dev.pointsman.gateway.pipeline;

import dev.pointsman.gateway.sink.CallerLeftException;

/** The last step of an answer, taken when its line is in the log. */
@FunctionalInterface
interface Closing {

  /** Nothing is left to send: the caller has gone. */
  Closing NOTHING = logged -> {};

  /**
   * Sends what is left.
   *
   * @param logged false if the log refused the line
   */
  void send(boolean logged) throws InterruptedException, CallerLeftException;
}
