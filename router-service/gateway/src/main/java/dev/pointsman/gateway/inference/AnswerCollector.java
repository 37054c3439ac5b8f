package dev.pointsman.gateway.inference;

import dev.pointsman.eventlog.InferenceEvent.Tokens;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Puts an {@link Answer} together from its events. Used by one thread. */
public final class AnswerCollector {

  private final List<Part> parts = new ArrayList<>();
  private @Nullable FinishReason finish;
  private Tokens tokens = Tokens.UNKNOWN;
  private long characters;

  /** A block that is still growing. */
  private static final class Part {
    final Class<? extends AnswerEvent> kind;
    final int index;
    final StringBuilder name = new StringBuilder();

    /** Of a whole answer the one piece that came, which then is not copied. */
    CharSequence text = "";

    @Nullable String id;
    @Nullable String signature;

    Part(Class<? extends AnswerEvent> kind, int index) {
      this.kind = kind;
      this.index = index;
    }

    void append(String piece) {
      if (text.isEmpty()) {
        text = piece;
      } else {
        StringBuilder all = text instanceof StringBuilder begun ? begun : new StringBuilder(text);
        text = all.append(piece);
      }
    }
  }

  /** Takes the next event. */
  public void add(AnswerEvent event) {
    switch (event) {
      case AnswerEvent.TextDelta delta -> {
        part(AnswerEvent.TextDelta.class, delta.block()).append(delta.text());
        characters += delta.text().length();
      }
      case AnswerEvent.ToolCallDelta delta -> {
        Part part = part(AnswerEvent.ToolCallDelta.class, delta.call());
        part.id = part.id == null ? delta.id() : part.id;
        if (delta.name() != null) {
          part.name.append(delta.name());
        }
        part.append(delta.arguments());
        characters += delta.arguments().length();
      }
      case AnswerEvent.ThoughtDelta delta -> {
        Part part = part(AnswerEvent.ThoughtDelta.class, 0);
        if (delta.text() != null) {
          part.append(delta.text());
          characters += delta.text().length();
        }
        part.signature = delta.signature() == null ? part.signature : delta.signature();
      }
      case AnswerEvent.UsageReported usage -> tokens = usage.tokens();
      case AnswerEvent.Finished finished -> finish = finished.reason();
      case AnswerEvent.Fault fault -> {}
    }
  }

  private Part part(Class<? extends AnswerEvent> kind, int index) {
    for (int i = parts.size() - 1; i >= 0; i--) {
      if (parts.get(i).kind == kind && parts.get(i).index == index) {
        return parts.get(i);
      }
    }
    Part part = new Part(kind, index);
    parts.add(part);
    return part;
  }

  /** What has come so far. */
  public Answer answer() {
    List<Answer.Block> blocks = new ArrayList<>(parts.size());
    for (Part part : parts) {
      String text = part.text.toString();
      if (part.kind == AnswerEvent.TextDelta.class) {
        blocks.add(new Answer.TextBlock(text));
      } else if (part.kind == AnswerEvent.ThoughtDelta.class) {
        blocks.add(new Answer.ThoughtBlock(text, part.signature));
      } else {
        blocks.add(
            new Answer.ToolCallBlock(part.id == null ? "" : part.id, part.name.toString(), text));
      }
    }
    return new Answer(blocks, finish, tokens);
  }

  /** Whether the model said why it stopped. */
  public boolean finished() {
    return finish != null;
  }

  /** A rough count of the tokens that came: four characters are one. */
  public long estimatedTokens() {
    return (characters + 3) / 4;
  }
}
