package dev.pointsman.trainer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.pointsman.routing.features.NeighbourQuality;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How the text of conversations stands in the decisions of one function: whether it is used, and
 * what the judgement so far is. Kept in the provenance of each revision, and read back from there.
 *
 * @param used whether decisions go by text
 * @param model the id of the latest model, null before the first
 * @param feedbacks rewarded decisions of the function when it was fitted
 * @param fittedAt its log cut, null before the first
 * @param judgement of deciding by text, compared with deciding by segments or by the model learnt from
 *     scores, while that decides
 * @param judgedUntil decisions before this moment were judged or passed over
 * @param switchedAt when decisions began or ceased to go by text; null = never did
 * @param earlier models before the latest that decisions which have not matured are judged by, oldest
 *     first
 * @param scores which model learnt from scores decides while {@code used} is false
 */
record TextStanding(
    boolean used,
    @Nullable String model,
    long feedbacks,
    @Nullable Instant fittedAt,
    TextJudgement judgement,
    Instant judgedUntil,
    @Nullable Instant switchedAt,
    List<Earlier> earlier,
    FromScores scores) {

  /**
   * A model before the latest one.
   *
   * @param cut its log cut
   */
  record Earlier(String model, Instant cut) {}

  /**
   * Models learnt from scores.
   *
   * @param prior the id of the one that decides, and that others are compared with instead of with
   *     segments alone; null = none does
   * @param retired the id of one that decides no more: one from the log proved better, or a change of
   *     quality was found; null = there was none
   */
  record FromScores(@Nullable String prior, @Nullable String retired) {

    static final FromScores NONE = new FromScores(null, null);

    /** None decides any more. */
    FromScores retire() {
      return prior == null ? this : new FromScores(null, prior);
    }
  }

  TextStanding {
    earlier = List.copyOf(earlier);
  }

  /** Before anything. */
  static final TextStanding NONE =
      new TextStanding(
          false,
          null,
          0,
          null,
          TextJudgement.NONE,
          Instant.EPOCH,
          null,
          List.of(),
          FromScores.NONE);

  private static final String EARLIER_MODEL = "earlier_model";
  private static final String EARLIER_CUT = "earlier_fitted_at";
  private static final JsonFactory JSON = new JsonFactory();

  TextStanding fitted(String id, long feedbacksThen, Instant cut) {
    return new TextStanding(
        used, id, feedbacksThen, cut, judgement, judgedUntil, switchedAt, earlier, scores);
  }

  /** The same with other models that go on judging beside the latest. */
  TextStanding besides(List<Earlier> others) {
    return new TextStanding(
        used, model, feedbacks, fittedAt, judgement, judgedUntil, switchedAt, others, scores);
  }

  TextStanding judgedTo(Instant until, TextJudgement now) {
    return new TextStanding(
        used, model, feedbacks, fittedAt, now, until, switchedAt, earlier, scores);
  }

  /** A model learnt from scores decides no more. */
  TextStanding switched(boolean nowUsed, Instant at) {
    return new TextStanding(
        nowUsed,
        model,
        feedbacks,
        fittedAt,
        judgement.next(),
        judgedUntil,
        at,
        earlier,
        scores.retire());
  }

  /**
   * With another model learnt from scores, or with none any more. What was judged so far was compared
   * with something else, so a new stretch begins; where one from the log decides, the new one does
   * not.
   *
   * @param id null for none
   */
  TextStanding withPrior(@Nullable String id) {
    String retired = scores.retired();
    FromScores next =
        id == null || (!used && !id.equals(retired))
            ? new FromScores(id, retired)
            : new FromScores(null, id);
    TextJudgement then =
        Objects.equals(next.prior(), scores.prior()) ? judgement : judgement.anew();
    return new TextStanding(
        used, model, feedbacks, fittedAt, then, judgedUntil, switchedAt, earlier, next);
  }

  /** Before the first model of another kind: nothing that was judged holds for it. */
  TextStanding begunAnew() {
    return new TextStanding(
        false, null, 0, null, judgement.anew(), judgedUntil, switchedAt, List.of(), scores);
  }

  /** The id of the model learnt from scores that decides; null where none does. */
  @Nullable String prior() {
    return scores.prior();
  }

  /** The id of the model that decides; null where segments alone do. */
  @Nullable String inUse() {
    return used ? model : prior();
  }

  /** Whether the latest model is of neighbours. */
  boolean ofNeighbours() {
    return model != null && model.startsWith(NeighbourQuality.ID_PREFIX);
  }

  /** {@code text}, {@code scores} (a text model learnt from these) or {@code segments}. */
  String rung() {
    return used ? "text" : prior() == null ? "segments" : "scores";
  }

  /** Writes the fields of an object that was begun. */
  void writeTo(JsonGenerator json) throws IOException {
    json.writeStringField("rung", rung());
    write(json, "prior_model", scores.prior());
    write(json, "prior_retired", scores.retired());
    write(json, "model", model);
    json.writeNumberField("feedbacks_then", feedbacks);
    write(json, "fitted_at", fittedAt);
    json.writeStringField("judged_until", judgedUntil.toString());
    write(json, "switched_at", switchedAt);
    if (!earlier.isEmpty()) {
      json.writeArrayFieldStart("earlier");
      for (Earlier other : earlier) {
        json.writeStartObject();
        json.writeStringField(EARLIER_MODEL, other.model());
        json.writeStringField(EARLIER_CUT, other.cut().toString());
        json.writeEndObject();
      }
      json.writeEndArray();
    }
    judgement.writeTo(json);
  }

  private static void write(JsonGenerator json, String name, @Nullable Object value)
      throws IOException {
    if (value != null) {
      json.writeStringField(name, value.toString());
    }
  }

  /**
   * The standing in a stored provenance; {@link #NONE} where it has none.
   *
   * @throws IllegalArgumentException if the text is not such a provenance
   */
  static TextStanding ofProvenance(String provenance) {
    Map<String, String> fields = new HashMap<>();
    List<Earlier> earlier = new ArrayList<>();
    try (JsonParser json = JSON.createParser(provenance)) {
      int depth = 0;
      boolean within = false;
      for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
        if (token.isStructStart()) {
          depth++;
          within |= depth == 2 && "text".equals(json.currentName());
        } else if (token.isStructEnd()) {
          depth--;
          within &= depth >= 2;
        } else if (within && token.isScalarValue()) {
          fields.put(json.currentName(), json.getText());
          if (json.currentName().equals(EARLIER_CUT)) {
            earlier.add(
                new Earlier(fields.getOrDefault(EARLIER_MODEL, ""), Instant.parse(json.getText())));
          }
        }
      }
      return fields.isEmpty() ? NONE : of(fields, earlier);
    } catch (IOException | RuntimeException e) {
      throw new IllegalArgumentException(
          "the stored provenance of a revision is not readable: " + provenance, e);
    }
  }

  private static TextStanding of(Map<String, String> fields, List<Earlier> earlier) {
    return new TextStanding(
        "text".equals(fields.get("rung")),
        fields.get("model"),
        Long.parseLong(fields.getOrDefault("feedbacks_then", "0")),
        moment(fields.get("fitted_at")),
        TextJudgement.of(fields),
        Instant.parse(fields.getOrDefault("judged_until", Instant.EPOCH.toString())),
        moment(fields.get("switched_at")),
        earlier,
        new FromScores(fields.get("prior_model"), fields.get("prior_retired")));
  }

  private static @Nullable Instant moment(@Nullable String text) {
    return text == null ? null : Instant.parse(text);
  }
}
