package dev.pointsman.eventlog;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

final class EventCodecProperties {

  @Property(seed = "1", tries = 500)
  void encode_anyEvent_decodesToAnEqualOne(@ForAll long seed) {
    Event event = new RandomEvents(seed).any();

    byte[] bytes = EventCodec.encode(event);
    Event decoded = EventCodec.decode(bytes);

    assertSame(decoded, event);
    assertThat(EventCodec.encode(decoded)).isEqualTo(bytes);
    assertThat(EventCodec.encoding(event).exact()).as("may be handed on as it is").isSameAs(event);
  }

  @Property(seed = "1", tries = 500)
  void toJson_anyEvent_isReadAsVersion1(@ForAll long seed) {
    Event event = new RandomEvents(seed).any();

    String json = EventCodec.toJson(event);
    Event decoded = EventCodec.decode(json.getBytes(StandardCharsets.UTF_8));

    assertSame(decoded, event);
    assertThat(EventCodec.toJson(decoded)).isEqualTo(json);
  }

  private static void assertSame(Event decoded, Event event) {
    assertThat(decoded)
        .usingRecursiveComparison()
        .withComparatorForType(Double::compare, Double.class)
        .isEqualTo(event);
  }
}
