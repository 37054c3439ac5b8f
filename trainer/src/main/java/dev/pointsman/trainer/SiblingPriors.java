package dev.pointsman.trainer;

import dev.pointsman.routing.PolicyStatistics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What other functions with the same metric say about a function's variants before it has seen them:
 * how much better or worse than the baseline's model their model did there.
 *
 * <p>A contrast is taken within segments, so that it is not confounded by which traffic went to
 * which model: Σ h (r̄_variant − r̄_baseline) / Σ h with h = n₁n₂/(n₁ + n₂) over the segments where
 * both have {@value #LEAST_REWARDS} rewards or more, and counts when Σ h reaches {@value
 * #LEAST_EVIDENCE}. It is rounded to thousandths, so that a sibling's every reward does not change
 * it.
 */
final class SiblingPriors {

  /** Rewards that a variant needs in a segment. */
  static final double LEAST_REWARDS = 5;

  /** Σ h that a contrast needs. */
  static final double LEAST_EVIDENCE = 20;

  private SiblingPriors() {}

  /**
   * What is known of one function.
   *
   * @param models the model of each candidate
   * @param statistics its latest evidence
   */
  record Sibling(Map<String, String> models, PolicyStatistics statistics) {}

  private record Contrast(double sum, double evidence) {}

  /**
   * The contrasts that are known, by variant; the baseline is not among them.
   *
   * @param models the model of each candidate
   * @param baseline the baseline variant
   */
  static Map<String, Double> of(
      Map<String, String> models, String baseline, List<Sibling> siblings) {
    Map<String, Double> priors = new TreeMap<>();
    String baselineModel = models.get(baseline);
    if (baselineModel == null) {
      return priors;
    }
    models.forEach(
        (variant, model) -> {
          if (model.equals(baselineModel)) {
            return;
          }
          double sum = 0;
          double evidence = 0;
          for (Sibling sibling : siblings) {
            Contrast contrast = contrast(sibling, model, baselineModel);
            sum += contrast.sum();
            evidence += contrast.evidence();
          }
          if (evidence >= LEAST_EVIDENCE) {
            priors.put(variant, Math.rint(1000 * sum / evidence) / 1000);
          }
        });
    return priors;
  }

  private static Contrast contrast(Sibling sibling, String model, String baselineModel) {
    Map<String, List<PolicyStatistics.Cell>> bySegment = new TreeMap<>();
    for (PolicyStatistics.Cell cell : sibling.statistics().cells()) {
      if (cell.weight() >= LEAST_REWARDS) {
        bySegment.computeIfAbsent(cell.segment(), s -> new ArrayList<>()).add(cell);
      }
    }
    double sum = 0;
    double evidence = 0;
    for (List<PolicyStatistics.Cell> cells : bySegment.values()) {
      Map<String, double[]> byModel = new HashMap<>();
      for (PolicyStatistics.Cell cell : cells) {
        String cellModel = sibling.models().get(cell.variant());
        if (cellModel != null) {
          double[] both = byModel.computeIfAbsent(cellModel, m -> new double[2]);
          both[0] += cell.weight();
          both[1] += cell.sum();
        }
      }
      double[] own = byModel.get(model);
      double[] base = byModel.get(baselineModel);
      if (own != null && base != null) {
        double h = own[0] * base[0] / (own[0] + base[0]);
        sum += h * (own[1] / own[0] - base[1] / base[0]);
        evidence += h;
      }
    }
    return new Contrast(sum, evidence);
  }
}
