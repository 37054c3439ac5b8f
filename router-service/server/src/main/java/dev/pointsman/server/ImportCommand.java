package dev.pointsman.server;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.eventstore.EventTable;
import dev.pointsman.eventstore.TableImport;
import dev.pointsman.eventstore.TensorZeroTable;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Brings files into the store of a stopped service: what {@code export} wrote, or TensorZero's
 * tables. A file's table is its name's beginning.
 */
@Command(
    name = "import",
    description = {
      "Bring exported files, or tables of TensorZero, into the store of a stopped service.",
      "Each row comes in once, however often its file is imported; an import that was cut off goes"
          + " on where it was when the same command is given again."
    },
    mixinStandardHelpOptions = true)
final class ImportCommand implements Callable<Integer> {

  private static final int LINES_SHOWN = 100;
  private static final long STOP_SECONDS = 30;

  @Parameters(
      arity = "1..*",
      paramLabel = "PATH",
      description =
          "Files named after their tables, as in inference.jsonl, feedback-2026.jsonl.gz or"
              + " ChatInference.jsonl, or directories of such files.")
  private List<Path> paths = List.of();

  @Mixin private DirectoryOptions options = new DirectoryOptions();

  @Option(
      names = "--from",
      defaultValue = "pointsman",
      description = "pointsman or tensorzero: whose tables they are. Default: ${DEFAULT-VALUE}")
  private String from = "pointsman";

  @Option(names = "--table", description = "The table of all the files, whatever their names.")
  private @Nullable String table;

  @Option(names = "--json", description = "Print the result as a JSON object.")
  private boolean json;

  @Mixin private Confirmation confirmation = new Confirmation();

  @Spec private @Nullable CommandSpec spec;

  /** One file and what is in it. */
  private sealed interface Part {
    Path file();

    /** The place in the order in which tables must come in. */
    int rank();

    TableImport.Outcome run(TableImport imports, Run run);

    record Exported(EventTable table, Path file) implements Part {
      @Override
      public int rank() {
        return table.ordinal();
      }

      @Override
      public TableImport.Outcome run(TableImport imports, Run run) {
        return imports.exported(table, file, run.dryRun(), run::stopped, run);
      }
    }

    record TensorZero(TensorZeroTable table, Path file) implements Part {
      @Override
      public int rank() {
        return table.ordinal();
      }

      @Override
      public TableImport.Outcome run(TableImport imports, Run run) {
        return imports.tensorZero(table, file, run.dryRun(), run::stopped, run);
      }
    }
  }

  /** What happens while files are read. */
  private static final class Run implements TableImport.Listener {
    private final boolean dryRun;
    private volatile boolean stopped;
    private @Nullable Path file;
    private @Nullable Progress progress;
    private long shown;

    Run(boolean dryRun) {
      this.dryRun = dryRun;
    }

    boolean dryRun() {
      return dryRun;
    }

    boolean stopped() {
      return stopped;
    }

    @Override
    public void read(long bytes) {
      if (progress != null) {
        progress.to(bytes);
      }
    }

    @Override
    public void unreadable(long line, String reason) {
      shown++;
      if (shown <= LINES_SHOWN) {
        System.err.printf("%s:%d: %s%n", file, line, reason);
      } else if (shown == LINES_SHOWN + 1) {
        System.err.println("further lines that cannot be read are counted only");
      }
    }
  }

  @Override
  public Integer call() throws IOException {
    List<Part> parts = parts();
    DataDirectory directory = options.directory();
    directory.requireStopped("an import");
    confirmation.ask(
        "Import %d files into the store in %s?".formatted(parts.size(), directory.path()));
    directory.create();
    Run run = new Run(confirmation.dryRun());
    CountDownLatch done = new CountDownLatch(1);
    Thread hook = Thread.ofPlatform().name("stop-import").unstarted(() -> stop(run, done));
    Runtime.getRuntime().addShutdownHook(hook);
    try (StoppedDirectory stopped = options.open(directory, "an import")) {
      return importAll(parts, stopped.store().imports(), run);
    } finally {
      done.countDown();
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // It runs already.
      }
    }
  }

  /** Lets the batch at work commit. */
  private static void stop(Run run, CountDownLatch done) {
    run.stopped = true;
    try {
      if (done.await(STOP_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("interrupted: give the same command again to go on from there");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private int importAll(List<Part> parts, TableImport imports, Run run) throws IOException {
    ObjectNode result = new ObjectMapper().createObjectNode().put("dry_run", run.dryRun());
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    boolean whole = true;
    for (Part part : parts) {
      if (run.stopped()) {
        whole = false;
        break;
      }
      TableImport.Outcome outcome;
      run.file = part.file();
      try (Progress progress =
          Progress.of(
              part.file().getFileName().toString(), "MB", 1_000_000, Files.size(part.file()))) {
        run.progress = progress;
        outcome = part.run(imports, run);
      } catch (UncheckedIOException e) {
        throw new CommandFailure(
            Pointsman.FOUND_A_PROBLEM,
            "%s; the files before it are imported".formatted(e.getMessage()));
      }
      whole &= outcome.complete() && outcome.unreadable() == 0;
      if (json) {
        result.withArray("files").add(described(part.file(), outcome));
      } else {
        out.println(sentence(part.file(), outcome, run.dryRun()));
      }
    }
    if (json) {
      out.println(result.put("complete", whole).toPrettyString());
    }
    out.flush();
    return whole ? 0 : Pointsman.FOUND_A_PROBLEM;
  }

  private static ObjectNode described(Path file, TableImport.Outcome outcome) {
    ObjectNode node =
        new ObjectMapper()
            .createObjectNode()
            .put("file", file.toString())
            .put("source", outcome.source())
            .put("lines", outcome.lines())
            .put("done_before", outcome.resumedAfter())
            .put("present", outcome.present())
            .put("unreadable", outcome.unreadable())
            .put("complete", outcome.complete());
    ObjectNode rows = node.putObject("rows");
    outcome.rows().forEach(rows::put);
    return node;
  }

  private static String sentence(Path file, TableImport.Outcome outcome, boolean dryRun) {
    String rows =
        outcome.rows().isEmpty()
            ? "nothing new"
            : outcome.rows().entrySet().stream()
                .map(entry -> "%d rows of %s".formatted(entry.getValue(), entry.getKey()))
                .collect(Collectors.joining(", "));
    return "%s: %s%s%s%s%s%s"
        .formatted(
            file,
            dryRun ? "would import " : "",
            rows,
            outcome.resumedAfter() > 0
                ? "; %d lines were done before".formatted(outcome.resumedAfter())
                : "",
            outcome.present() > 0
                ? "; %d were in the store already".formatted(outcome.present())
                : "",
            outcome.unreadable() > 0
                ? "; %d LINES LEFT OUT, they cannot be read".formatted(outcome.unreadable())
                : "",
            outcome.complete() ? "" : "; STOPPED after line %d".formatted(outcome.lines()));
  }

  private List<Part> parts() throws IOException {
    List<Path> files = new ArrayList<>();
    for (Path path : paths) {
      if (Files.isDirectory(path)) {
        try (var inside = Files.list(path)) {
          files.addAll(
              inside
                  .filter(
                      file ->
                          file.getFileName().toString().matches(".*\\.(jsonl|ndjson|json)(\\.gz)?"))
                  .sorted()
                  .toList());
        }
      } else if (Files.isReadable(path)) {
        files.add(path);
      } else {
        throw new CommandFailure(
            Pointsman.FOUND_A_PROBLEM, "%s does not exist or cannot be read".formatted(path));
      }
    }
    if (files.isEmpty()) {
      throw new CommandFailure(
          Pointsman.FOUND_A_PROBLEM, "there is no file *.jsonl in %s".formatted(paths));
    }
    List<Part> parts = new ArrayList<>();
    for (Path file : files) {
      parts.add(part(file));
    }
    parts.sort(java.util.Comparator.comparingInt(Part::rank));
    return parts;
  }

  private Part part(Path file) {
    String name = table == null ? file.getFileName().toString().split("[.-]", 2)[0] : table;
    try {
      return switch (from) {
        case "pointsman" -> new Part.Exported(EventTable.ofName(name), file);
        case "tensorzero" -> new Part.TensorZero(TensorZeroTable.ofName(name), file);
        default ->
            throw new CommandFailure(
                Pointsman.WRONG_USAGE, "--from must be pointsman or tensorzero, not " + from);
      };
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(
          Pointsman.WRONG_USAGE,
          "%s: %s. Name the file after its table, or give --table".formatted(file, e.getMessage()));
    }
  }
}
