package dev.pointsman.gateway.snapshot;

import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.gateway.provider.ProviderRegistry;
import dev.pointsman.routing.ActivePolicies;
import dev.pointsman.routing.FunctionRouting;
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
  private final Map<String, ActivePolicies> policies = new HashMap<>();
  private final FunctionMemory memory;
  private final TextModels texts = new TextModels();
  private volatile Snapshot current;

  /**
   * Starts with a catalog and the policies that decided last.
   *
   * @param clock what the age of episodes is measured with
   * @throws IllegalArgumentException if the catalog cannot be bound
   */
  public ActiveSnapshot(
      FunctionCatalog catalog,
      Collection<ActivePolicies> lastPolicies,
      ProviderRegistry registry,
      InstantSource clock) {
    this.registry = registry;
    this.memory = new FunctionMemory(clock);
    lastPolicies.forEach(last -> policies.put(last.functionName(), last));
    this.current = Snapshot.bind(catalog, policies, memory, texts, registry);
  }

  /** The snapshot in use now; a request asks once. */
  public Snapshot current() {
    return current;
  }

  /** What decides for a function now; null before the trainer has published anything. */
  public synchronized @Nullable ActivePolicies policies(String functionName) {
    return policies.get(functionName);
  }

  /**
   * How a function's decisions were made under a revision, so that they can be computed again.
   *
   * @param active the revisions, null for the policy before its first one
   * @param configHash the configuration the decisions were made under
   * @return null when that configuration is not the one in use, or has no such function
   */
  public @Nullable FunctionRouting routingUnder(
      String functionName, @Nullable ActivePolicies active, String configHash) {
    Snapshot snapshot = current;
    BoundFunction function = snapshot.functions().get(functionName);
    return function == null || !snapshot.catalog().configHash().equals(configHash)
        ? null
        : Snapshot.routing(function.definition(), function.variants(), active);
  }

  /**
   * Takes a new catalog into use.
   *
   * @throws IllegalArgumentException if it cannot be bound; the old one stays
   */
  public synchronized void swap(FunctionCatalog catalog) {
    current = bound(catalog, policies);
  }

  /**
   * Takes a published text model, for revisions that will name it, or that name it already and came
   * first.
   *
   * @throws IllegalArgumentException if its body is broken; the one before it stays in use
   */
  public synchronized void swap(TextPublication publication) {
    texts.put(publication);
    current = bound(current.catalog(), policies);
  }

  private Snapshot bound(FunctionCatalog catalog, Map<String, ActivePolicies> latest) {
    return Snapshot.bind(catalog, latest, memory, texts, registry);
  }

  /**
   * Takes a function's policies into use. Those of an older revision than the one in use, of the same
   * decisions as now, or of a function that is gone: ignored.
   *
   * @return whether they are in use now
   */
  public synchronized boolean swap(ActivePolicies active) {
    ActivePolicies last = policies.get(active.functionName());
    boolean stale = last != null && (active.isBefore(last) || active.decidesAs(last));
    if (stale || !current.functions().containsKey(active.functionName())) {
      return false;
    }
    Map<String, ActivePolicies> next = new HashMap<>(policies);
    next.put(active.functionName(), active);
    current = bound(current.catalog(), next);
    policies.putAll(next);
    return true;
  }
}
