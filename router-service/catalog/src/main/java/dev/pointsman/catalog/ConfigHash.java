package dev.pointsman.catalog;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;

/**
 * The name of a configuration by its content: the first 16 hex digits of SHA-256 over the TOML files
 * and everything they refer to. Where the files lie does not matter; passwords inside a database
 * address are masked first, so neither hash nor stored text tells them.
 */
final class ConfigHash {

  private ConfigHash() {}

  /** Text with the passwords of database addresses masked. */
  static String masked(String text) {
    return text.replaceAll("(?i)(password=)[^&\"';\\s]*", "$1***")
        .replaceAll("(jdbc:[a-z:]+//[^:/@\\s\"']+:)[^@/\\s\"']+@", "$1***@");
  }

  /**
   * The hash.
   *
   * @param toml content of the TOML files, masked, by file
   * @param referenced content of schemas and templates by the path written in the configuration
   */
  static String of(SortedMap<String, String> toml, Map<String, String> referenced) {
    MessageDigest digest = sha256();
    toml.values().forEach(text -> add(digest, text));
    referenced.forEach(
        (path, text) -> {
          add(digest, path);
          add(digest, text);
        });
    return HexFormat.of().formatHex(digest.digest(), 0, 8);
  }

  /** The files one after the other, each under a comment with its name. */
  static String text(SortedMap<String, String> toml, Map<String, String> referenced) {
    StringBuilder all = new StringBuilder();
    toml.forEach((file, text) -> append(all, file, text));
    referenced.forEach((file, text) -> append(all, file, text));
    return all.toString();
  }

  private static void append(StringBuilder all, String file, String text) {
    all.append("### ").append(file).append('\n').append(text);
    if (!text.endsWith("\n")) {
      all.append('\n');
    }
  }

  /** Each text with its length before it, so that moving text between files changes the hash. */
  private static void add(MessageDigest digest, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    digest.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
    digest.update(bytes);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }
}
