package dev.pointsman.trainer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.pointsman.routing.features.RequestComplexity;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a revision came from, stored with it: enough to compute its statistics again from the store.
 *
 * @param logPosition the last event of the spool that was in the store
 * @param settingsHash hash of the generation's settings
 * @param metric the metric of the rewards
 * @param codeVersion the version of the code
 * @param decisions decisions counted, not discounted
 * @param feedbacks rewarded decisions counted, not discounted
 * @param alarms every alarm that shaped the statistics; read back at a start
 * @param coldStart whether the tier of a request still counts for a variant of little feedback
 * @param text how the text of conversations stands in the decisions; read back likewise
 * @param prior what of the evidence was learnt outside the log; null for nothing
 */
record RevisionProvenance(
    long logPosition,
    String settingsHash,
    String metric,
    String codeVersion,
    long decisions,
    long feedbacks,
    List<ChangeAlarm> alarms,
    boolean coldStart,
    TextStanding text,
    @Nullable Prior prior) {

  /**
   * Evidence from outside the log; its cells are in the change event of that time.
   *
   * @param takenInAt when it was taken in
   * @param countsFor how many rewards it counts for in this revision, discounted
   * @param source where it came from, as a JSON object
   */
  record Prior(Instant takenInAt, double countsFor, String source) {}

  private static final JsonFactory JSON = new JsonFactory();
  private static final String PRIOR_COUNTS_FOR = "counts_for";

  String toJson() {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      json.writeNumberField("log_position", logPosition);
      json.writeStringField("settings_hash", settingsHash);
      json.writeStringField("metric", metric);
      json.writeStringField("code_version", codeVersion);
      json.writeStringField("java_version", Runtime.version().toString());
      json.writeNumberField("decisions", decisions);
      json.writeNumberField("feedbacks", feedbacks);
      json.writeArrayFieldStart("alarms");
      for (ChangeAlarm alarm : alarms) {
        json.writeStartObject();
        json.writeStringField("segment", alarm.segment());
        json.writeStringField("variant", alarm.variant());
        json.writeStringField("change_point", alarm.changePoint().toString());
        json.writeStringField("raised_at", alarm.raisedAt().toString());
        json.writeNumberField("mean_before", alarm.meanBefore());
        json.writeNumberField("mean_square_before", alarm.meanSquareBefore());
        json.writeNumberField("mean_after", alarm.meanAfter());
        json.writeNumberField("count_before", alarm.countBefore());
        json.writeNumberField("count_after", alarm.countAfter());
        json.writeNumberField("segment_pulls", alarm.segmentPulls());
        json.writeEndObject();
      }
      json.writeEndArray();
      if (coldStart) {
        json.writeObjectFieldStart("cold_start");
        json.writeNumberField("pseudo_rewards", RequestComplexity.PSEUDO_REWARDS);
        json.writeNumberField("until_rewards", RequestComplexity.MOST_REWARDS);
        json.writeObjectFieldStart("quality_per_halving_of_price");
        for (RequestComplexity tier : RequestComplexity.values()) {
          json.writeNumberField(tier.label(), tier.qualityPerHalving());
        }
        json.writeEndObject();
        json.writeEndObject();
      }
      if (!this.text.equals(TextStanding.NONE)) {
        json.writeObjectFieldStart("text");
        this.text.writeTo(json);
        json.writeEndObject();
      }
      Prior known = prior;
      if (known != null) {
        json.writeObjectFieldStart("prior_evidence");
        json.writeStringField("taken_in_at", known.takenInAt().toString());
        json.writeNumberField(PRIOR_COUNTS_FOR, known.countsFor());
        json.writeFieldName("source");
        json.writeRawValue(known.source());
        json.writeEndObject();
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("a provenance could not be written to memory", e);
    }
    return text.toString();
  }

  /**
   * How many of a revision's rewards were learnt outside the log.
   *
   * @throws IllegalArgumentException if the text is not such a provenance
   */
  static double priorRewardsOf(String provenance) {
    try (JsonParser json = JSON.createParser(provenance)) {
      for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
        if (token.isNumeric() && PRIOR_COUNTS_FOR.equals(json.currentName())) {
          return json.getDoubleValue();
        }
      }
      return 0;
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "the stored provenance of a revision is not readable: " + provenance, e);
    }
  }

  /**
   * The alarms of a stored provenance; none if the revision's metric was another one.
   *
   * @throws IllegalArgumentException if the text is not such a provenance
   */
  static List<ChangeAlarm> alarmsOf(String provenance, String metric) {
    List<ChangeAlarm> alarms = new ArrayList<>();
    boolean sameMetric = false;
    try (JsonParser json = JSON.createParser(provenance)) {
      boolean within = false;
      Map<String, String> fields = new HashMap<>();
      for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
        if (token == JsonToken.START_ARRAY) {
          within = "alarms".equals(json.currentName());
        } else if (token == JsonToken.START_OBJECT) {
          fields.clear();
        } else if (token == JsonToken.END_OBJECT && within) {
          alarms.add(alarm(fields));
        } else if (token == JsonToken.END_ARRAY) {
          within = false;
        } else if (token.isScalarValue()) {
          if (within) {
            fields.put(json.currentName(), json.getText());
          } else if ("metric".equals(json.currentName())) {
            sameMetric = json.getText().equals(metric);
          }
        }
      }
    } catch (IOException | RuntimeException e) {
      throw new IllegalArgumentException(
          "the stored provenance of a revision is not readable: " + provenance, e);
    }
    return sameMetric ? alarms : List.of();
  }

  private static ChangeAlarm alarm(Map<String, String> fields) {
    return new ChangeAlarm(
        text(fields, "segment"),
        text(fields, "variant"),
        Instant.parse(text(fields, "change_point")),
        Instant.parse(text(fields, "raised_at")),
        Double.parseDouble(text(fields, "mean_before")),
        Double.parseDouble(text(fields, "mean_square_before")),
        Double.parseDouble(text(fields, "mean_after")),
        Double.parseDouble(text(fields, "count_before")),
        Double.parseDouble(text(fields, "count_after")),
        Long.parseLong(text(fields, "segment_pulls")));
  }

  private static String text(Map<String, String> fields, String name) {
    String value = fields.get(name);
    if (value == null) {
      throw new IllegalArgumentException("an alarm lacks " + name);
    }
    return value;
  }
}
