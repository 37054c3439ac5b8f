package dev.pointsman.trainer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.pointsman.analysis.AsymptoticConfidenceSequence;
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
 * <p>The judgement is the mean of φ, what deciding by text would have gained on a decision over
 * deciding by segments (or by the model learnt from scores, while that decides), over matured decisions that no model had seen. Its bounds hold at every look;
 * each stretch between two switches spends α = {@value #ALPHA}/(k(k+1)) of the function's {@value
 * #ALPHA}, k its number from 1.
 *
 * @param used whether decisions go by text
 * @param model the id of the latest model, null before the first
 * @param feedbacks rewarded decisions of the function when it was fitted
 * @param fittedAt its log cut, null before the first
 * @param stretch k
 * @param judged number of φ
 * @param outcomes of these whose quality is known
 * @param sum Σφ, in points of utility
 * @param squares Σφ²
 * @param judgedUntil decisions before this moment were judged or passed over
 * @param switchedAt when decisions began or ceased to go by text; null = never did
 * @param earlier models before the latest that decisions which have not matured are judged by, oldest
 *     first
 * @param prior the id of the model learnt from scores that decides while {@code used} is false, and
 *     which others are then compared with instead of with segments alone; null = none does
 * @param retired the id of such a model that decides no more: one from the log proved better, or a
 *     change of quality was found; null = there was none
 */
record TextStanding(
    boolean used,
    @Nullable String model,
    long feedbacks,
    @Nullable Instant fittedAt,
    long stretch,
    long judged,
    long outcomes,
    double sum,
    double squares,
    Instant judgedUntil,
    @Nullable Instant switchedAt,
    List<Earlier> earlier,
    @Nullable String prior,
    @Nullable String retired) {

  /**
   * A model before the latest one.
   *
   * @param cut its log cut
   */
  record Earlier(String model, Instant cut) {}

  TextStanding {
    earlier = List.copyOf(earlier);
  }

  /** Before anything. */
  static final TextStanding NONE =
      new TextStanding(
          false, null, 0, null, 1, 0, 0, 0, 0, Instant.EPOCH, null, List.of(), null, null);

  static final double ALPHA = 0.05;

  /** Fewer outcomes conclude nothing: the bounds are asymptotic. */
  static final long BURN_IN = 200;

  private static final double TIGHTEST_AT = 1_000;
  private static final long MOST_NEEDED = 10_000_000;
  private static final String EARLIER_MODEL = "earlier_model";
  private static final String EARLIER_CUT = "earlier_fitted_at";
  private static final JsonFactory JSON = new JsonFactory();

  TextStanding fitted(String id, long feedbacksThen, Instant cut) {
    return new TextStanding(
        used,
        id,
        feedbacksThen,
        cut,
        stretch,
        judged,
        outcomes,
        sum,
        squares,
        judgedUntil,
        switchedAt,
        earlier,
        prior,
        retired);
  }

  /** The same with other models that go on judging beside the latest. */
  TextStanding besides(List<Earlier> others) {
    return new TextStanding(
        used,
        model,
        feedbacks,
        fittedAt,
        stretch,
        judged,
        outcomes,
        sum,
        squares,
        judgedUntil,
        switchedAt,
        others,
        prior,
        retired);
  }

  TextStanding judgedTo(
      Instant until, long count, long known, double sumOfThem, double squaresOfThem) {
    return new TextStanding(
        used,
        model,
        feedbacks,
        fittedAt,
        stretch,
        judged + count,
        outcomes + known,
        sum + sumOfThem,
        squares + squaresOfThem,
        until,
        switchedAt,
        earlier,
        prior,
        retired);
  }

  /** A new stretch, which begins without judgement; a model learnt from scores decides no more. */
  TextStanding switched(boolean nowUsed, Instant at) {
    return new TextStanding(
        nowUsed,
        model,
        feedbacks,
        fittedAt,
        stretch + 1,
        0,
        0,
        0,
        0,
        judgedUntil,
        at,
        earlier,
        null,
        prior == null ? retired : prior);
  }

  /**
   * With another model learnt from scores, or with none any more. What was judged so far was compared
   * with something else, so a new stretch begins; where one from the log decides, the new one does
   * not.
   *
   * @param id null for none
   */
  TextStanding withPrior(@Nullable String id) {
    boolean decides = id != null && !used && !id.equals(retired);
    String next = decides ? id : null;
    if (Objects.equals(next, prior)) {
      return id == null || decides ? this : withoutPrior(id);
    }
    return new TextStanding(
        used,
        model,
        feedbacks,
        fittedAt,
        judged == 0 ? stretch : stretch + 1,
        0,
        0,
        0,
        0,
        judgedUntil,
        switchedAt,
        earlier,
        next,
        id == null || decides ? retired : id);
  }

  private TextStanding withoutPrior(String gone) {
    return new TextStanding(
        used,
        model,
        feedbacks,
        fittedAt,
        stretch,
        judged,
        outcomes,
        sum,
        squares,
        judgedUntil,
        switchedAt,
        earlier,
        null,
        gone);
  }

  /** The id of the model that decides; null where segments alone do. */
  @Nullable String inUse() {
    return used ? model : prior;
  }

  /** Before the first model of another kind: nothing that was judged holds for it. */
  TextStanding begunAnew() {
    return new TextStanding(
        false,
        null,
        0,
        null,
        judged == 0 ? stretch : stretch + 1,
        0,
        0,
        0,
        0,
        judgedUntil,
        switchedAt,
        List.of(),
        prior,
        retired);
  }

  /** Whether the latest model is of neighbours. */
  boolean ofNeighbours() {
    return model != null && model.startsWith(NeighbourQuality.ID_PREFIX);
  }

  double alpha() {
    return ALPHA / (stretch * (stretch + 1.0));
  }

  double mean() {
    return judged == 0 ? 0 : sum / judged;
  }

  /** The bounds of the mean; infinite before the burn-in. */
  AsymptoticConfidenceSequence.Bounds bounds() {
    return outcomes < BURN_IN
        ? new AsymptoticConfidenceSequence.Bounds(
            mean(), Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, 1)
        : boundsAt(judged);
  }

  private AsymptoticConfidenceSequence.Bounds boundsAt(long n) {
    double variance = Math.max(0, squares / judged - mean() * mean());
    return AsymptoticConfidenceSequence.around(
        mean(), Math.sqrt(variance / n), n, alpha(), TIGHTEST_AT);
  }

  /**
   * How many more outcomes it would take until the bounds exclude 0, if mean and variance and the
   * share of decisions with an outcome stay as they are; null where that would take more than ten
   * million decisions, or nothing is known yet.
   */
  @Nullable Long needed() {
    if (judged < 2 || outcomes == 0 || mean() == 0) {
      return null;
    }
    long least = (BURN_IN * judged + outcomes - 1) / outcomes;
    long low = judged - 1;
    long high = Math.max(least, judged);
    while (!decidesAt(high)) {
      low = high;
      high *= 2;
      if (high > MOST_NEEDED) {
        return null;
      }
    }
    while (high - low > 1) {
      long middle = (low + high) / 2;
      if (middle >= least && decidesAt(middle)) {
        high = middle;
      } else {
        low = middle;
      }
    }
    return ((high - judged) * outcomes + judged - 1) / judged;
  }

  private boolean decidesAt(long n) {
    AsymptoticConfidenceSequence.Bounds bounds = boundsAt(n);
    return bounds.lower() > 0 || bounds.upper() < 0;
  }

  /** {@code text}, {@code scores} (a text model learnt from these) or {@code segments}. */
  String rung() {
    return used ? "text" : prior == null ? "segments" : "scores";
  }

  /** Writes the fields of an object that was begun. */
  void writeTo(JsonGenerator json) throws IOException {
    json.writeStringField("rung", rung());
    if (prior != null) {
      json.writeStringField("prior_model", prior);
    }
    if (retired != null) {
      json.writeStringField("prior_retired", retired);
    }
    if (model != null) {
      json.writeStringField("model", model);
    }
    json.writeNumberField("feedbacks_then", feedbacks);
    if (fittedAt != null) {
      json.writeStringField("fitted_at", fittedAt.toString());
    }
    json.writeNumberField("stretch", stretch);
    json.writeNumberField("judged", judged);
    json.writeNumberField("outcomes", outcomes);
    json.writeNumberField("sum", sum);
    json.writeNumberField("squares", squares);
    json.writeStringField("judged_until", judgedUntil.toString());
    if (switchedAt != null) {
      json.writeStringField("switched_at", switchedAt.toString());
    }
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
    json.writeNumberField("delta_utility", mean());
    AsymptoticConfidenceSequence.Bounds bounds = bounds();
    if (Double.isFinite(bounds.lower())) {
      json.writeNumberField("lower", bounds.lower());
      json.writeNumberField("upper", bounds.upper());
    }
    json.writeNumberField("alpha", alpha());
    Long more = needed();
    if (more != null) {
      json.writeNumberField("needed", more);
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
    String fittedAt = fields.get("fitted_at");
    String switchedAt = fields.get("switched_at");
    String judged = fields.getOrDefault("judged", "0");
    return new TextStanding(
        "text".equals(fields.get("rung")),
        fields.get("model"),
        Long.parseLong(fields.getOrDefault("feedbacks_then", "0")),
        fittedAt == null ? null : Instant.parse(fittedAt),
        Long.parseLong(fields.getOrDefault("stretch", "1")),
        Long.parseLong(judged),
        // Before this was written only decisions with an outcome were judged.
        Long.parseLong(fields.getOrDefault("outcomes", judged)),
        Double.parseDouble(fields.getOrDefault("sum", "0")),
        Double.parseDouble(fields.getOrDefault("squares", "0")),
        Instant.parse(fields.getOrDefault("judged_until", Instant.EPOCH.toString())),
        switchedAt == null ? null : Instant.parse(switchedAt),
        earlier,
        fields.get("prior_model"),
        fields.get("prior_retired"));
  }
}
