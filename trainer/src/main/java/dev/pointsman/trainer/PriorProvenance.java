package dev.pointsman.trainer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pointsman.control.PriorEvidence;
import org.jspecify.annotations.Nullable;

/** What the provenance of evidence from outside the log says of text. */
public final class PriorProvenance {

  /** The field that tells of a text model. */
  public static final String TEXT = "text";

  /** Its field that names the model, where that decides. */
  public static final String MODEL = "model";

  private static final ObjectMapper JSON = new ObjectMapper();

  private PriorProvenance() {}

  /**
   * The id of the text model that decides with that evidence; null for none.
   *
   * @throws IllegalArgumentException if the provenance is not JSON
   */
  static @Nullable String textModelOf(PriorEvidence evidence) {
    try {
      JsonNode model = JSON.readTree(evidence.provenance()).path(TEXT).path(MODEL);
      return model.isTextual() ? model.asText() : null;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "the provenance of prior evidence of %s in the control store cannot be read: %s"
              .formatted(evidence.functionName(), e.getOriginalMessage()),
          e);
    }
  }
}
