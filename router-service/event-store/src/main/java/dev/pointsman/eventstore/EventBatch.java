package dev.pointsman.eventstore;

import dev.pointsman.eventlog.Event;
import java.util.List;
import java.util.function.Supplier;

/**
 * Events of one source that are stored together. The numbers from {@code first} to {@code last} are
 * done with it, also those that no event of the batch carries, as that of an event nobody could read.
 *
 * @param source whose numbers these are: the name of a spool, or {@code import:name}
 * @param first the number after the last one that is stored already
 * @param last the number up to which the source is stored after this batch
 * @param events in the order of the source
 */
public record EventBatch(String source, long first, long last, List<Numbered> events) {

  /**
   * An event and its number.
   *
   * @param sequence at least {@code first} and at most {@code last} of its batch
   * @param source reads the event, each time anew: decoded, a large batch would outlive the young
   *     part of the heap, and being copied costs more than being read
   */
  public record Numbered(long sequence, Supplier<? extends Event> source) {

    /** An event that is read already. */
    public Numbered(long sequence, Event event) {
      this(sequence, () -> event);
    }

    /**
     * The event.
     *
     * @throws dev.pointsman.eventlog.EventDecodeException if this program cannot read it
     */
    public Event event() {
      return source.get();
    }
  }

  /** A batch whose numbers fit each other. */
  public EventBatch {
    events = List.copyOf(events);
    if (last < first) {
      throw new IllegalArgumentException(
          "a batch of %s cannot end at %d and begin at %d".formatted(source, last, first));
    }
    for (Numbered event : events) {
      if (event.sequence() < first || event.sequence() > last) {
        throw new IllegalArgumentException(
            "event %d is outside its batch, which goes from %d to %d"
                .formatted(event.sequence(), first, last));
      }
    }
  }
}
