package dev.pointsman.eventlog;

import org.jspecify.annotations.Nullable;

/** The kinds of event as they are stored: a word in its bytes, a byte in the spool's record. */
enum EventKind {
  INFERENCE(1, "inference"),
  FEEDBACK(2, "feedback"),
  REVISION(3, "policy_revision"),
  CHANGE(4, "change_event"),
  CONFIG(5, "config_snapshot"),
  TEXT_MODEL(6, "text_model");

  private static final EventKind[] ALL = values();

  final byte code;
  final String label;

  EventKind(int code, String label) {
    this.code = (byte) code;
    this.label = label;
  }

  static EventKind of(Event event) {
    return switch (event) {
      case InferenceEvent e -> INFERENCE;
      case FeedbackEvent e -> FEEDBACK;
      case RevisionEvent e -> REVISION;
      case ChangeEvent e -> CHANGE;
      case ConfigEvent e -> CONFIG;
      case TextModelEvent e -> TEXT_MODEL;
    };
  }

  static @Nullable EventKind ofLabel(String label) {
    for (EventKind kind : ALL) {
      if (kind.label.equals(label)) {
        return kind;
      }
    }
    return null;
  }
}
