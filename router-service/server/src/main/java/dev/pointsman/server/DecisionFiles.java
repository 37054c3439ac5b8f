package dev.pointsman.server;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.eventstore.BanditFormat;
import dev.pointsman.eventstore.DecisionExport;
import dev.pointsman.eventstore.EventStore;
import dev.pointsman.eventstore.RewardRule;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.function.LongConsumer;

/** All matured decisions of a function in a file, and what is said about them. */
final class DecisionFiles {

  /** Holds what was written and left out, as JSON in ASCII. */
  static final String SUMMARY_HEADER = "x-pointsman-export-summary";

  private DecisionFiles() {}

  static DecisionExport.Summary write(
      EventStore store,
      RewardRule rule,
      String stratum,
      BanditFormat format,
      Instant now,
      Path file,
      LongConsumer progress)
      throws IOException {
    try (OutputStream out = Files.newOutputStream(file)) {
      return new DecisionExport(store.functions(), store.dataDirectory().resolve("tmp"))
          .write(
              new DecisionExport.Selection(rule, stratum, Instant.EPOCH, now, now),
              format,
              out,
              progress);
    }
  }

  static ObjectNode json(DecisionExport.Summary summary) {
    ObjectMapper mapper = new ObjectMapper();
    mapper
        .getFactory()
        .enable(com.fasterxml.jackson.core.json.JsonWriteFeature.ESCAPE_NON_ASCII.mappedFeature());
    ObjectNode node = mapper.createObjectNode().put("rounds", summary.rounds());
    node.set("actions", mapper.valueToTree(summary.actions()));
    node.set("left_out", mapper.valueToTree(summary.leftOut()));
    return node;
  }
}
