package dev.pointsman.gateway.snapshot;

import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.gateway.provider.ProviderRegistry;
import dev.pointsman.routing.FunctionRouting;
import dev.pointsman.routing.PolicyRevision;
import dev.pointsman.routing.TextPublication;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The snapshot in use. Readers read one volatile field; a swap builds the whole new snapshot before
 * it publishes it, so a request sees the old one or the new one and never a mix. Writers take turns.
 */
public final class ActiveSnapshot {

  private final ProviderRegistry registry;
  private final Map<String, PolicyRevision> revisions = new HashMap<>();
  private final FunctionMemory memory;
  private final TextModels texts = new TextModels();
  private volatile Snapshot current;

  /**
   * Starts with a catalog and the last revisions that were published.
   *
   * @param clock what the age of episodes is measured with
   * @throws IllegalArgumentException if the catalog cannot be bound
   */
  public ActiveSnapshot(
      FunctionCatalog catalog,
      Collection<PolicyRevision> lastRevisions,
      ProviderRegistry registry,
      InstantSource clock) {
    this.registry = registry;
    this.memory = new FunctionMemory(clock);
    lastRevisions.forEach(revision -> revisions.put(revision.functionName(), revision));
    this.current = Snapshot.bind(catalog, revisions, memory, texts, registry);
  }

  /** The snapshot in use now; a request asks once. */
  public Snapshot current() {
    return current;
  }

  /**
   * How a function's decisions were made under a revision, so that they can be computed again.
   *
   * @param revision the revision, null for the policy before its first one
   * @param configHash the configuration the decisions were made under
   * @return null when that configuration is not the one in use, or has no such function
   */
  public @Nullable FunctionRouting routingUnder(
      String functionName, @Nullable PolicyRevision revision, String configHash) {
    Snapshot snapshot = current;
    BoundFunction function = snapshot.functions().get(functionName);
    return function == null || !snapshot.catalog().configHash().equals(configHash)
        ? null
        : Snapshot.routing(function.definition(), function.variants(), revision);
  }

  /**
   * Takes a new catalog into use.
   *
   * @throws IllegalArgumentException if it cannot be bound; the old one stays
   */
  public synchronized void swap(FunctionCatalog catalog) {
    current = bound(catalog, revisions);
  }

  /**
   * Takes a published text model, for revisions that will name it, or that name it already and came
   * first.
   *
   * @throws IllegalArgumentException if its body is broken; the one before it stays in use
   */
  public synchronized void swap(TextPublication publication) {
    texts.put(publication);
    current = bound(current.catalog(), revisions);
  }

  private Snapshot bound(FunctionCatalog catalog, Map<String, PolicyRevision> latest) {
    return Snapshot.bind(catalog, latest, memory, texts, registry);
  }

  /**
   * Takes a new revision of a function's policy into use. Older than the one in use, or of a function
   * that is gone: ignored.
   *
   * @return whether it is in use now
   */
  public synchronized boolean swap(PolicyRevision revision) {
    PolicyRevision last = revisions.get(revision.functionName());
    boolean stale =
        last != null
            && last.generation().equals(revision.generation())
            && last.revision() >= revision.revision();
    if (stale || !current.functions().containsKey(revision.functionName())) {
      return false;
    }
    Map<String, PolicyRevision> next = new HashMap<>(revisions);
    next.put(revision.functionName(), revision);
    current = bound(current.catalog(), next);
    revisions.putAll(next);
    return true;
  }
}
