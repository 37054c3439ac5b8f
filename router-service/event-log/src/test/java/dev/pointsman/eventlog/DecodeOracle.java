package dev.pointsman.eventlog;

import static org.assertj.core.api.Assertions.assertThat;

/** What must hold for any bytes: they are refused as declared, or are an event that stays itself. */
final class DecodeOracle {

  private DecodeOracle() {}

  static void check(byte[] bytes) {
    Event event;
    try {
      event = EventCodec.decode(bytes);
    } catch (EventDecodeException e) {
      assertThat(e.getMessage()).isNotBlank().doesNotEndWith("null");
      return;
    }
    byte[] once = EventCodec.encode(event);
    assertThat(EventCodec.encode(EventCodec.decode(once))).isEqualTo(once);
  }
}
