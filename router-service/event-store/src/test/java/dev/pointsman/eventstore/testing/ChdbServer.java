package dev.pointsman.eventstore.testing;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The program of the child process behind {@link LocalClickHouse}: ClickHouse's own HTTP server out
 * of {@code libchdb}, until standard input ends. Never inside a test's JVM, whose signal handlers and
 * exit the library does not respect.
 *
 * <p>Arguments: the library, the directory for data, the port (0 for any free one), the file to write
 * the port to, and further options of the engine such as {@code --config-file=…}.
 */
final class ChdbServer {

  /** The engine recurses deeper than a Java thread usually may. */
  private static final long STACK_BYTES = 64L << 20;

  private static final int FAILED = 1;
  private static final int LONGEST_MESSAGE = 1 << 20;

  private ChdbServer() {}

  public static void main(String[] arguments) throws Exception {
    Path library = Path.of(arguments[0]).toAbsolutePath();
    Path portFile = Path.of(arguments[3]).toAbsolutePath();
    Files.deleteIfExists(portFile);
    List<String> options =
        new ArrayList<>(
            List.of(
                "clickhouse",
                "--path=" + Path.of(arguments[1]).toAbsolutePath(),
                "--listen_host=127.0.0.1",
                "--http_port=" + arguments[2]));
    options.addAll(Arrays.asList(arguments).subList(4, arguments.length));
    options.add("--query");
    // The last question waits for the end of standard input: the parent's close, or its death.
    options.add(
        "SYSTEM START LISTEN HTTP; SELECT getServerPort('http_port') INTO OUTFILE '%s' FORMAT TSV;"
                .formatted(portFile)
            + " SELECT count() FROM file('stdin', 'LineAsString', 'line String') FORMAT Null");
    AtomicInteger exitCode = new AtomicInteger();
    Thread engine =
        new Thread(null, () -> exitCode.set(run(library, options)), "clickhouse", STACK_BYTES);
    engine.start();
    engine.join();
    // Not exit: the library's own end of life can crash the JVM.
    Runtime.getRuntime().halt(exitCode.get());
  }

  private static int run(Path library, List<String> options) {
    Linker linker = Linker.nativeLinker();
    Arena arena = Arena.global();
    SymbolLookup symbols = SymbolLookup.libraryLookup(library, arena);
    try {
      // Without this the JVM hangs at its first implicit null check.
      MethodHandle signals =
          linker.downcallHandle(
              symbols.findOrThrow("chdb_set_signal_handlers_enabled"),
              FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT));
      signals.invokeExact(0);
      MethodHandle commandLine =
          linker.downcallHandle(
              symbols.findOrThrow("chdb_query_cmdline"),
              FunctionDescriptor.of(
                  ValueLayout.ADDRESS, ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
      MethodHandle error =
          linker.downcallHandle(
              symbols.findOrThrow("chdb_result_error"),
              FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS));
      MemorySegment values = arena.allocate(ValueLayout.ADDRESS, options.size() + 1);
      for (int i = 0; i < options.size(); i++) {
        values.setAtIndex(ValueLayout.ADDRESS, i, arena.allocateFrom(options.get(i)));
      }
      MemorySegment result = (MemorySegment) commandLine.invokeExact(options.size(), values);
      MemorySegment message = (MemorySegment) error.invokeExact(result);
      if (message.address() == 0) {
        return 0;
      }
      System.err.println(message.reinterpret(LONGEST_MESSAGE).getString(0));
    } catch (Throwable e) {
      e.printStackTrace();
    }
    return FAILED;
  }
}
