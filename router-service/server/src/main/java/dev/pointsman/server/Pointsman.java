package dev.pointsman.server;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line: parses, calls, prints; everything else is in the modules. */
@Command(
    name = "pointsman",
    description = "An LLM router that learns from feedback.",
    mixinStandardHelpOptions = true,
    version = "pointsman 0.1.0",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      ServeCommand.class,
      DemoCommand.class,
      ValidateCommand.class,
      ExportCommand.class,
      RebuildRollupsCommand.class,
      ImportCommand.class,
      EraseCommand.class,
      DoctorCommand.class,
      DeadLettersCommand.class,
      EvaluateCommand.class,
      TrainCommand.class,
      PolicyCommand.class,
      SimulateCommand.class,
      ReplayCommand.class,
      BenchmarkRoutingCommand.class
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:fine",
      "1:ran and found a problem, for example a configuration that is wrong",
      "2:wrong usage",
      "3:the server cannot be reached",
      "70:internal error",
      "130:interrupted"
    })
public final class Pointsman implements Runnable {

  static final int FOUND_A_PROBLEM = 1;
  static final int WRONG_USAGE = 2;
  static final int UNREACHABLE = 3;
  static final int INTERNAL_ERROR = 70;

  @CommandLine.Spec private CommandLine.Model.@org.jspecify.annotations.Nullable CommandSpec spec;

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Pointsman())
        .setExecutionExceptionHandler(Pointsman::report)
        .setCaseInsensitiveEnumValuesAllowed(true);
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        java.util.Objects.requireNonNull(spec).commandLine(), "a command is needed");
  }

  private static int report(
      Exception failure, CommandLine commandLine, CommandLine.ParseResult parsed) {
    if (failure instanceof CommandFailure expected) {
      commandLine.getErr().println("pointsman: " + expected.getMessage());
      return expected.exitCode();
    }
    failure.printStackTrace(commandLine.getErr());
    return INTERNAL_ERROR;
  }
}
