package dev.pointsman.catalog;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The schemas and templates a configuration refers to, and their content as it was read. */
final class ReferencedFiles {

  /** Gives the content of a file. */
  @FunctionalInterface
  interface Content {
    /** The text of a file. */
    String of(Path file) throws IOException;
  }

  private final Content content;
  private final Problems problems;
  private final Map<String, String> read = new TreeMap<>();

  ReferencedFiles(Content content, Problems problems) {
    this.content = content;
    this.problems = problems;
  }

  /** The content of every file that was read, by its path as written in the configuration. */
  Map<String, String> read() {
    return read;
  }

  /** The text a key's path points to, relative to the TOML file; null after a problem. */
  @Nullable String text(Section section, String key) {
    String written = section.requiredText(key);
    if (written == null) {
      return null;
    }
    try {
      Path base = Path.of(section.place(key).file());
      String text = content.of(base.resolveSibling(written));
      read.put(written, text);
      return text;
    } catch (NoSuchFileException e) {
      section.error(key, "%s: there is no file '%s'".formatted(section.path(key), e.getFile()));
    } catch (CharacterCodingException _) {
      section.error(key, "%s: '%s' is not UTF-8 text".formatted(section.path(key), written));
    } catch (IOException | InvalidPathException e) {
      section.error(
          key, "%s: '%s' cannot be read: %s".formatted(section.path(key), written, e.getMessage()));
    }
    return null;
  }

  /** A JSON schema in a file; null after a problem. */
  @Nullable JsonSchema schema(Section section, String key) {
    String text = text(section, key);
    if (text == null) {
      return null;
    }
    try {
      return JsonSchema.parse(text);
    } catch (IllegalArgumentException e) {
      section.error(key, "%s: %s".formatted(section.path(key), e.getMessage()));
      return null;
    }
  }

  Problems problems() {
    return problems;
  }
}
