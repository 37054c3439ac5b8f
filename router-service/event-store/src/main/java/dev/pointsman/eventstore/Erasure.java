package dev.pointsman.eventstore;

import dev.pointsman.eventlog.ChangeEvent;
import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.EventCodec;
import dev.pointsman.eventlog.EventDecodeException;
import dev.pointsman.eventlog.EventLog;
import dev.pointsman.eventlog.FeedbackEvent;
import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.routing.IdSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Takes what people said, and who they were, out of everything that carries a tag: inputs, outputs,
 * raw requests and responses, texts of feedback, tags and end users. Figures stay: what was chosen,
 * what it cost, and whether it helped. What waits in the spool is stored first and then erased.
 *
 * <p>An erasure leaves an audit row that names the tag's key and a salted hash of its value, so that
 * it can be proved and not read back.
 */
public final class Erasure {

  private static final String SPOOL_FILES = "*.spool";
  private static final String LETTER = ".event";

  private final EventStore store;
  private final EventLog log;
  private final Drain drain;
  private final byte[] salt;
  private final IdSource ids;

  /**
   * An erasure over a data directory.
   *
   * @param salt the installation's salt, which keys the hash
   */
  public Erasure(EventStore store, EventLog log, Drain drain, byte[] salt, IdSource ids) {
    this.store = store;
    this.log = log;
    this.drain = drain;
    this.salt = salt.clone();
    this.ids = ids;
  }

  /**
   * What is to be erased.
   *
   * @param key the tag's name
   * @param value its value
   */
  public record Tag(String key, String value) {
    /** A tag with a name and a value. */
    public Tag {
      if (key.isEmpty() || value.isEmpty()) {
        throw new IllegalArgumentException(
            "a tag to erase needs a name and a value, as in user_id=42");
      }
    }

    /** The tag written as {@code key=value}. */
    public static Tag parse(String text) {
      int equals = text.indexOf('=');
      if (equals < 0) {
        throw new IllegalArgumentException("a tag is written key=value, as in user_id=42");
      }
      return new Tag(text.substring(0, equals), text.substring(equals + 1));
    }

    /** Without the value, which may not be in any message. */
    @Override
    public String toString() {
      return "tag " + key;
    }
  }

  /**
   * What was erased, or would be.
   *
   * @param rows changed or deleted rows by table
   * @param deadLetters events laid aside that carry the tag, deleted
   * @param unreadDeadLetters events laid aside that cannot be read, which people must look at
   * @param spoolBytes bytes of spool files that may still hold stored events: deleted when the file
   *     is full, or when the service starts next
   * @param valueHash the salted hash in the audit row
   */
  public record Outcome(
      Map<String, Long> rows,
      long deadLetters,
      long unreadDeadLetters,
      long spoolBytes,
      String valueHash) {}

  /** Counts what would be erased, and changes nothing but where the spool's events lie. */
  public Outcome preview(Tag tag) {
    drain.drainNow();
    return outcome(tag, tagged(tag), deadLetters(tag));
  }

  private Map<String, Long> tagged(Tag tag) {
    try {
      return store.tagged(values(tag));
    } catch (StoreException e) {
      throw withoutValue("what carries %s could not be counted".formatted(tag), e);
    }
  }

  /** Servers repeat the question, and the value with it, in what they say is wrong. */
  private static StoreException withoutValue(String sentence, StoreException e) {
    String code =
        e.getCause() instanceof SQLException refused
            ? " (error %d, state %s)".formatted(refused.getErrorCode(), refused.getSQLState())
            : "";
    return new StoreException(
        "%s: the event store refused it or cannot be reached%s; try again"
            .formatted(sentence, code));
  }

  /**
   * Erases.
   *
   * @param actor who asked for it
   * @param reason why, in a sentence; may not hold the value
   */
  public Outcome erase(Tag tag, String actor, String reason) {
    if (reason.contains(tag.value()) || actor.contains(tag.value())) {
      throw new IllegalArgumentException(
          "the reason and the actor of an erasure are kept and must not hold the erased value");
    }
    drain.drainNow();
    Map<String, Long> rows = tagged(tag);
    try {
      store.erase(values(tag));
    } catch (StoreException e) {
      throw withoutValue("not all that carries %s was erased".formatted(tag), e);
    }
    Letters letters = deadLetters(tag);
    for (Path letter : letters.carrying()) {
      for (String part : List.of(".json", ".reason.txt", LETTER)) {
        delete(letter.resolveSibling(stem(letter) + part));
      }
    }
    Outcome outcome = outcome(tag, rows, letters);
    log.append(
        new ChangeEvent(
            ids.next(),
            ids.now(),
            ChangeEvent.Kind.AUDIT,
            actor,
            null,
            "erasure of tag " + tag.key(),
            null,
            "%s; dead letters %d; value %s"
                .formatted(written(rows), letters.carrying().size(), outcome.valueHash()),
            reason));
    return outcome;
  }

  private static Map<String, String> values(Tag tag) {
    return Map.of("key", tag.key(), "value", tag.value());
  }

  private Outcome outcome(Tag tag, Map<String, Long> rows, Letters letters) {
    return new Outcome(
        rows, letters.carrying().size(), letters.unread(), spoolBytes(), hash(tag.value()));
  }

  private static String written(Map<String, Long> rows) {
    return rows.isEmpty()
        ? "nothing found"
        : rows.entrySet().stream()
            .map(entry -> entry.getKey() + " " + entry.getValue())
            .collect(Collectors.joining(", "));
  }

  private String hash(String value) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(salt, "HmacSHA256"));
      return "hmac-sha256:"
          + HexFormat.of().formatHex(mac.doFinal(value.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException | InvalidKeyException e) {
      throw new IllegalStateException("every Java has HmacSHA256, this one says it has not", e);
    }
  }

  private record Letters(List<Path> carrying, long unread) {}

  private Letters deadLetters(Tag tag) {
    Path directory = store.dataDirectory().resolve("dead-letter");
    List<Path> carrying = new ArrayList<>();
    long unread = 0;
    if (Files.isDirectory(directory)) {
      // Those of other sources than the spool lie in folders.
      try (Stream<Path> letters = Files.walk(directory, 2)) {
        for (Path letter : letters.filter(file -> file.toString().endsWith(LETTER)).toList()) {
          try {
            if (carries(EventCodec.decode(Files.readAllBytes(letter)), tag)) {
              carrying.add(letter);
            }
          } catch (EventDecodeException e) {
            unread++;
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(
            "the dead letters in %s cannot be read: make them readable, or delete them"
                .formatted(directory),
            e);
      }
    }
    return new Letters(carrying, unread);
  }

  private static boolean carries(Event event, Tag tag) {
    return switch (event) {
      case InferenceEvent e -> tag.value().equals(e.asker().tags().get(tag.key()));
      case FeedbackEvent e -> tag.value().equals(e.tags().get(tag.key()));
      default -> false;
    };
  }

  private static String stem(Path file) {
    String name = file.getFileName().toString();
    return name.substring(0, name.length() - LETTER.length());
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "%s could not be deleted: delete it by hand".formatted(file), e);
    }
  }

  private long spoolBytes() {
    Path spool = store.dataDirectory().resolve("spool");
    long bytes = 0;
    if (Files.isDirectory(spool)) {
      try (DirectoryStream<Path> segments = Files.newDirectoryStream(spool, SPOOL_FILES)) {
        for (Path segment : segments) {
          bytes += Files.size(segment);
        }
      } catch (IOException e) {
        throw new UncheckedIOException("the spool %s cannot be read".formatted(spool), e);
      }
    }
    return bytes;
  }
}
