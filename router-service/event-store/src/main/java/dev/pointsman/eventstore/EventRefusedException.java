package dev.pointsman.eventstore;

/** An event contradicts itself and would spoil every figure it entered; it is not stored. */
public final class EventRefusedException extends RuntimeException {
  EventRefusedException(String message) {
    super(message);
  }
}
