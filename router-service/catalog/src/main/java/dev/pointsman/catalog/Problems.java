package dev.pointsman.catalog;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The diagnostics gathered while one configuration is read. */
final class Problems {

  private final List<Diagnostic> diagnostics = new ArrayList<>();

  void error(SourcePlace place, String message) {
    add(place, Diagnostic.Severity.ERROR, message);
  }

  void warning(SourcePlace place, String message) {
    add(place, Diagnostic.Severity.WARNING, message);
  }

  private void add(SourcePlace place, Diagnostic.Severity severity, String message) {
    diagnostics.add(new Diagnostic(place.file(), place.line(), place.column(), severity, message));
  }

  boolean anyError() {
    return diagnostics.stream().anyMatch(d -> d.severity() == Diagnostic.Severity.ERROR);
  }

  /** In order of place; what was said first comes first at the same place. */
  List<Diagnostic> inOrder() {
    return diagnostics.stream().distinct().sorted(Diagnostic.BY_PLACE).toList();
  }

  /** {@code (did you mean 'x'?)} with a space before it, or "" when nothing is near. */
  static String didYouMean(String written, Collection<String> known) {
    String nearest = NearestName.of(written, known);
    return nearest == null ? "" : " (did you mean '" + nearest + "'?)";
  }
}
