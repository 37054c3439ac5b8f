package dev.pointsman.analysis.routing;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * The quality of a router between a weak and a strong model against its share of strong calls, as
 * RouteLLM draws it: prompts are sent to the strong model in falling order of their score. Prompts
 * of equal score are sent in proportion, so the order of rows does not matter.
 *
 * <pre>  PGR(a) = (q(a) − q_weak)/(q_strong − q_weak),   APGR = ∫ PGR(a) da over 0..1</pre>
 *
 * <p>PGR, the performance gap recovered, may pass 1: the weak model is sometimes the right one. A
 * random order has APGR 0.5. The area is exact; RouteLLM's own code takes ten cuts of it.
 */
public final class PairCurve {

  private final List<Point> points;

  private PairCurve(List<Point> points) {
    this.points = List.copyOf(points);
  }

  private record Point(double share, double recovered) {}

  /**
   * The curve of one router.
   *
   * @param weak quality of the weak model per prompt
   * @param strong quality of the strong model per prompt, on average above the weak one's
   * @param score how much the router wants the strong model, per prompt; only the order counts
   */
  public static PairCurve of(double[] weak, double[] strong, double[] score) {
    int n = score.length;
    if (n == 0 || weak.length != n || strong.length != n) {
      throw new IllegalArgumentException(
          "weak, strong and score must have one number per prompt: %d, %d and %d"
              .formatted(weak.length, strong.length, n));
    }
    double gap = 0;
    for (int i = 0; i < n; i++) {
      gap += strong[i] - weak[i];
    }
    if (!(gap > 0)) {
      throw new IllegalArgumentException(
          "the strong model must be better on average: its lead is " + gap / n);
    }
    int[] order =
        IntStream.range(0, n)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer i) -> score[i]).reversed())
            .mapToInt(Integer::intValue)
            .toArray();
    List<Point> points = new ArrayList<>();
    points.add(new Point(0, 0));
    double gained = 0;
    for (int i = 0; i < n; i++) {
      gained += strong[order[i]] - weak[order[i]];
      if (i == n - 1 || score[order[i]] != score[order[i + 1]]) {
        points.add(new Point((i + 1.0) / n, gained / gap));
      }
    }
    return new PairCurve(points);
  }

  /** PGR at a share of strong calls, 0..1, linear between cuts. */
  public double recovered(double share) {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException("a share must lie in 0..1: " + share);
    }
    for (int i = 1; i < points.size(); i++) {
      Point left = points.get(i - 1);
      Point right = points.get(i);
      if (share <= right.share()) {
        double t = (share - left.share()) / (right.share() - left.share());
        return left.recovered() + t * (right.recovered() - left.recovered());
      }
    }
    return points.getLast().recovered();
  }

  /** APGR: the area under the curve. */
  public double area() {
    double area = 0;
    for (int i = 1; i < points.size(); i++) {
      Point left = points.get(i - 1);
      Point right = points.get(i);
      area += (right.share() - left.share()) * (left.recovered() + right.recovered()) / 2;
    }
    return area;
  }

  /**
   * CPT: the least share of strong calls at which so much of the gap is recovered, 0..1; empty when
   * it never is.
   *
   * @param recovered the part of the gap, 0.5 for CPT(50 %)
   */
  public OptionalDouble leastShare(double recovered) {
    if (recovered <= 0) {
      return OptionalDouble.of(0);
    }
    for (int i = 1; i < points.size(); i++) {
      Point left = points.get(i - 1);
      Point right = points.get(i);
      if (right.recovered() >= recovered) {
        double t = (recovered - left.recovered()) / (right.recovered() - left.recovered());
        return OptionalDouble.of(left.share() + t * (right.share() - left.share()));
      }
    }
    return OptionalDouble.empty();
  }
}
