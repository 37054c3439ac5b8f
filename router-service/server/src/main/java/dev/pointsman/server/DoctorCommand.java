package dev.pointsman.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.net.URI;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Says what is wrong with a data directory, running or stopped, and what to do about it. */
@Command(
    name = "doctor",
    description =
        "Look at a data directory and what is in it; exit 0 when nothing is wrong, 1 when there is"
            + " a problem.",
    mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {

  @Mixin private DirectoryOptions options = new DirectoryOptions();

  @Option(names = "--json", description = "Print the findings as a JSON object.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    DataDirectory directory = options.directory();
    Optional<URI> running = directory.runningService();
    List<Finding> findings =
        running.isPresent()
            ? findings(ServiceCall.get(running.get(), "/api/doctor"))
            : Doctor.ofStopped(directory, options.catalog().store(), InstantSource.system());
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    if (json) {
      out.println(json(findings).toPrettyString());
    } else {
      findings.forEach(finding -> print(finding, out));
    }
    out.flush();
    return healthy(findings) ? 0 : Pointsman.FOUND_A_PROBLEM;
  }

  private static void print(Finding finding, PrintWriter out) {
    String colour =
        switch (finding.state()) {
          case OK -> "green";
          case WARNING -> "yellow";
          case PROBLEM -> "bold,red";
        };
    // The word has a colour on a terminal, and NO_COLOR is heeded.
    out.printf(
        "%s %-18s %s%n",
        Ansi.AUTO.string("@|%s %-7s|@".formatted(colour, finding.state().label())),
        finding.check(),
        finding.found());
    if (!finding.advice().isEmpty()) {
      out.printf("%-27s → %s%n", "", finding.advice());
    }
  }

  static boolean healthy(List<Finding> findings) {
    return findings.stream().noneMatch(finding -> finding.state() == Finding.State.PROBLEM);
  }

  static ObjectNode json(List<Finding> findings) {
    ObjectNode result = new ObjectMapper().createObjectNode().put("healthy", healthy(findings));
    ArrayNode list = result.putArray("findings");
    for (Finding finding : findings) {
      list.addObject()
          .put("check", finding.check())
          .put("state", finding.state().label())
          .put("found", finding.found())
          .put("advice", finding.advice());
    }
    return result;
  }

  private static List<Finding> findings(JsonNode answer) {
    List<Finding> findings = new ArrayList<>();
    for (JsonNode finding : answer.path("findings")) {
      findings.add(
          new Finding(
              finding.path("check").asText(),
              Finding.State.valueOf(finding.path("state").asText().toUpperCase(Locale.ROOT)),
              finding.path("found").asText(),
              finding.path("advice").asText()));
    }
    return findings;
  }
}
