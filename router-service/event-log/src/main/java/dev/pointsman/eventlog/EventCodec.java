package dev.pointsman.eventlog;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.TSFBuilder;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * How an event becomes bytes and comes back: one CBOR map, its keys the column names of the stored
 * tables. It starts with {@code event_version} and {@code event}, the kind. Null, empty arrays and
 * empty maps are left out; ids are their 16 bytes; times are whole microseconds since 1970 UTC
 * (anything finer is cut off); doubles keep every bit. Half a surrogate pair, which UTF-8 cannot
 * hold, becomes U+FFFD. A revision's statistics are the text that {@link
 * dev.pointsman.routing.PolicyStatisticsCodec} makes, with a format number of their own.
 *
 * <p>Version 1 was the same as one JSON object in UTF-8, ids as text. A written version stays
 * readable for ever. Adding a column that older programs may overlook keeps the version; changing the
 * meaning of one needs the next number and a reader for both.
 */
public final class EventCodec {

  /** The version that {@link #encode} writes. */
  public static final int VERSION = 2;

  private static final int JSON_VERSION = 1;
  private static final int MAX_DEPTH = 16;

  private static final JsonFactory CBOR = factory(CBORFactory.builder());
  private static final JsonFactory JSON = factory(new JsonFactoryBuilder());

  private EventCodec() {}

  private static <F extends JsonFactory, B extends TSFBuilder<F, B>> F factory(B builder) {
    return builder
        // Keys include callers' tags: nothing of theirs may stay in a table for ever.
        .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
        .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
        .streamReadConstraints(
            StreamReadConstraints.builder()
                .maxNestingDepth(MAX_DEPTH)
                .maxStringLength(Integer.MAX_VALUE)
                .maxNameLength(Integer.MAX_VALUE)
                .build())
        // The default keeps buffers by thread, and a virtual thread encodes one event in its life.
        .recyclerPool(JsonRecyclerPools.newConcurrentDequePool())
        .build();
  }

  /**
   * An encoded event.
   *
   * @param exact the event itself, if {@link #decode} gives an equal one; null if writing it changed
   *     something
   */
  @SuppressWarnings("ArrayRecordComponent") // bytes on their way to a file, compared by nobody
  record Encoding(byte[] bytes, @Nullable Event exact) {}

  /** The event's bytes in the current version. */
  public static byte[] encode(Event event) {
    return encoding(event).bytes();
  }

  static Encoding encoding(Event event) {
    EncodedBytes bytes = new EncodedBytes();
    try (JsonGenerator cbor = CBOR.createGenerator(bytes)) {
      boolean exact = write(event, VERSION, cbor);
      cbor.close();
      return new Encoding(bytes.all(), exact ? event : null);
    } catch (IOException e) {
      throw toMemory(e);
    }
  }

  /** The event as a person reads it: as JSON text, in the form of version 1. */
  public static String toJson(Event event) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      write(event, JSON_VERSION, json);
    } catch (IOException e) {
      throw toMemory(e);
    }
    return text.toString();
  }

  private static boolean write(Event event, int version, JsonGenerator out) throws IOException {
    EventWriter writer = new EventWriter(out);
    out.writeStartObject();
    out.writeNumberField("event_version", version);
    out.writeStringField("event", EventKind.of(event).label);
    writer.write(event);
    out.writeEndObject();
    return writer.exact();
  }

  private static UncheckedIOException toMemory(IOException e) {
    return new UncheckedIOException("an event could not be written to memory", e);
  }

  /**
   * The event of the given bytes, of any version.
   *
   * @throws EventDecodeException if they are no event, or one of a version not known here
   */
  public static Event decode(byte[] bytes) {
    // No CBOR map begins with this byte.
    boolean json = bytes.length > 0 && bytes[0] == '{';
    EventFields fields = parse(bytes, json ? JSON : CBOR);
    int version = fields.integer("event_version");
    if (version != (json ? JSON_VERSION : VERSION)) {
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

  private static EventFields parse(byte[] bytes, JsonFactory format) {
    try (JsonParser parser = format.createParser(bytes)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new EventDecodeException("an event is a map of its columns, this is none");
      }
      EventFields fields = EventFields.parse(parser, "");
      if (parser.nextToken() != null) {
        throw new JsonParseException(parser, "something follows the event");
      }
      return fields;
    } catch (IOException e) {
      throw new EventDecodeException(
          "an event is broken at or before byte %d of %d".formatted(position(e), bytes.length), e);
    }
  }

  /** Where it broke; the message itself could quote the payload and is kept out. */
  private static long position(IOException e) {
    return e instanceof JsonProcessingException broken && broken.getLocation() != null
        ? broken.getLocation().getByteOffset()
        : -1;
  }
}
