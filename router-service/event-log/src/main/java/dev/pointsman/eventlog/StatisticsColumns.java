package dev.pointsman.eventlog;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.pointsman.routing.PolicyStatistics;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The column {@code statistics} of a policy revision, version 1. */
final class StatisticsColumns {

  private StatisticsColumns() {}

  static void write(PolicyStatistics statistics, JsonGenerator json, EventWriter columns)
      throws IOException {
    json.writeNumberField("feedback_count", statistics.feedbackCount());
    json.writeArrayFieldStart("cells");
    for (PolicyStatistics.Cell cell : statistics.cells()) {
      json.writeStartObject();
      columns.text("segment", cell.segment());
      columns.text("variant", cell.variant());
      json.writeNumberField("weight", cell.weight());
      json.writeNumberField("sum", cell.sum());
      json.writeNumberField("sum_squares", cell.sumSquares());
      columns.number("output_tokens", cell.outputTokens());
      columns.number("latency_us", cell.latencyUs());
      columns.number("raised_floor_pulls", cell.raisedFloorPulls());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("variants");
    for (PolicyStatistics.VariantEvidence variant : statistics.variants()) {
      json.writeStartObject();
      columns.text("variant", variant.variant());
      columns.number("pulls", variant.pulls());
      columns.number("feedbacks", variant.feedbacks());
      json.writeBooleanField("in_nursery", variant.inNursery());
      json.writeEndObject();
    }
    json.writeEndArray();
    columns.shares("priors", statistics.priors());
  }

  static PolicyStatistics read(EventFields fields) {
    List<PolicyStatistics.Cell> cells = new ArrayList<>();
    for (EventFields cell : fields.objects("cells")) {
      cells.add(
          new PolicyStatistics.Cell(
              cell.text("segment"),
              cell.text("variant"),
              cell.real("weight"),
              cell.real("sum"),
              cell.real("sum_squares"),
              cell.realOrNull("output_tokens"),
              cell.realOrNull("latency_us"),
              cell.whole("raised_floor_pulls")));
    }
    List<PolicyStatistics.VariantEvidence> variants = new ArrayList<>();
    for (EventFields variant : fields.objects("variants")) {
      variants.add(
          new PolicyStatistics.VariantEvidence(
              variant.text("variant"),
              variant.whole("pulls"),
              variant.whole("feedbacks"),
              variant.flag("in_nursery")));
    }
    return new PolicyStatistics(
        fields.real("feedback_count"),
        List.copyOf(cells),
        List.copyOf(variants),
        fields.shares("priors"));
  }
}
