package dev.pointsman.trainer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.pointsman.analysis.AsymptoticConfidenceSequence;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the text of conversations stands in the decisions of one function: whether it is used, and
 * what the judgement so far is. Kept in the provenance of each revision, and read back from there.
 *
 * <p>The judgement is the mean of φ, what deciding by text would have gained on a decision over
 * deciding by segments, over matured decisions that no model had seen. Its bounds hold at every look;
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
    List<Earlier> earlier) {

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
      new TextStanding(false, null, 0, null, 1, 0, 0, 0, 0, Instant.EPOCH, null, List.of());

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
        earlier);
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
        others);
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
        earlier);
  }

  /** A new stretch, which begins without judgement. */
  TextStanding switched(boolean nowUsed, Instant at) {
    return new TextStanding(
        nowUsed, model, feedbacks, fittedAt, stretch + 1, 0, 0, 0, 0, judgedUntil, at, earlier);
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
        List.of());
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

  /** Writes the fields of an object that was begun. */
  void writeTo(JsonGenerator json) throws IOException {
    json.writeStringField("rung", used ? "text" : "segments");
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
        earlier);
  }
}
