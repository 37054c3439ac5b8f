package dev.pointsman.control;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of a dataset's datapoints; replaced and deleted ones are not among them.
 *
 * @param functionName only this function's, null for all
 * @param filter which ones, null for all
 * @param search a text that must occur in input or output, case ignored; null for no such condition
 * @param order what decides first comes first; at last the latest update, then the latest id
 */
public record DatapointQuery(
    String datasetName,
    @Nullable String functionName,
    @Nullable DatapointFilter filter,
    @Nullable String search,
    List<Order> order,
    int limit,
    int offset) {

  public DatapointQuery {
    order = List.copyOf(order);
    if (search == null && order.stream().anyMatch(o -> o.by() == By.SEARCH_RELEVANCE)) {
      throw new IllegalArgumentException("nothing is searched, so nothing is relevant");
    }
  }

  /** What decides. */
  public enum By {
    /** The last update. */
    UPDATED_AT,
    /** How often the text searched for occurs. */
    SEARCH_RELEVANCE
  }

  /** One criterion. */
  public record Order(By by, boolean ascending) {}
}
