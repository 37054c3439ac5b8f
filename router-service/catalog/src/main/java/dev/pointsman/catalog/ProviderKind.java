package dev.pointsman.catalog;

import org.tomlj.TomlTable;

/**
 * A kind of provider as the catalog knows it: a name and the reader of its own keys. The provider's
 * package supplies it; the catalog never learns what the settings mean.
 *
 * @param name the value of {@code type}
 * @param reader makes the provider's settings of its table
 */
public record ProviderKind(String name, Reader reader) {

  /** Reads a provider's own keys. */
  @FunctionalInterface
  public interface Reader {
    /**
     * The settings.
     *
     * @param table the provider's table
     * @param reading where problems are reported and which keys were understood
     */
    Object read(TomlTable table, ProviderReading reading);
  }

  /** What a reader reports to. */
  public interface ProviderReading {
    /** Marks a key as understood; keys nobody marks are reported as unknown. */
    void known(String key);

    /** Reports a problem at a key. */
    void error(String key, String message);

    /** The text of a secret location ({@code env::X}, {@code path::X}, {@code none}), checked. */
    void location(String key);
  }
}
