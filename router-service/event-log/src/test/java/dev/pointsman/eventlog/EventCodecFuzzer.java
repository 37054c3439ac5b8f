package dev.pointsman.eventlog;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Tag;
import net.jqwik.api.constraints.IntRange;

/**
 * Bytes that no encoder wrote. The saved inputs under {@code fuzz/event-codec} replay in every build;
 * an input that once broke the codec is added there.
 */
@Tag("fuzz")
final class EventCodecFuzzer {

  private static final List<byte[]> SAVED = saved();

  private static List<byte[]> saved() {
    try (Stream<Path> files =
        Files.list(Path.of(EventCodecFuzzer.class.getResource("/fuzz/event-codec").toURI()))) {
      return files.sorted().map(EventCodecFuzzer::bytesOf).toList();
    } catch (IOException | URISyntaxException e) {
      throw new IllegalStateException("the saved inputs are not there", e);
    }
  }

  private static byte[] anyVersion(long seed) {
    Event event = new RandomEvents(seed).any();
    return (seed & 1) == 0
        ? EventCodec.encode(event)
        : EventCodec.toJson(event).getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] bytesOf(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Example
  void decode_savedInputs_throwNothingButTheDeclaredException() {
    assertThat(SAVED).hasSizeGreaterThanOrEqualTo(8);
    SAVED.forEach(DecodeOracle::check);
  }

  @Property(seed = "1", tries = 4000)
  void decode_damagedBytes_throwNothingButTheDeclaredException(
      @ForAll long seed,
      @ForAll @IntRange(min = 0, max = 1 << 20) int where,
      @ForAll byte with,
      @ForAll @IntRange(min = 0, max = 5) int how) {
    byte[] bytes = how > 3 ? SAVED.get(Math.floorMod(seed, SAVED.size())) : anyVersion(seed);
    int at = where % bytes.length;
    DecodeOracle.check(
        switch (how) {
          case 0 -> Arrays.copyOf(bytes, at);
          case 1 -> Arrays.copyOfRange(bytes, at, bytes.length);
          case 2 -> Arrays.copyOf(bytes, bytes.length + at % 16);
          default -> {
            byte[] copy = bytes.clone();
            copy[at] = with;
            yield copy;
          }
        });
  }
}
