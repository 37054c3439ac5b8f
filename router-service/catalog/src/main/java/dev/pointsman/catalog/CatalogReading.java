package dev.pointsman.catalog;

import java.util.List;

/** What became of reading a configuration. */
public sealed interface CatalogReading {

  /** Everything there is to say, in order of place. */
  List<Diagnostic> diagnostics();

  /**
   * The configuration can be used.
   *
   * @param catalog what is configured
   * @param warnings what its author should know
   */
  record Loaded(FunctionCatalog catalog, List<Diagnostic> warnings) implements CatalogReading {
    public Loaded {
      warnings = List.copyOf(warnings);
    }

    @Override
    public List<Diagnostic> diagnostics() {
      return warnings;
    }
  }

  /**
   * The configuration cannot be used.
   *
   * @param diagnostics at least one error; warnings as well
   */
  record Rejected(List<Diagnostic> diagnostics) implements CatalogReading {
    public Rejected {
      diagnostics = List.copyOf(diagnostics);
    }
  }
}
