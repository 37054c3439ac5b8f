package dev.pointsman.server;

import dev.pointsman.eventstore.DeadLetter;
import dev.pointsman.eventstore.EventTable;
import dev.pointsman.eventstore.LetterRetry;
import java.io.PrintWriter;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** What the event store refused and lies in {@code dead-letter/}: listed, or tried again. */
@Command(
    name = "dead-letters",
    description = "List what the event store refused, or store it after what was wrong is mended.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "(list | retry)")
final class DeadLettersCommand implements Runnable {

  @CommandLine.Spec private CommandLine.Model.@Nullable CommandSpec spec;

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        Objects.requireNonNull(spec).commandLine(), "say list or retry");
  }

  @Command(
      name = "list",
      description = "One line each: number in the log, table, reason.",
      mixinStandardHelpOptions = true)
  int list(@Mixin DirectoryOptions options) {
    try (StoppedDirectory directory = options.open(options.existing(), "listing")) {
      directory.store().refused().forEach(letter -> print(letter, "refused"));
    }
    return 0;
  }

  @Command(
      name = "retry",
      description = "Stores each exactly once; what is refused again stays.",
      mixinStandardHelpOptions = true)
  int retry(@Mixin DirectoryOptions options) {
    try (StoppedDirectory directory = options.open(options.existing(), "a retry")) {
      LetterRetry retry = directory.store().retryRefused();
      out().printf("%d stored, %d refused again%n", retry.stored(), retry.refused().size());
      retry.refused().forEach(letter -> print(letter, "refused again"));
      return retry.refused().isEmpty() ? 0 : Pointsman.FOUND_A_PROBLEM;
    }
  }

  private void print(DeadLetter letter, String what) {
    EventTable table = letter.table();
    out()
        .printf(
            "%d\t%s\t%s: %s%n",
            letter.sequence(),
            table == null ? "whole event" : table.tableName(),
            what,
            letter.reason());
  }

  private PrintWriter out() {
    return Objects.requireNonNull(spec).commandLine().getOut();
  }
}
