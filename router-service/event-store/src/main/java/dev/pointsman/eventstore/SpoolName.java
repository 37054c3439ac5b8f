package dev.pointsman.eventstore;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The name under which a directory's spool is stored, in {@code spool/name}. It belongs to the spool,
 * not to the machine: numbers begin again in a new spool, and a machine may be renamed. Two spools
 * never share one, or a store that many routers write to would take one's batches for the other's.
 */
final class SpoolName {

  private SpoolName() {}

  /** Reads the name, giving one if there is none yet. */
  static String of(Path dataDirectory) {
    Path file = dataDirectory.resolve("spool").resolve("name");
    try {
      if (Files.exists(file)) {
        return Files.readString(file).strip();
      }
      String name =
          host() + "-" + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
      Files.createDirectories(file.getParent());
      Path fresh = file.resolveSibling("name.new");
      try (FileChannel channel =
          FileChannel.open(
              fresh,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        channel.write(ByteBuffer.wrap((name + "\n").getBytes(StandardCharsets.UTF_8)));
        channel.force(true);
      }
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      return name;
    } catch (IOException e) {
      throw new UncheckedIOException("the spool's name in %s cannot be kept".formatted(file), e);
    }
  }

  private static String host() {
    String host;
    try {
      host = InetAddress.getLocalHost().getHostName().toLowerCase(Locale.ROOT);
    } catch (UnknownHostException e) {
      host = "router";
    }
    String plain = host.replaceAll("[^a-z0-9.-]", "-");
    return plain.substring(0, Math.min(40, plain.length()));
  }
}
