package dev.pointsman.eventstore;

import java.util.Locale;

/** The tables that hold events; their columns are a contract. */
public enum EventTable {
  /** One row per admitted inference. */
  INFERENCE,
  /** Its text, where a function logs text. */
  INFERENCE_PAYLOAD,
  /** One row per provider call. */
  ATTEMPT,
  /** What was sent and came back, secrets masked. */
  ATTEMPT_PAYLOAD,
  /** One row per value of a metric. */
  FEEDBACK,
  /** One row per published revision. */
  POLICY_REVISION,
  /** What changed that explains later figures. */
  CHANGE_EVENT,
  /** One row per configuration seen. */
  CONFIG_SNAPSHOT;

  /** The name, for example {@code inference_payload}. */
  public String tableName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The table of that name.
   *
   * @throws IllegalArgumentException if there is none; the message lists them
   */
  public static EventTable ofName(String name) {
    StringBuilder known = new StringBuilder();
    for (EventTable table : values()) {
      if (table.tableName().equals(name)) {
        return table;
      }
      known.append(known.isEmpty() ? "" : ", ").append(table.tableName());
    }
    throw new IllegalArgumentException("there is no table '" + name + "'; tables are " + known);
  }
}
