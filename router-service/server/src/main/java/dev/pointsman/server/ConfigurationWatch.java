package dev.pointsman.server;

import dev.pointsman.catalog.CatalogReading;
import dev.pointsman.catalog.CatalogWatcher;
import dev.pointsman.catalog.Diagnostic;
import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.catalog.RestartKeys;
import dev.pointsman.eventlog.ChangeEvent;
import dev.pointsman.eventlog.ConfigEvent;
import dev.pointsman.eventlog.EventLog;
import dev.pointsman.gateway.snapshot.ActiveSnapshot;
import dev.pointsman.routing.IdSource;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a changed configuration into use between two requests, or rejects it with the reason; what
 * happened is logged as a change. Keys that need a restart are named and keep their old value.
 */
final class ConfigurationWatch {

  private static final Logger log = LoggerFactory.getLogger(ConfigurationWatch.class);
  private static final String ACTOR = "file watch";

  private final List<String> files;
  private final ActiveSnapshot snapshots;
  private final EventLog eventLog;
  private final IdSource ids;

  private ConfigurationWatch(
      List<String> files, ActiveSnapshot snapshots, EventLog eventLog, IdSource ids) {
    this.files = files;
    this.snapshots = snapshots;
    this.eventLog = eventLog;
    this.ids = ids;
  }

  static CatalogWatcher start(
      List<String> files, ActiveSnapshot snapshots, EventLog eventLog, IdSource ids) {
    CatalogWatcher watcher =
        new CatalogWatcher(
            Configuration.reader(),
            files,
            new ConfigurationWatch(files, snapshots, eventLog, ids)::take);
    watcher.start(Duration.ofSeconds(1));
    return watcher;
  }

  private void take(CatalogReading reading) {
    FunctionCatalog before = snapshots.current().catalog();
    switch (reading) {
      case CatalogReading.Rejected rejected -> {
        String reasons =
            rejected.diagnostics().stream()
                .map(Diagnostic::toString)
                .collect(Collectors.joining("; "));
        log.warn("changed configuration rejected, the old one stays: {}", reasons);
        change(before.configHash(), null, "rejected: " + reasons);
      }
      case CatalogReading.Loaded loaded -> {
        FunctionCatalog after = loaded.catalog();
        if (after.configHash().equals(before.configHash())) {
          return;
        }
        try {
          eventLog.append(new ConfigEvent(ids.next(), ids.now(), after.configHash(), after.text()));
          snapshots.swap(after);
        } catch (IllegalArgumentException e) {
          log.warn("changed configuration rejected, the old one stays: {}", e.getMessage());
          change(before.configHash(), null, "rejected: " + e.getMessage());
          return;
        }
        List<String> later = RestartKeys.changed(before, after);
        String note = later.isEmpty() ? "" : "; needs a restart to take effect: " + later;
        log.info("configuration {} is in use{}", after.configHash(), note);
        change(before.configHash(), after.configHash(), "swapped in" + note);
      }
    }
  }

  private void change(
      String before, @org.jspecify.annotations.Nullable String after, String reason) {
    eventLog.append(
        new ChangeEvent(
            ids.next(),
            ids.now(),
            ChangeEvent.Kind.CONFIGURATION,
            ACTOR,
            null,
            String.join(", ", files),
            before,
            after,
            reason));
  }
}
