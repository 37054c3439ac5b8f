package dev.pointsman.chat;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a request says about tools.
 *
 * @param allowed keys of configured tools; null = the function's own
 * @param additional tools of this request only
 * @param choice null = the function's own
 * @param parallel whether several calls at once are welcome; null = the function's own
 */
public record ToolOptions(
    @Nullable List<String> allowed,
    List<ToolSpec> additional,
    @Nullable ToolChoice choice,
    @Nullable Boolean parallel) {

  /** Nothing said. */
  public static final ToolOptions NONE = new ToolOptions(null, List.of(), null, null);
}
