package dev.pointsman.benchmarks.store;

import com.sun.management.OperatingSystemMXBean;
import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.eventstore.EventStore;
import dev.pointsman.routing.IdSource;
import dev.pointsman.trainer.LogWatch;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.SplittableRandom;

/**
 * What the checks of the log cost per decision that matured, and how long their longest look takes,
 * when a month of traffic matures at once. Arguments as of {@link ReportQueryTimes}.
 */
public final class WatchTimes {

  private WatchTimes() {}

  /** Runs it. */
  public static void main(String[] args) throws IOException, SQLException {
    FunctionCatalog catalog = MonthStore.catalog();
    Instant end = MonthOfTraffic.end();
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    try (EventStore store = MonthStore.filled(args);
        LogWatch watch =
            new LogWatch(
                store,
                () -> catalog,
                event -> System.out.println(event),
                () -> store.lastSequence(),
                new IdSource(() -> end, new SplittableRandom(1)::nextLong))) {
      watch.look(MonthOfTraffic.START.plus(Duration.ofDays(2)));
      for (boolean done = false; !done; ) {
        long began = System.nanoTime();
        long cpu = system.getProcessCpuTime();
        done = watch.look(end);
        System.out.printf(
            "%.2f s, %.2f s of CPU%n",
            (System.nanoTime() - began) / 1e9, (system.getProcessCpuTime() - cpu) / 1e9);
      }
    }
  }
}
