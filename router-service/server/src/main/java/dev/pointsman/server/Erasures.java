package dev.pointsman.server;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.control.AuditEntry;
import dev.pointsman.control.ControlStore;
import dev.pointsman.eventlog.EventLog;
import dev.pointsman.eventstore.Drain;
import dev.pointsman.eventstore.Erasure;
import dev.pointsman.eventstore.EventStore;
import dev.pointsman.routing.IdSource;
import java.time.temporal.ChronoUnit;

/** Erasures of an installation, which also leave their trace among what people did. */
final class Erasures {

  private final Erasure erasure;
  private final ControlStore control;
  private final IdSource ids;

  Erasures(EventStore store, EventLog log, Drain drain, ControlStore control, IdSource ids) {
    this.erasure = new Erasure(store, log, drain, control.salt(), ids);
    this.control = control;
    this.ids = ids;
  }

  Erasure.Outcome preview(Erasure.Tag tag) {
    return erasure.preview(tag);
  }

  Erasure.Outcome erase(Erasure.Tag tag, String actor, String reason) {
    Erasure.Outcome outcome = erasure.erase(tag, actor, reason);
    control.audit(
        new AuditEntry(
            ids.next(),
            ids.now().truncatedTo(ChronoUnit.MICROS),
            actor,
            "erasure",
            "tag " + tag.key(),
            null,
            outcome.valueHash(),
            reason));
    return outcome;
  }

  static ObjectNode json(Erasure.Outcome outcome, boolean dryRun) {
    ObjectNode node = new ObjectMapper().createObjectNode().put("dry_run", dryRun);
    ObjectNode rows = node.putObject("rows");
    outcome.rows().forEach(rows::put);
    return node.put("dead_letters", outcome.deadLetters())
        .put("unread_dead_letters", outcome.unreadDeadLetters())
        .put("spool_bytes", outcome.spoolBytes())
        .put("value_hash", outcome.valueHash());
  }
}
