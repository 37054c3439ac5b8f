package dev.pointsman.replay;

import dev.pointsman.eventlog.Event;
import dev.pointsman.eventstore.EvidenceRow;
import java.time.Instant;
import java.util.List;

/** A log, and what a run learns from it: in memory, or those of a store. */
public interface Evidence {

  /** Takes the next event. */
  void accept(Event event);

  /** What follows from all events so far, as of a moment. */
  List<EvidenceRow> rows(Instant asOf);
}
