package dev.pointsman.catalog;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Looks after the configuration's files and hands on what they say when it changed: the TOML files
 * and every schema and template they name, also those that are missing so far.
 *
 * <p>Files are looked at by time and size, since that sees what a mounted volume or a replaced
 * symbolic link changes, where notifications do not. A change is read once the files stayed as they
 * are for one interval, so that an editor's half-written file is not reported.
 */
public final class CatalogWatcher implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(CatalogWatcher.class.getName());

  private final CatalogReader reader;
  private final List<String> filesOrGlobs;
  private final Consumer<CatalogReading> consumer;
  private @Nullable ScheduledExecutorService executor;

  private @Nullable SortedMap<String, String> known;
  private Map<String, String> readStamps = Map.of();
  private Map<String, String> seenStamps = Map.of();

  /**
   * A watcher that does nothing yet. What the files say now is handed on by the first check.
   *
   * @param consumer takes each reading that differs from the one before; called by one thread at a
   *     time
   */
  public CatalogWatcher(
      CatalogReader reader, List<String> filesOrGlobs, Consumer<CatalogReading> consumer) {
    this.reader = reader;
    this.filesOrGlobs = List.copyOf(filesOrGlobs);
    this.consumer = consumer;
  }

  /** Looks at the files every so often on a thread of its own, until {@link #close}. */
  public synchronized void start(Duration interval) {
    if (executor != null) {
      throw new IllegalStateException("the watcher was started already");
    }
    executor =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("pointsman-configuration").factory());
    var unused =
        executor.scheduleWithFixedDelay(
            this::tickAndSurvive, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void tickAndSurvive() {
    try {
      tick();
    } catch (RuntimeException e) {
      // A scheduled task that throws once is never run again.
      LOG.log(System.Logger.Level.ERROR, "the configuration could not be taken up", e);
    }
  }

  /**
   * One look at the files: reads them when they changed since they were read, and did not change
   * since the last look.
   */
  synchronized void tick() {
    Map<String, String> stamps = stamps();
    boolean settled = stamps.equals(seenStamps);
    seenStamps = stamps;
    if (settled && !stamps.equals(readStamps)) {
      checkNow();
    }
  }

  /** Reads the files at once, and hands the reading on if their content changed. */
  public synchronized CatalogReading checkNow() {
    Map<String, String> before = stamps();
    CatalogReader.Outcome outcome = reader.outcome(filesOrGlobs);
    boolean changed = !outcome.content().equals(known);
    known = outcome.content();
    // Files named for the first time are stamped now; a file that changed while it was read keeps
    // its older stamp and is read again.
    Map<String, String> stamps = stamps();
    stamps.putAll(before);
    readStamps = stamps;
    if (changed) {
      consumer.accept(outcome.reading());
    }
    return outcome.reading();
  }

  private Map<String, String> stamps() {
    Map<String, String> stamps = new TreeMap<>();
    for (String pattern : filesOrGlobs) {
      try {
        CatalogReader.matching(pattern).forEach(path -> stamps.put(path.toString(), stamp(path)));
      } catch (IOException | IllegalArgumentException e) {
        stamps.put(pattern, String.valueOf(e.getMessage()));
      }
    }
    if (known != null) {
      known.keySet().forEach(file -> stamps.put(file, stamp(Path.of(file))));
    }
    return stamps;
  }

  private static String stamp(Path path) {
    try {
      BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
      return attributes.lastModifiedTime() + " " + attributes.size();
    } catch (IOException _) {
      return "missing";
    }
  }

  /** Stops looking; a check that runs is finished first. */
  @Override
  public synchronized void close() {
    if (executor != null) {
      executor.shutdown();
      executor = null;
    }
  }
}
