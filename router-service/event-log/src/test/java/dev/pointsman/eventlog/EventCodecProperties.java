package dev.pointsman.eventlog;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

final class EventCodecProperties {

  @Property(tries = 500)
  void encode_anyEvent_decodesToAnEqualOne(@ForAll long seed) {
    Event event = new RandomEvents(seed).any();

    byte[] bytes = EventCodec.encode(event);
    Event decoded = EventCodec.decode(bytes);

    assertThat(decoded)
        .usingRecursiveComparison()
        .withComparatorForType(Double::compare, Double.class)
        .isEqualTo(event);
    assertThat(EventCodec.encode(decoded)).isEqualTo(bytes);
  }
}
