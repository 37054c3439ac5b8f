package dev.pointsman.eventstore;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of inferences.
 *
 * @param filter which ones
 * @param search a text that must occur in input or output as they are stored, case ignored; null for
 *     no such condition
 * @param order what decides first comes first; at last the latest one
 * @param start where the page begins
 * @param size rows of the page
 */
public record InferencePage(
    InferenceFilter filter, @Nullable String search, List<Order> order, Start start, int size) {

  public InferencePage {
    order = List.copyOf(order);
    if (search == null && order.stream().anyMatch(ByRelevance.class::isInstance)) {
      throw new IllegalArgumentException("nothing is searched, so nothing is relevant");
    }
    if (!(start instanceof Skipping) && !order.stream().allMatch(ByTime.class::isInstance)) {
      throw new IllegalArgumentException("a page next to a row is in the order of time");
    }
  }

  /** Where a page begins. */
  public sealed interface Start {}

  /** After so many rows of the order. */
  public record Skipping(int rows) implements Start {
    /** At the first row. */
    public static final Skipping NONE = new Skipping(0);
  }

  /** The rows nearest to a row, on the earlier side. */
  public record Before(InferenceKey key) implements Start {}

  /** The rows nearest to a row, on the later side. */
  public record After(InferenceKey key) implements Start {}

  /** A criterion. */
  public sealed interface Order {
    /** Whether the least comes first. */
    boolean ascending();
  }

  /** When it was admitted. */
  public record ByTime(boolean ascending) implements Order {}

  /** The last value of a metric; those without one come last. */
  public record ByMetric(InferenceFilter.Metric metric, boolean ascending) implements Order {}

  /** How often the text searched for occurs. */
  public record ByRelevance(boolean ascending) implements Order {}
}
