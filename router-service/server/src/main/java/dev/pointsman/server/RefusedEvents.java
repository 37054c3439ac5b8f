package dev.pointsman.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.eventstore.DeadLetter;
import dev.pointsman.eventstore.EventTable;
import dev.pointsman.eventstore.LetterRetry;
import java.util.List;

/** Dead letters as the service and its commands tell each other. */
final class RefusedEvents {

  private RefusedEvents() {}

  /** {@code letters}: each with {@code sequence}, {@code table} or null, {@code reason}. */
  static ObjectNode json(List<DeadLetter> refused) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    ArrayNode letters = node.putArray("letters");
    for (DeadLetter letter : refused) {
      EventTable table = letter.table();
      letters
          .addObject()
          .put("sequence", letter.sequence())
          .put("table", table == null ? null : table.tableName())
          .put("reason", letter.reason());
    }
    return node;
  }

  /** {@code stored}: how many are in the store now; {@code letters}: those refused again. */
  static ObjectNode json(LetterRetry retry) {
    return json(retry.refused()).put("stored", retry.stored());
  }
}
