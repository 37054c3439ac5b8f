package dev.pointsman.server;

import java.io.Console;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of commands that change what is stored: {@code --dry-run} and {@code --yes}. */
final class Confirmation {

  @Option(names = "--dry-run", description = "Say what would be done, and change nothing.")
  private boolean dryRun;

  @Option(names = "--yes", description = "Do it without asking.")
  private boolean yes;

  boolean dryRun() {
    return dryRun;
  }

  /**
   * Asks, unless told not to.
   *
   * @param question ends with a question mark
   * @throws CommandFailure if the answer is no, or there is nobody to ask
   */
  void ask(String question) {
    if (dryRun || yes) {
      return;
    }
    Console console = System.console();
    if (console == null || !console.isTerminal()) {
      throw new CommandFailure(
          Pointsman.WRONG_USAGE,
          "there is no terminal to ask on: add --yes to do it, or --dry-run to see what it would"
              + " do");
    }
    @Nullable String answer = console.readLine("%s [y/N] ", question);
    if (answer == null || !answer.strip().equalsIgnoreCase("y")) {
      throw new CommandFailure(Pointsman.FOUND_A_PROBLEM, "nothing was done");
    }
  }
}
