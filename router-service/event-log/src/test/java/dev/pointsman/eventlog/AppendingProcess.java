package dev.pointsman.eventlog;

import dev.pointsman.eventlog.testing.Events;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A process that appends as fast as it can until it is killed, and says after each append which
 * inference is acknowledged under which number. Arguments: directory, number of threads, round.
 */
final class AppendingProcess {

  private AppendingProcess() {}

  public static void main(String[] arguments) {
    long round = Long.parseLong(arguments[2]);
    int threads = Integer.parseInt(arguments[1]);
    EventLog log = EventLog.open(Path.of(arguments[0]), EventLogCrashTest.SETTINGS);
    PrintStream out =
        new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.US_ASCII);
    for (int i = 0; i < threads; i++) {
      long first = round * 100_000_000 + i * 1_000_000L;
      Thread.ofVirtual()
          .start(
              () -> {
                for (long n = first; ; n++) {
                  long seq = log.append(Events.inference(n));
                  byte[] line =
                      (seq + " " + Events.id(n) + "\n").getBytes(StandardCharsets.US_ASCII);
                  // One write a line, so that a line is whole or was never acknowledged.
                  out.write(line, 0, line.length);
                  out.flush();
                }
              });
    }
    try {
      Thread.sleep(java.time.Duration.ofMinutes(1));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
