package dev.pointsman.benchmarks.store;

import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.control.ControlStore;
import dev.pointsman.eventstore.EventStore;
import dev.pointsman.routing.IdSource;
import dev.pointsman.routing.PolicyRevision;
import dev.pointsman.trainer.PolicyTrainer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;

/**
 * How long a trainer that starts anew takes over a month of traffic until every function has its
 * first revision, statistics included, and what a later round with nothing new costs; with the most
 * heap that was in use.
 *
 * <p>Arguments as of {@link ReportQueryTimes}. On a directory that was measured before, the store's
 * statistics are there already and only the trainer starts anew.
 */
public final class TrainerTimes {

  private TrainerTimes() {}

  /** Runs it. */
  public static void main(String[] args) throws IOException, SQLException {
    Instant end = MonthOfTraffic.end();
    String gate = "promotion = { mode = \"manual\" }\n";
    AtomicReference<FunctionCatalog> catalog = new AtomicReference<>(MonthStore.catalog(gate));
    List<PolicyRevision> revisions = new ArrayList<>();
    try (EventStore store = MonthStore.filled(args);
        ControlStore control =
            ControlStore.open(
                ControlStore.EMBEDDED, Files.createTempDirectory("trainer-times"), () -> end);
        PolicyTrainer trainer =
            new PolicyTrainer(
                new PolicyTrainer.Surroundings(
                    store,
                    (function, generation) -> Optional.empty(),
                    event -> {},
                    control,
                    catalog::get,
                    active -> revisions.add(active.serving().revision()),
                    new IdSource(() -> end, new SplittableRandom(1)::nextLong),
                    "benchmark",
                    text -> {}))) {
      round("first revisions of all functions", trainer, end);
      round("a minute later, nothing new", trainer, end.plus(Duration.ofMinutes(1)));
      catalog.set(MonthStore.catalog("half_life = \"7d\"\n" + gate));
      round("challengers of all functions begin", trainer, end.plus(Duration.ofMinutes(2)));
      round("with challengers, nothing new", trainer, end.plus(Duration.ofMinutes(3)));
      System.out.printf(
          "%d revisions from %,.0f discounted feedbacks, %d errors%n",
          revisions.size(),
          revisions.stream().mapToDouble(r -> r.statistics().feedbackCount()).sum(),
          trainer.counts().errors());
    }
  }

  private static void round(String what, PolicyTrainer trainer, Instant now) {
    ManagementFactory.getMemoryPoolMXBeans().forEach(pool -> pool.resetPeakUsage());
    long start = System.nanoTime();
    trainer.tick(now);
    long peak =
        ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP)
            .mapToLong(pool -> pool.getPeakUsage().getUsed())
            .sum();
    System.out.printf(
        "%s: %.1f s, at most %,d MB of heap%n",
        what, (System.nanoTime() - start) / 1e9, peak >> 20);
  }
}
