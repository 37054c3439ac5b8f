package dev.pointsman.gateway.provider;

import dev.pointsman.catalog.ProviderKind;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A kind of provider that can be used: how its configuration is read, and how a deployment's client
 * is made of what was read. A provider package, or the server, makes one; {@link ProviderRegistry}
 * collects them.
 *
 * @param kind its name and the reader of its keys, for the catalog
 * @param client makes the client of a deployment from the reader's settings
 * @param shorthand makes the settings of {@code name::model} from the model's name; null when the
 *     kind has no shorthand
 * @param embedding makes the client of an embedding model's deployment from the reader's settings;
 *     null when the kind only chats
 */
public record ProviderType(
    ProviderKind kind,
    Function<Object, ProviderClient> client,
    @Nullable Function<String, Object> shorthand,
    @Nullable Function<Object, EmbeddingClient> embedding) {

  /** One that only chats. */
  public ProviderType(
      ProviderKind kind,
      Function<Object, ProviderClient> client,
      @Nullable Function<String, Object> shorthand) {
    this(kind, client, shorthand, null);
  }
}
