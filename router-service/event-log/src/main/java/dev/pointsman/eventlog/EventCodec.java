package dev.pointsman.eventlog;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * How an event becomes bytes and comes back: one compact JSON object in UTF-8, its keys the column
 * names of the stored tables. Every object starts with {@code event_version} and {@code event}, the
 * kind. Null, empty arrays and empty maps are left out; ids are text; times are whole microseconds
 * since 1970 UTC (anything finer is cut off); doubles keep every bit. Half a surrogate pair, which
 * UTF-8 cannot hold, becomes U+FFFD. A revision's statistics are the text that {@link
 * dev.pointsman.routing.PolicyStatisticsCodec} makes, with a format number of their own.
 *
 * <p>A written version stays readable for ever. Adding a column that older programs may overlook
 * keeps the version; changing the meaning of one needs the next number and a reader for both.
 */
public final class EventCodec {

  /** The version that {@link #encode} writes. */
  public static final int VERSION = 1;

  private static final int MAX_DEPTH = 16;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          // Keys include callers' tags: nothing of theirs may stay in a table for ever.
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNameLength(Integer.MAX_VALUE)
                  .build())
          .build();

  private EventCodec() {}

  /** The event's bytes in the current version. */
  public static byte[] encode(Event event) {
    ByteArrayBuilder bytes = new ByteArrayBuilder(2048);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeNumberField("event_version", VERSION);
      json.writeStringField("event", EventKind.of(event).label);
      new EventWriter(json).write(event);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("an event could not be written to memory", e);
    }
    return bytes.toByteArray();
  }

  /**
   * The event of the given bytes.
   *
   * @throws EventDecodeException if they are no event, or one of a version not known here
   */
  public static Event decode(byte[] bytes) {
    EventFields fields = parse(bytes);
    int version = fields.integer("event_version");
    if (version != VERSION) {
      throw new EventDecodeException(
          "event_version is %d, this program reads up to %d: use the program that wrote it, or a later one"
              .formatted(version, VERSION));
    }
    String label = fields.text("event");
    EventKind kind = EventKind.ofLabel(label);
    if (kind == null) {
      throw new EventDecodeException("event is '%s', which is no kind known here".formatted(label));
    }
    try {
      return EventReader.read(kind, fields);
    } catch (EventDecodeException e) {
      throw e;
    } catch (RuntimeException e) {
      // A record refused the values that were stored for it.
      throw new EventDecodeException("%s: %s".formatted(label, e.getMessage()), e);
    }
  }

  private static EventFields parse(byte[] bytes) {
    try (JsonParser json = JSON.createParser(bytes)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new EventDecodeException("an event is a JSON object, this is none");
      }
      EventFields fields = EventFields.parse(json, "");
      if (json.nextToken() != null) {
        throw new JsonParseException(json, "something follows the event");
      }
      return fields;
    } catch (IOException e) {
      throw new EventDecodeException(
          "an event is broken at or before byte %d of %d".formatted(position(e), bytes.length), e);
    }
  }

  /** Where it broke; the message itself could quote the payload and is kept out. */
  private static long position(IOException e) {
    return e instanceof com.fasterxml.jackson.core.JsonProcessingException broken
            && broken.getLocation() != null
        ? broken.getLocation().getByteOffset()
        : -1;
  }
}
