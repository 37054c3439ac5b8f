package dev.pointsman.dashboard;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The static files of the pages, and the hash of them all that is part of their address. */
final class Assets {

  private static final Map<String, String> MEDIA_TYPES =
      Map.of("css", "text/css; charset=utf-8", "js", "text/javascript; charset=utf-8");

  private final Map<String, byte[]> files = new TreeMap<>();
  private final String version;

  Assets() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (String name : List.of("gate.js", "live.js", "pointsman.css")) {
        try (InputStream in = Assets.class.getResourceAsStream("assets/" + name)) {
          if (in == null) {
            throw new IllegalStateException(
                "the page file %s is missing from the jar".formatted(name));
          }
          byte[] content = in.readAllBytes();
          digest.update(content);
          files.put(name, content);
        }
      }
      version = HexFormat.of().formatHex(digest.digest(), 0, 6);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException everyJdkHasIt) {
      throw new AssertionError(everyJdkHasIt);
    }
  }

  String version() {
    return version;
  }

  byte @Nullable [] content(String name) {
    return files.get(name);
  }

  static String mediaType(String name) {
    return MEDIA_TYPES.getOrDefault(
        name.substring(name.lastIndexOf('.') + 1), "application/octet-stream");
  }
}
