package dev.pointsman.eventstore;

import dev.pointsman.eventlog.EventCodec;
import dev.pointsman.eventlog.EventDecodeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Events that a working store refused, in {@code dead-letter/} of the data directory: the whole
 * event as {@code 17.event}, or a row of it as {@code 17.inference.0.event} when the other tables
 * took theirs, with the reason and, for people, the event as JSON beside it. Laying the same one
 * aside again writes the same files. Those of another source than the spool lie in a folder of its
 * name.
 */
final class DeadLetters {

  private static final Pattern FILE = Pattern.compile("(\\d+)(?:\\.(\\w+)\\.(\\d+))?\\.event");

  private final Path directory;
  private final String spool;
  private final AtomicLong laid = new AtomicLong();

  DeadLetters(Path directory, String spool) {
    this.directory = directory;
    this.spool = spool;
  }

  /**
   * One letter.
   *
   * @param table the table that refused a row of the event, null when nothing of it was stored
   * @param row which of the event's rows in that table, from 0
   */
  record Letter(
      String source, long sequence, @Nullable EventTable table, int row, Path file, String reason) {

    byte[] encoded() {
      try {
        return Files.readAllBytes(file);
      } catch (IOException e) {
        throw new UncheckedIOException("the dead letter " + file + " cannot be read", e);
      }
    }
  }

  Path directory() {
    return directory;
  }

  /** How many this process laid aside. */
  long laid() {
    return laid.get();
  }

  /** Lays a whole event aside. */
  void lay(String source, long sequence, byte[] encoded, String reason) {
    write(source, Long.toString(sequence), encoded, reason);
  }

  /** Lays a row of an event aside, with the event. */
  void lay(String source, long sequence, TableShape table, int row, byte[] encoded, String reason) {
    write(source, "%d.%s.%d".formatted(sequence, table.name(), row), encoded, reason);
  }

  private void write(String source, String name, byte[] encoded, String reason) {
    Path folder = source.equals(spool) ? directory : directory.resolve(folderOf(source));
    try {
      Files.createDirectories(folder);
      String readable = asJson(encoded);
      if (readable != null) {
        Files.writeString(folder.resolve(name + ".json"), readable + "\n");
      }
      Files.writeString(folder.resolve(name + ".reason.txt"), reason + "\n");
      // Last: whoever lists or retries meanwhile takes it for a letter from here on.
      Files.write(folder.resolve(name + ".event"), encoded);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "event %s cannot be laid into %s: free space or make it writable".formatted(name, folder),
          e);
    }
    laid.incrementAndGet();
  }

  /** Null when the bytes are no event, which may be why they lie here. */
  private static @Nullable String asJson(byte[] encoded) {
    try {
      return EventCodec.toJson(EventCodec.decode(encoded));
    } catch (EventDecodeException e) {
      return null;
    }
  }

  private static String folderOf(String source) {
    return source.replaceAll("[^A-Za-z0-9.-]", "_");
  }

  /** All letters of the spool, by number. */
  List<Letter> all() {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    List<Letter> letters = new ArrayList<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Matcher name = FILE.matcher(file.getFileName().toString());
        if (name.matches()) {
          letters.add(letter(file, name));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the dead letters in " + directory + " cannot be read", e);
    }
    letters.sort(
        Comparator.comparingLong(Letter::sequence).thenComparing(l -> l.file().toString()));
    return letters;
  }

  private Letter letter(Path file, Matcher name) throws IOException {
    Path reason = beside(file, ".reason.txt");
    String table = name.group(2);
    return new Letter(
        spool,
        Long.parseLong(name.group(1)),
        table == null ? null : EventTable.ofName(table),
        table == null ? 0 : Integer.parseInt(name.group(3)),
        file,
        Files.exists(reason) ? Files.readString(reason).strip() : "");
  }

  /** Removes a letter whose rows are stored now. */
  void remove(Letter letter) {
    try {
      Files.deleteIfExists(letter.file());
      Files.deleteIfExists(beside(letter.file(), ".json"));
      Files.deleteIfExists(beside(letter.file(), ".reason.txt"));
    } catch (IOException e) {
      throw new UncheckedIOException("the dead letter " + letter.file() + " cannot be removed", e);
    }
  }

  private static Path beside(Path letter, String ending) {
    return letter.resolveSibling(letter.getFileName().toString().replace(".event", ending));
  }
}
