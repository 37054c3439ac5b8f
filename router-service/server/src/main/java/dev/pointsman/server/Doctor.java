package dev.pointsman.server;

import dev.pointsman.catalog.StoreSettings;
import dev.pointsman.eventlog.EventLog;
import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.eventlog.SpoolInspection;
import dev.pointsman.eventstore.Drain;
import dev.pointsman.eventstore.EventStore;
import dev.pointsman.eventstore.FeedbackCount;
import dev.pointsman.eventstore.InferenceFilter;
import dev.pointsman.eventstore.InferencePage;
import dev.pointsman.eventstore.StoreException;
import dev.pointsman.eventstore.StoreInspection;
import dev.pointsman.report.DecisionStory;
import dev.pointsman.report.Reports;
import dev.pointsman.routing.DecisionKind;
import dev.pointsman.routing.IdSource;
import dev.pointsman.routing.PropensityCheck;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a data directory and what is in it, and says what is wrong and what to do. It changes
 * nothing, but that opening the store of a stopped service migrates it as a start would; and it never
 * prints a text of users.
 */
final class Doctor {

  private static final long SCARCE_BYTES = 2_000_000_000;
  private static final long TOO_FEW_BYTES = 256_000_000;
  private static final long FAR_BEHIND = 100_000;
  private static final int SAMPLE = 200;
  private static final int SAMPLE_AGAIN = 50;
  private static final Duration LATELY = Duration.ofDays(7);
  private static final Duration UNDER_WAY = Duration.ofMinutes(10);
  private static final Duration STALE = Duration.ofMinutes(10);
  private static final Duration SKEW = Duration.ofMinutes(1);

  private final DataDirectory directory;
  private final InstantSource clock;
  private final List<Finding> findings = new ArrayList<>();

  private Doctor(DataDirectory directory, InstantSource clock) {
    this.directory = directory;
    this.clock = clock;
  }

  /** Looks at the directory of a service that does not run. */
  static List<Finding> ofStopped(
      DataDirectory directory, StoreSettings settings, InstantSource clock) {
    Doctor doctor = new Doctor(directory, clock);
    doctor.directory();
    if (!Files.isDirectory(directory.path())) {
      return doctor.findings;
    }
    doctor.staleServiceFile();
    System.setProperty("java.io.tmpdir", directory.temporary().toString());
    try (EventStore store = OpenedStore.ofStopped(settings, directory.path())) {
      doctor.spool(store, null);
      doctor.contents(store, null);
    } catch (CommandFailure e) {
      doctor.add(Finding.problem("store", String.valueOf(e.getMessage()), ""));
      doctor.spool(null, null);
    } catch (StoreException e) {
      doctor.add(
          Finding.problem(
              "store",
              String.valueOf(e.getMessage()),
              settings.isEmbedded()
                  ? "stop the process that has it open; else restore the file, or move it away and"
                      + " let the next start make a new one"
                  : "start the ClickHouse server, or mend store.events; until then the spool keeps"
                      + " what comes"));
      doctor.spool(null, null);
    }
    doctor.deadLetters();
    return doctor.findings;
  }

  /**
   * Looks at a service from inside.
   *
   * @param reports derives decisions again
   */
  static List<Finding> ofRunning(
      DataDirectory directory,
      EventLog log,
      EventStore store,
      Drain drain,
      Reports reports,
      InstantSource clock) {
    Doctor doctor = new Doctor(directory, clock);
    doctor.directory();
    doctor.log(log.health());
    doctor.spool(store, drain.lag());
    doctor.contents(store, reports);
    doctor.deadLetters();
    return doctor.findings;
  }

  private void add(Finding finding) {
    findings.add(finding);
  }

  private void directory() {
    Path path = directory.path();
    if (!Files.isDirectory(path)) {
      add(
          Finding.problem(
              "data directory",
              "there is no directory %s".formatted(path),
              "name it with --data, or start the service once"));
      return;
    }
    try {
      Files.delete(Files.createTempFile(path, "doctor-", ".probe"));
    } catch (IOException e) {
      add(
          Finding.problem(
              "data directory",
              "%s cannot be written: %s".formatted(path, e.getMessage()),
              "give it to the user that the service runs as, or free space"));
      return;
    }
    try {
      FileStore disk = Files.getFileStore(path);
      long free = disk.getUsableSpace();
      String found = "%s is writable, %d MB free".formatted(path, free / 1_000_000);
      if (free < TOO_FEW_BYTES) {
        add(
            Finding.problem(
                "data directory",
                found,
                "free space now: requests are refused when the spool cannot be written"));
      } else if (free < SCARCE_BYTES) {
        add(Finding.warning("data directory", found, "free space, or set store.retention_days"));
      } else {
        add(Finding.ok("data directory", found));
      }
    } catch (IOException e) {
      add(
          Finding.warning(
              "data directory",
              "free space of %s cannot be told: %s".formatted(path, e.getMessage()),
              "look at the disk"));
    }
  }

  private void staleServiceFile() {
    Path file = directory.path().resolve("service.json");
    if (Files.exists(file)) {
      add(
          Finding.warning(
              "lock",
              "service.json names a service that does not run: it was killed, or crashed",
              "nothing: what it had acknowledged is in the spool, and the next start takes it up"));
    } else {
      add(Finding.ok("lock", "no service runs here"));
    }
  }

  private void log(EventLog.Health health) {
    String found =
        "the log is %s; %d of %d MB used"
            .formatted(
                health.state().name().toLowerCase(java.util.Locale.ROOT),
                health.storedBytes() / 1_000_000,
                health.maxBytes() / 1_000_000);
    switch (health.state()) {
      case OPEN -> add(Finding.ok("log", found));
      case FULL ->
          add(
              Finding.problem(
                  "log",
                  found,
                  "mend the event store so that it drains, or raise store.spool_max_bytes"));
      case FAILING, CLOSED ->
          add(Finding.problem("log", found, "look at the disk: the last write failed"));
    }
    if (health.lostRecords() > 0) {
      add(
          Finding.problem(
              "log",
              "%d events could not be read from the spool".formatted(health.lostRecords()),
              "the disk lost them; look at its health"));
    }
  }

  private void spool(@Nullable EventStore store, Drain.@Nullable Lag lag) {
    long mark = store == null ? 0 : store.lastSequence();
    SpoolInspection spool;
    try {
      spool = SpoolInspection.of(directory.spool(), mark, event -> {});
    } catch (IOException e) {
      add(
          Finding.problem(
              "spool",
              "it cannot be read: %s".formatted(e.getMessage()),
              "make %s readable".formatted(directory.spool())));
      return;
    }
    String found =
        "%d files, %d records, every checksum computed"
            .formatted(spool.segments(), spool.records());
    if (!spool.damages().isEmpty()) {
      add(
          Finding.problem(
              "spool",
              spool.damages().stream()
                  .map(
                      damage ->
                          "%s: %d records from number %d on are damaged"
                              .formatted(
                                  damage.file().getFileName(), damage.count(), damage.firstSeq()))
                  .collect(Collectors.joining("; ")),
              "the disk changed what was written: look at its health. The other records are"
                  + " drained all the same"));
    } else if (spool.unreadable() > 0) {
      add(
          Finding.problem(
              "spool",
              "%d records are of a version that this program does not know"
                  .formatted(spool.unreadable()),
              "start the version that wrote them, or a later one"));
    } else if (spool.tornBytes() > 0 && lag == null) {
      add(
          Finding.warning(
              "spool",
              found + "; %d bytes of an unfinished record at its end".formatted(spool.tornBytes()),
              "nothing: a crash in mid-write leaves that, nobody was told it was done, and the next"
                  + " start cuts it off"));
    } else {
      add(Finding.ok("spool", found));
    }
    if (store != null) {
      marks(spool, mark, lag);
    }
  }

  private void marks(SpoolInspection spool, long mark, Drain.@Nullable Lag lag) {
    boolean any = spool.records() > 0;
    long begins =
        spool.damages().stream()
            .mapToLong(SpoolInspection.Damage::firstSeq)
            .reduce(spool.firstSeq(), Math::min);
    if (any && begins > mark + 1) {
      add(
          Finding.problem(
              "drain",
              "the store ends at event %d and the spool begins at %d: what was between is gone"
                  .formatted(mark, begins),
              "the store is older than the spool: restore the newer store, or accept the gap"));
      return;
    }
    if (any && spool.lastSeq() < mark) {
      add(
          Finding.warning(
              "drain",
              "the store ends at event %d, the spool at %d".formatted(mark, spool.lastSeq()),
              "the spool was replaced, or lost its end with the power (store.durability); numbers"
                  + " go on behind the store's"));
      return;
    }
    long behind = any ? spool.lastSeq() - mark : 0;
    if (lag != null && lag.lastError() != null) {
      add(
          Finding.problem(
              "drain",
              "%d events wait, the store takes nothing: %s".formatted(behind, lag.lastError()),
              "mend the store; it is asked again by itself"));
    } else if (behind > FAR_BEHIND) {
      add(
          Finding.warning(
              "drain",
              "%d events wait in the spool for the store".formatted(behind),
              lag == null
                  ? "nothing: the next start stores them"
                  : "the store is slower than the traffic: give it more of the machine"));
    } else {
      add(Finding.ok("drain", "%d events wait in the spool".formatted(behind)));
    }
  }

  private void contents(EventStore store, @Nullable Reports reports) {
    StoreInspection inspection = store.inspection();
    List<StoreInspection.Source> sources = inspection.sources();
    StoreInspection.Newest newest = inspection.newest();
    add(
        Finding.ok(
            "store",
            "it opens; schema version %s; %d sources (%s)"
                .formatted(
                    inspection.schemaVersion(),
                    sources.size(),
                    sources.stream()
                        .map(source -> source.source() + " up to " + source.sequence())
                        .collect(Collectors.joining(", ")))));
    Instant now = clock.instant();
    clock(newest, now);
    decisions(store, reports, now);
    feedback(store, now);
    statistics(inspection, newest, now);
  }

  private void clock(StoreInspection.Newest newest, Instant now) {
    Instant latest =
        Stream.of(
                Optional.ofNullable(newest.inferenceAt()), Optional.ofNullable(newest.feedbackAt()))
            .flatMap(Optional::stream)
            .max(Instant::compareTo)
            .orElse(null);
    if (latest == null) {
      add(Finding.ok("clock", "no rows yet"));
    } else if (latest.isAfter(now.plus(SKEW))) {
      add(
          Finding.problem(
              "clock",
              "the newest row is from %s, which is still to come (now %s)".formatted(latest, now),
              "set this machine's clock, or that of the machine that wrote it: times decide what is"
                  + " matured and the order of rows"));
    } else {
      add(Finding.ok("clock", "the newest row is from %s".formatted(latest)));
    }
  }

  /** Checks 1 and 2 on the newest decisions. */
  private void decisions(EventStore store, @Nullable Reports reports, Instant now) {
    List<InferenceEvent> sample =
        store
            .inferences()
            .rows(
                store
                    .inferences()
                    .keys(
                        new InferencePage(
                            InferenceFilter.ALL,
                            null,
                            List.of(),
                            InferencePage.Skipping.NONE,
                            SAMPLE)))
            .stream()
            .filter(row -> row.decision().kind() == DecisionKind.DECISION)
            .toList();
    List<String> wrong = new ArrayList<>();
    List<String> skewed = new ArrayList<>();
    for (InferenceEvent row : sample) {
      List<String> discrepancies =
          PropensityCheck.check(row.decision(), row.quantities().baselineVariant());
      if (!discrepancies.isEmpty()) {
        wrong.add("%s: %s".formatted(row.id(), discrepancies.getFirst()));
      }
      if (Duration.between(IdSource.timeOf(row.id()), row.at()).abs().compareTo(SKEW) > 0) {
        skewed.add(row.id().toString());
      }
    }
    add(
        wrong.isEmpty()
            ? Finding.ok(
                "decisions",
                "the propensities of the newest %d follow from their rows".formatted(sample.size()))
            : Finding.problem(
                "decisions",
                "%d of the newest %d contradict themselves, first %s"
                    .formatted(wrong.size(), sample.size(), wrong.getFirst()),
                "trust no estimate over them; report it with the row (GET /api/inferences/{id})"));
    if (!skewed.isEmpty()) {
      add(
          Finding.warning(
              "ids",
              "%d ids and times are more than a minute apart, first %s"
                  .formatted(skewed.size(), skewed.getFirst()),
              "the clock jumped while they were made"));
    }
    if (reports != null) {
      again(reports, sample);
    }
  }

  private void again(Reports reports, List<InferenceEvent> sample) {
    int equal = 0;
    int unknown = 0;
    List<String> different = new ArrayList<>();
    for (InferenceEvent row : sample.subList(0, Math.min(SAMPLE_AGAIN, sample.size()))) {
      DecisionStory.Rederived rederived =
          reports.story(row.id()).map(DecisionStory::rederived).orElse(null);
      if (rederived == null) {
        unknown++;
      } else if (rederived.equal()) {
        equal++;
      } else {
        different.add(row.id().toString());
      }
    }
    String found =
        "%d derived again from their revisions alike, %d of an earlier configuration"
            .formatted(equal, unknown);
    add(
        different.isEmpty()
            ? Finding.ok("derivation", found)
            : Finding.problem(
                "derivation",
                "%s, %d differently, first %s"
                    .formatted(found, different.size(), different.getFirst()),
                "trust no estimate over them; report it with the row (GET /api/inferences/{id})"));
  }

  private void feedback(EventStore store, Instant now) {
    Instant from = now.minus(LATELY);
    Instant to = now.minus(UNDER_WAY);
    List<FeedbackCount> orphans = store.functions().orphanFeedback(from, to);
    add(
        orphans.isEmpty()
            ? Finding.ok("feedback", "all of the last 7 days is about something in the store")
            : Finding.warning(
                "feedback",
                "about nothing in the store, in 7 days: " + listed(orphans),
                "look at the ids that the application sends, and at whether the metric's level is"
                    + " the right one"));
    List<FeedbackCount> rejected = store.functions().rejectedFeedback(from, now);
    if (!rejected.isEmpty()) {
      add(
          Finding.warning(
              "rejected feedback",
              "in 7 days: " + listed(rejected),
              "mend what sends it; rejected values count for nothing"));
    }
  }

  private static String listed(List<FeedbackCount> counts) {
    return counts.stream()
        .limit(5)
        .map(
            count ->
                "%d of %s (%s)".formatted(count.feedbacks(), count.metricName(), count.reason()))
        .collect(Collectors.joining(", "));
  }

  private void statistics(StoreInspection inspection, StoreInspection.Newest newest, Instant now) {
    Instant latest = newest.inferenceAt();
    List<String> stale =
        inspection.statistics().stream()
            .filter(mark -> latest != null && mark.asOf().isBefore(latest.minus(STALE)))
            .map(mark -> "%s (%s)".formatted(mark.functionName(), mark.metric()))
            .toList();
    add(
        stale.isEmpty()
            ? Finding.ok("statistics", "they are as fresh as the newest rows")
            : Finding.warning(
                "statistics",
                "older than the newest rows by more than %d minutes: %s"
                    .formatted(STALE.toMinutes(), String.join(", ", stale)),
                "functions that are no longer configured stay so; else look in the service's log"
                    + " for the trainer"));
  }

  private void deadLetters() {
    Path letters = directory.path().resolve("dead-letter");
    long count = 0;
    if (Files.isDirectory(letters)) {
      try (Stream<Path> files = Files.walk(letters, 2)) {
        count = files.filter(file -> file.toString().endsWith(".event")).count();
      } catch (IOException e) {
        add(
            Finding.warning(
                "dead letters",
                "%s cannot be read: %s".formatted(letters, e.getMessage()),
                "make it readable"));
        return;
      }
    }
    add(
        count == 0
            ? Finding.ok("dead letters", "none")
            : Finding.warning(
                "dead letters",
                "%d events could not be stored".formatted(count),
                "read the .reason.txt beside each in %s; they may hold texts of users"
                    .formatted(letters)));
  }
}
