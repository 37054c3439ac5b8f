package dev.pointsman.catalog;

import dev.pointsman.routing.TokenPrice;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;

/**
 * Another {@code experimentation} for a configured function, as it could stand in the configuration:
 * what a person asks about before it does. The text holds {@code [functions.F.experimentation]} and
 * nothing else, and is read by the same rules as the configuration.
 *
 * @param experimentation what the text says, null when it cannot be used
 * @param diagnostics everything there is to say, in order of place; an error when it cannot be used
 */
public record ExperimentationFragment(
    @Nullable Experimentation experimentation, List<Diagnostic> diagnostics) {

  /** Copies the diagnostics. */
  public ExperimentationFragment {
    diagnostics = List.copyOf(diagnostics);
  }

  /**
   * Reads a text.
   *
   * @param function what it is about
   * @param name the file's name, as it will be in diagnostics
   */
  public static ExperimentationFragment read(
      FunctionCatalog catalog, FunctionDefinition function, String name, String toml) {
    Problems problems = new Problems();
    TomlParseResult parsed = Toml.parse(toml);
    for (TomlParseError error : parsed.errors()) {
      problems.error(
          new SourcePlace(name, error.position().line(), error.position().column()),
          error.getMessage() == null ? "syntax error" : error.getMessage());
    }
    Experimentation read = null;
    if (!problems.anyError()) {
      TomlNode.Table table = functionOf(TomlNode.of(parsed, SourcePlace.file(name)), function);
      if (table == null) {
        problems.error(
            SourcePlace.file(name),
            "must hold [functions.%s.experimentation] and nothing else".formatted(function.name()));
      } else {
        Map<String, @Nullable TokenPrice> prices = new TreeMap<>();
        function
            .variants()
            .forEach((variant, of) -> prices.put(variant, catalog.price(of.model())));
        Section section =
            new Section("functions." + function.name(), "functions.F", table, problems);
        read =
            new ExperimentationReader(
                    section,
                    prices,
                    FunctionReader.longestAnswers(function.variants()),
                    catalog.metrics(),
                    catalog.embeddingModels(),
                    function.logText())
                .read(Map.of());
      }
    }
    return new ExperimentationFragment(problems.anyError() ? null : read, problems.inOrder());
  }

  /** The function's table, null when there is anything besides its experimentation. */
  private static TomlNode.@Nullable Table functionOf(
      TomlNode.Table root, FunctionDefinition function) {
    TomlNode.Table functions = only(root, "functions");
    TomlNode.Table own = functions == null ? null : only(functions, function.name());
    return own == null || only(own, "experimentation") == null ? null : own;
  }

  private static TomlNode.@Nullable Table only(TomlNode.Table table, String key) {
    return table.entries().size() == 1 && table.entries().get(key) instanceof TomlNode.Table inner
        ? inner
        : null;
  }
}
