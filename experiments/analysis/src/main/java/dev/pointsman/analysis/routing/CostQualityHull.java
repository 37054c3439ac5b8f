package dev.pointsman.analysis.routing;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;

/**
 * The best quality that can be had at each mean cost by mixing points of a router, or single models,
 * with a coin: their non-decreasing upper concave hull, flat after its last point (RouterBench,
 * arXiv 2403.12031).
 */
public final class CostQualityHull {

  private final List<Point> points;

  private CostQualityHull(List<Point> points) {
    this.points = List.copyOf(points);
  }

  /**
   * One way to answer all prompts.
   *
   * @param cost mean cost of a prompt, USD
   * @param quality mean quality
   */
  public record Point(double cost, double quality) {}

  /** The hull of at least one point. */
  public static CostQualityHull of(List<Point> points) {
    if (points.isEmpty()) {
      throw new IllegalArgumentException("points is empty: a hull needs at least one");
    }
    List<Point> sorted = new ArrayList<>(points);
    sorted.sort(
        Comparator.comparingDouble(Point::cost)
            .thenComparing(Comparator.comparingDouble(Point::quality).reversed()));
    List<Point> hull = new ArrayList<>();
    double best = Double.NEGATIVE_INFINITY;
    for (Point point : sorted) {
      if (point.quality() <= best) {
        continue;
      }
      best = point.quality();
      while (hull.size() >= 2 && !bendsDown(hull.get(hull.size() - 2), hull.getLast(), point)) {
        hull.removeLast();
      }
      hull.add(point);
    }
    return new CostQualityHull(hull);
  }

  /**
   * The hull of a router's points anchored at the weak model: what is cheaper than it is left out,
   * so that hulls over the same prompts begin at one place.
   */
  public static CostQualityHull anchored(List<Point> points, Point weak) {
    List<Point> kept = new ArrayList<>(points);
    kept.removeIf(point -> point.cost() < weak.cost());
    kept.add(weak);
    return of(kept);
  }

  /** The corners, by rising cost. */
  public List<Point> points() {
    return points;
  }

  /**
   * AIQ: the mean height over a range of costs.
   *
   * @param from where the range begins, not before the hull does
   * @param to where it ends, above {@code from}
   */
  public double meanHeight(double from, double to) {
    if (!(from >= points.getFirst().cost() && to > from)) {
      throw new IllegalArgumentException(
          "the range must begin on the hull, at %s, and not be empty: %s to %s"
              .formatted(points.getFirst().cost(), from, to));
    }
    double area = 0;
    double cost = from;
    for (Point point : points) {
      if (point.cost() > cost) {
        double end = Math.min(point.cost(), to);
        area += (end - cost) * (height(cost) + height(end)) / 2;
        cost = end;
      }
    }
    area += (to - cost) * points.getLast().quality();
    return area / (to - from);
  }

  /** The quality at a cost on the hull or after it. */
  public double height(double cost) {
    if (cost < points.getFirst().cost()) {
      throw new IllegalArgumentException(
          "the hull begins at %s: %s".formatted(points.getFirst().cost(), cost));
    }
    for (int i = 1; i < points.size(); i++) {
      Point left = points.get(i - 1);
      Point right = points.get(i);
      if (cost <= right.cost()) {
        double t = (cost - left.cost()) / (right.cost() - left.cost());
        return left.quality() + t * (right.quality() - left.quality());
      }
    }
    return points.getLast().quality();
  }

  /** The least cost at which a quality is reached; empty when it never is. */
  public OptionalDouble costToReach(double quality) {
    if (quality <= points.getFirst().quality()) {
      return OptionalDouble.of(points.getFirst().cost());
    }
    for (int i = 1; i < points.size(); i++) {
      Point left = points.get(i - 1);
      Point right = points.get(i);
      if (quality <= right.quality()) {
        double t = (quality - left.quality()) / (right.quality() - left.quality());
        return OptionalDouble.of(left.cost() + t * (right.cost() - left.cost()));
      }
    }
    return OptionalDouble.empty();
  }

  /**
   * nAIQ = (AIQ − q_weak)/(q_strong − q_weak) over the costs from weak to strong: a coin between the
   * two has 0.5, the strong model alone, bought at the weak one's price, 1.
   *
   * @param weak the cheapest single model
   * @param strong the best single model, dearer and better than the weak one
   */
  public double normalised(Point weak, Point strong) {
    if (!(strong.quality() > weak.quality())) {
      throw new IllegalArgumentException(
          "the strong model must be better: %s against %s".formatted(strong, weak));
    }
    return (meanHeight(weak.cost(), strong.cost()) - weak.quality())
        / (strong.quality() - weak.quality());
  }

  /**
   * 1 − (least cost that reaches the strong model's quality)/(its cost): what is saved at equal
   * quality, 0..1; empty when that quality is not reached.
   */
  public OptionalDouble costSaving(Point strong) {
    OptionalDouble cost = costToReach(strong.quality());
    return cost.isEmpty() ? cost : OptionalDouble.of(1 - cost.getAsDouble() / strong.cost());
  }

  /** Whether the slope falls at the middle point. */
  private static boolean bendsDown(Point left, Point middle, Point right) {
    return (middle.quality() - left.quality()) * (right.cost() - middle.cost())
        > (right.quality() - middle.quality()) * (middle.cost() - left.cost());
  }
}
