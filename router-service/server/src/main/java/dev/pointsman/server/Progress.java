package dev.pointsman.server;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;

/**
 * How far a command is, on standard error: a bar on a terminal, else a line every ten seconds. Into a
 * file a bar would write a frame per step.
 */
final class Progress implements AutoCloseable {

  private static final long LINE_EVERY_NANOS = 10_000_000_000L;
  private static final Path STANDARD_ERROR = Path.of("/proc/self/fd/2");

  private final String task;
  private final String unit;
  private final long unitSize;
  private final long most;
  private final PrintStream err;
  private final @Nullable ProgressBar bar;
  private long lastLine = System.nanoTime();

  private Progress(
      String task, String unit, long unitSize, long most, PrintStream err, boolean terminal) {
    this.task = task;
    this.unit = unit;
    this.unitSize = unitSize;
    this.most = most;
    this.err = err;
    this.bar =
        terminal
            ? new ProgressBarBuilder()
                .setTaskName(task)
                .setInitialMax(most)
                .setUnit(" " + unit, unitSize)
                .showSpeed()
                .setConsumer(new ConsoleProgressBarConsumer(err))
                .build()
            : null;
  }

  /**
   * The progress of a task.
   *
   * @param unit what is counted, for example {@code rows}
   * @param unitSize how many of what is told make one of them
   * @param most how many there will be, −1 when nobody knows
   */
  static Progress of(String task, String unit, long unitSize, long most) {
    return new Progress(task, unit, unitSize, most, System.err, errIsTerminal());
  }

  /** Standard output may be a file while standard error is a terminal, as in an export. */
  private static boolean errIsTerminal() {
    try {
      if (Files.exists(STANDARD_ERROR)) {
        String device = STANDARD_ERROR.toRealPath().toString();
        return device.startsWith("/dev/pts/") || device.startsWith("/dev/tty");
      }
    } catch (IOException e) {
      // Then as on systems without that file.
    }
    return System.console() != null && System.console().isTerminal();
  }

  void to(long done) {
    if (bar != null) {
      bar.stepTo(done);
    } else if (System.nanoTime() - lastLine >= LINE_EVERY_NANOS) {
      lastLine = System.nanoTime();
      err.println(
          most > 0
              ? "%s: %d of %d %s".formatted(task, done / unitSize, most / unitSize, unit)
              : "%s: %d %s".formatted(task, done / unitSize, unit));
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
