package dev.pointsman.catalog;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlTable;

/**
 * A kind of provider as the catalog knows it: a name and the reader of its own keys. The provider's
 * package supplies it; the catalog never learns what the settings mean.
 *
 * @param name the value of {@code type}
 * @param reader makes the provider's settings of its table
 * @param embeds whether it can be a provider of an embedding model
 */
public record ProviderKind(String name, Reader reader, boolean embeds) {

  /** One that only chats. */
  public ProviderKind(String name, Reader reader) {
    this(name, reader, false);
  }

  /** Reads a provider's own keys. */
  @FunctionalInterface
  public interface Reader {
    /**
     * The settings. A reader that finds a problem reports it and returns settings all the same: the
     * catalog is rejected when anything was reported.
     *
     * @param table the provider's table, for what the reading has no method for
     * @param reading reads and checks keys, and takes problems
     */
    Object read(TomlTable table, ProviderReading reading);
  }

  /**
   * Reads a provider's keys and takes what is wrong with them. Every method marks its key as
   * understood; keys nobody marks are reported as unknown.
   */
  public interface ProviderReading {
    /** Marks a key as understood. */
    void known(String key);

    /** Reports a problem at a key. */
    void error(String key, String message);

    /** A text; null when absent or when a problem was reported. */
    @Nullable String text(String key);

    /** A text that must be there; "" after a problem was reported. */
    String requiredText(String key);

    /** One of some words; null when absent or when a problem was reported. */
    @Nullable String choice(String key, List<String> words);

    /** true or false. */
    boolean flag(String key, boolean otherwise);

    /** A whole number within bounds; null when absent or when a problem was reported. */
    @Nullable Long whole(String key, long least, long most);

    /** A finite number; null when absent or when a problem was reported. */
    @Nullable Double number(String key);

    /**
     * Where a secret is found, checked: {@code env::X}, {@code path::X}, {@code none}, or a table
     * {@code {default, fallback}} of two such texts. A variable that is not set is a warning.
     *
     * @return null when absent or when a problem was reported
     */
    @Nullable CredentialLocation location(String key);
  }
}
