package dev.pointsman.replay;

import dev.pointsman.eventlog.Event;
import dev.pointsman.eventstore.StatisticsRow;
import java.time.Instant;
import java.util.List;

/** A log, and the statistics of it that a run learns from: in memory, or those of a store. */
public interface Evidence {

  /** Takes the next event. */
  void accept(Event event);

  /** The statistics of all events so far, as of a moment. */
  List<StatisticsRow> rows(Instant asOf);
}
