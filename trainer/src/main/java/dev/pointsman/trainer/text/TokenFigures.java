package dev.pointsman.trainer.text;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/**
 * How far the output tokens foreseen of one variant lay from those that came later.
 *
 * @param variant the variant
 * @param rows predictions judged; each was made from earlier decisions only
 * @param segments the root of the mean squared error by the segment's mean alone, in tokens
 * @param text the same by that mean times what the text says
 * @param serves whether the text's word is used: its squared error is smaller by more than chance
 *     would have it once in twenty times
 */
public record TokenFigures(String variant, int rows, double segments, double text, boolean serves) {

  /** Writes them as an object, without errors where nothing was judged. */
  public void writeTo(JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeStringField("variant", variant);
    json.writeNumberField("rows", rows);
    if (rows > 0) {
      json.writeNumberField("error_by_segments", segments);
      json.writeNumberField("error_by_text", text);
    }
    json.writeBooleanField("serves", serves);
    json.writeEndObject();
  }
}
