package dev.pointsman.control;

import java.time.Instant;
import java.util.List;

/** Which datapoints are meant: a tree of conditions. */
public sealed interface DatapointFilter {

  /** All of them hold; none given holds always. */
  record AllOf(List<DatapointFilter> children) implements DatapointFilter {
    public AllOf {
      children = List.copyOf(children);
    }
  }

  /** One of them holds; none given never holds. */
  record AnyOf(List<DatapointFilter> children) implements DatapointFilter {
    public AnyOf {
      children = List.copyOf(children);
    }
  }

  /** It does not hold. */
  record Not(DatapointFilter child) implements DatapointFilter {}

  /**
   * The tag is there and has the value.
   *
   * @param equal false for: is there and has another value
   */
  record Tag(String key, String value, boolean equal) implements DatapointFilter {}

  /** When it was last updated, compared with a moment. */
  record UpdatedAt(Comparison comparison, Instant time) implements DatapointFilter {}

  /** How two values are compared. */
  enum Comparison {
    /** Less. */
    LESS("<"),
    /** Less or equal. */
    LESS_OR_EQUAL("<="),
    /** Equal. */
    EQUAL("="),
    /** Not equal. */
    NOT_EQUAL("<>"),
    /** Greater or equal. */
    GREATER_OR_EQUAL(">="),
    /** Greater. */
    GREATER(">");

    private final String operator;

    Comparison(String operator) {
      this.operator = operator;
    }

    String operator() {
      return operator;
    }
  }
}
