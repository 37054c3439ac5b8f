package dev.pointsman.report;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is happening over all functions: one line each, those that need a person first.
 *
 * @param range the time looked at
 * @param inferences inferences in the range
 * @param errorShare share of them that nothing could answer, NaN when there were none
 * @param dollars what they cost, null when no price is known
 * @param functions one line per configured or logged function
 * @param marks the latest changes, newest first
 */
public record Overview(
    FunctionReport.Range range,
    long inferences,
    double errorShare,
    @Nullable Double dollars,
    List<FunctionLine> functions,
    List<Mark> marks) {

  /**
   * One function's line.
   *
   * @param variants the variants' names
   * @param shares their intended shares lately, in the same order
   */
  @SuppressWarnings("ArrayRecordComponent") // drawn and written, never compared
  public record FunctionLine(
      String name,
      Verdict verdict,
      List<String> variants,
      double[] shares,
      Estimate quality,
      @Nullable Double dollarsPerThousand,
      @Nullable Double p95Millis,
      @Nullable Double feedbackShare) {}
}
