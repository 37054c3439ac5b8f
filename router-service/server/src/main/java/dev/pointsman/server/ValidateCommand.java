package dev.pointsman.server;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.catalog.CatalogReading;
import java.io.PrintWriter;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Checks a configuration and says everything that is wrong with it, with its place. */
@Command(
    name = "validate",
    description = "Check a configuration; exit 0 when it can be used, 1 when not.",
    mixinStandardHelpOptions = true)
final class ValidateCommand implements Callable<Integer> {

  @Option(
      names = "--config-file",
      defaultValue = "pointsman.toml",
      description = "A TOML file or a glob; several are merged. Default: ${DEFAULT-VALUE}")
  private List<String> configFiles = List.of();

  @Option(names = "--json", description = "Print the diagnostics as a JSON object.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    CatalogReading reading = Configuration.reader().read(configFiles);
    boolean usable = reading instanceof CatalogReading.Loaded;
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    if (json) {
      ObjectNode result = new ObjectMapper().createObjectNode().put("valid", usable);
      ArrayNode diagnostics = result.putArray("diagnostics");
      reading.diagnostics().forEach(diagnostic -> diagnostics.add(diagnostic.toJson()));
      out.println(result.toPrettyString());
    } else {
      reading.diagnostics().forEach(out::println);
      if (reading instanceof CatalogReading.Loaded loaded) {
        out.printf(
            "valid: %d functions, %d models, %d metrics; configuration %s%n",
            loaded.catalog().functions().size(),
            loaded.catalog().models().size(),
            loaded.catalog().metrics().size(),
            loaded.catalog().configHash());
      }
    }
    out.flush();
    return usable ? 0 : Pointsman.FOUND_A_PROBLEM;
  }
}
