package dev.pointsman.trainer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.pointsman.analysis.offpolicy.Difference;
import dev.pointsman.analysis.offpolicy.GuardrailFinding;
import dev.pointsman.analysis.offpolicy.Overlap;
import dev.pointsman.analysis.offpolicy.PairedEvaluation;
import dev.pointsman.analysis.offpolicy.PairedLog;
import dev.pointsman.analysis.offpolicy.PromotionRule.Ruling;
import dev.pointsman.analysis.offpolicy.PromotionRule.Verdict;
import dev.pointsman.trainer.GateState.Stage;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What was seen at one look.
 *
 * @param evidence for the gate
 * @param decisions matured decisions that were compared
 * @param outcomes of these with feedback
 * @param thinning one of so many decisions was compared, where there were too many
 * @param needed outcomes a promotion still needs; −1 when more would not help, or it is not known
 */
record GateLook(GateEvidence evidence, int decisions, int outcomes, int thinning, long needed) {

  private static final JsonFactory JSON = new JsonFactory();

  static final Difference UNKNOWN =
      new Difference(
          0, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);

  static final String DISTRUSTED =
      "the checks of all its traffic found that the log is not to be trusted: see the list of"
          + " changes";

  static final GateLook NOTHING = without(0, 1, List.of());

  static GateLook of(
      FunctionGate gate,
      ChallengerEvaluator.SideBySide beside,
      long laneOutcomes,
      List<Guardrail> guardrails,
      boolean blocked) {
    PairedLog log = beside.log();
    boolean any =
        log.decisions().stream().anyMatch(row -> row.quality() != null)
            || log.surrogates().stream()
                .anyMatch(one -> one.scores().stream().anyMatch(Objects::nonNull));
    if (!any) {
      return without(log.decisions().size(), beside.thinning(), guardrails);
    }
    PairedEvaluation figures = PairedEvaluation.of(log, gate.rule());
    GateEvidence evidence = GateEvidence.of(figures, laneOutcomes, guardrails);
    return new GateLook(
        blocked ? evidence.blockedBy(DISTRUSTED) : evidence,
        figures.decisions(),
        figures.outcomes(),
        beside.thinning(),
        figures.needed() < 0 ? -1 : figures.needed() * beside.thinning());
  }

  private static GateLook without(int decisions, int thinning, List<Guardrail> guardrails) {
    List<String> none = List.of("no feedback on its decisions has matured");
    return new GateLook(
        new GateEvidence(
            new Ruling(Verdict.HOLD, none),
            new Overlap.Gate.NoVerdict(none),
            UNKNOWN,
            0,
            guardrails),
        decisions,
        0,
        thinning,
        -1);
  }

  /** What keeps the next step from being taken, in words. */
  String waitsFor(GateState state, GateSettings settings, Instant now) {
    if (state.frozen()) {
      return "a person: it is frozen";
    }
    Instant earliest = state.since().plus(settings.leastTime());
    if (now.isBefore(earliest)) {
      return "decisions of this stage to mature, which begins at " + earliest;
    }
    Ruling ruling = evidence.ruling();
    Optional<Guardrail> broken =
        evidence.guardrails().stream().filter(guardrail -> !guardrail.holds()).findFirst();
    if (broken.isPresent() && state.stage().compareTo(Stage.CANARY) >= 0) {
      return "a guardrail to hold: " + broken.get().sentence();
    }
    if (ruling.verdict() == Verdict.BLOCKED) {
      return "a log that can be trusted: " + String.join("; ", ruling.reasons());
    }
    if (state.stage().compareTo(Stage.CANARY) >= 0
        && evidence.laneOutcomes() < PromotionGate.LEAST_LANE_OUTCOMES) {
      return "%d outcomes of its own requests at this share, there are %d"
          .formatted(PromotionGate.LEAST_LANE_OUTCOMES, evidence.laneOutcomes());
    }
    return "proof%s: %s"
        .formatted(
            needed > 0 ? ", about %,d more outcomes".formatted(needed) : "",
            String.join("; ", ruling.reasons()));
  }

  /**
   * A state with the inputs it was reached by, as {@code {"stage", "share", "frozen", "verdict",
   * "reasons", "quality", "decisions", "outcomes", "thinning", "needed", "lane_outcomes", "guardrails"}}. A guardrail is
   * {@code {"name", "requests", "bad", "most", "sentence"}} where requests are counted, and {@code
   * {"name", "outcomes", "state", "sentence"}} where the log of both policies is judged.
   */
  String json(GateState state) {
    return json(state, null, 0);
  }

  /** The same with {@code at} and {@code looks} before it, unless there is no time. */
  String json(GateState state, @Nullable Instant at, long looks) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      if (at != null) {
        json.writeStringField("at", at.toString());
        json.writeNumberField("looks", looks);
      }
      json.writeStringField("stage", Standings.word(state.stage()));
      json.writeNumberField("share", state.share());
      json.writeBooleanField("frozen", state.frozen());
      json.writeStringField("verdict", evidence.ruling().verdict().words());
      json.writeArrayFieldStart("reasons");
      for (String reason : evidence.ruling().reasons()) {
        json.writeString(reason);
      }
      json.writeEndArray();
      json.writeFieldName("quality");
      json.writeRawValue(Standings.json(evidence.quality()));
      json.writeNumberField("decisions", decisions);
      json.writeNumberField("outcomes", outcomes);
      json.writeNumberField("thinning", thinning);
      json.writeNumberField("needed", needed);
      json.writeNumberField("lane_outcomes", evidence.laneOutcomes());
      json.writeArrayFieldStart("guardrails");
      for (Guardrail guardrail : evidence.guardrails()) {
        write(json, guardrail);
      }
      json.writeEndArray();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("a look at the gate could not be written to memory", e);
    }
    return text.toString();
  }

  private static void write(JsonGenerator json, Guardrail guardrail) throws IOException {
    json.writeStartObject();
    json.writeStringField("name", guardrail.name());
    switch (guardrail) {
      case Guardrail.Counted counted -> {
        json.writeNumberField("requests", counted.requests());
        json.writeNumberField("bad", counted.bad());
        json.writeNumberField("most", counted.most());
      }
      case Guardrail.Judged(GuardrailFinding finding) -> {
        json.writeNumberField("outcomes", finding.outcomes());
        json.writeStringField("state", finding.state().name().toLowerCase(Locale.ROOT));
      }
    }
    json.writeStringField("sentence", guardrail.sentence());
    json.writeEndObject();
  }
}
