package dev.pointsman.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class KeyedHashTest {

  private static final KeyedHash HASH = new KeyedHash(counting(16));

  /** From the reference implementation: key 00…0f, message 00, 01, … of the given length. */
  @ParameterizedTest
  @CsvSource({
    "0, 726fdb47dd0e0e31",
    "1, 74f839c593dc67fd",
    "2, 0d6c8009d9a94f5a",
    "3, 85676696d7fb7e2d",
    "4, cf2794e0277187b7",
    "5, 18765564cd99a68d",
    "6, cbc9466e58fee3ce",
    "7, ab0200f58b01d137",
    "8, 93f5f5799a932462",
    "15, a129ca6149be45e5"
  })
  void hash_publishedVectors_agree(int length, String expected) {
    assertThat(Long.toHexString(HASH.hash(counting(length), length)))
        .isEqualTo(expected.replaceFirst("^0+", ""));
  }

  @Test
  void message_parts_arePrecededByTheirLengthInBytes() {
    byte[] expected = new byte[4 + 3 + 4 + 2];
    expected[0] = 3;
    System.arraycopy("arm".getBytes(StandardCharsets.UTF_8), 0, expected, 4, 3);
    expected[7] = 2;
    System.arraycopy("é".getBytes(StandardCharsets.UTF_8), 0, expected, 11, 2);
    assertThat(HASH.message("arm", "é").hash()).isEqualTo(HASH.hash(expected, expected.length));
  }

  @Test
  void message_samePartsCutElsewhere_hashesDifferently() {
    assertThat(HASH.message("ab", "c").hash()).isNotEqualTo(HASH.message("a", "bc").hash());
    assertThat(HASH.message("ab", "").hash()).isNotEqualTo(HASH.message("ab").hash());
  }

  @Test
  void uniformWith_oneMorePart_doesNotKeepIt() {
    KeyedHash.Message message = HASH.message("arm", "f");
    double first = message.uniformWith("small");
    assertThat(message.uniformWith("large")).isEqualTo(HASH.message("arm", "f", "large").uniform());
    assertThat(message.uniformWith("small")).isEqualTo(first);
  }

  @Test
  void message_longerThanItsBuffer_grows() {
    String longPart = "x".repeat(1000);
    byte[] bytes = new byte[1004];
    bytes[0] = (byte) 0xe8;
    bytes[1] = 3;
    System.arraycopy(longPart.getBytes(StandardCharsets.UTF_8), 0, bytes, 4, 1000);
    assertThat(HASH.message(longPart).hash()).isEqualTo(HASH.hash(bytes, bytes.length));
  }

  @Test
  void uniform_extremes_stayWithinTheUnitInterval() {
    assertThat(KeyedHash.uniform(0)).isEqualTo(0x1.0p-54);
    assertThat(KeyedHash.uniform(-1)).isEqualTo(1.0);
    assertThat(KeyedHash.uniform(1L << 63))
        .isCloseTo(0.5, org.assertj.core.api.Assertions.within(1e-15));
  }

  /** Golden for ever: a change here moves every running unit to another variant. */
  @ParameterizedTest
  @CsvSource({
    "lane, support_reply, 01939a5e-7c00-7000-8000-000000000001, '', 0.5218728154977734",
    "arm, support_reply, 01939a5e-7c00-7000-8000-000000000001, large, 0.15893184267350552",
    "arm, функция, 01939a5e-7c00-7000-8000-000000000001, größer, 0.38656761208164586"
  })
  void uniform_hashVersion1_isGolden(
      String domain, String function, String episode, String variant, double expected) {
    KeyedHash.Message message = HASH.message(domain, function, episode);
    double actual = variant.isEmpty() ? message.uniform() : message.uniformWith(variant);
    assertThat(actual).isEqualTo(expected);
  }

  @Test
  void keyedHash_saltOfAnotherLength_isRefused() {
    assertThatThrownBy(() -> new KeyedHash(new byte[15]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the salt must have 16 bytes: 15");
  }

  private static byte[] counting(int length) {
    byte[] result = new byte[length];
    for (int at = 0; at < length; at++) {
      result[at] = (byte) at;
    }
    return result;
  }
}
