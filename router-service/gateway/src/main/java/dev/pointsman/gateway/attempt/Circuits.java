package dev.pointsman.gateway.attempt;

import dev.pointsman.gateway.snapshot.BoundModel;
import dev.pointsman.gateway.snapshot.Deployment;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/** The circuit of every deployment, by its name; they live on when the snapshot is swapped. */
public final class Circuits {

  /** Callers can invent model names by shorthand; beyond this many they share one circuit. */
  private static final int MOST = 2_000;

  private static final String SHARED = "(others)";

  /** Told of every change. */
  public interface Listener {
    /**
     * A circuit changed.
     *
     * @param deployment {@code model/provider}
     * @param before {@code closed}, {@code open} or {@code half_open}
     * @param after the same words
     */
    void changed(String deployment, String before, String after, String reason);
  }

  private final LongSupplier nanoClock;
  private final Listener listener;
  private final Map<String, Circuit> circuits = new ConcurrentHashMap<>();

  /** All closed. */
  public Circuits(LongSupplier nanoClock, Listener listener) {
    this.nanoClock = nanoClock;
    this.listener = listener;
  }

  Circuit of(Deployment deployment) {
    return of(deployment.name());
  }

  Circuit of(String name) {
    Circuit known = circuits.get(name);
    if (known != null) {
      return known;
    }
    String key = circuits.size() < MOST ? name : SHARED;
    return circuits.computeIfAbsent(
        key,
        any ->
            new Circuit(
                nanoClock,
                (before, after, reason) ->
                    listener.changed(key, before.label, after.label, reason)));
  }

  /** Whether at least one deployment of a model might be called now. */
  public boolean mayServe(BoundModel model) {
    for (Deployment deployment : model.deployments()) {
      Circuit circuit = circuits.get(deployment.name());
      if (circuit == null || circuit.mayServe()) {
        return true;
      }
    }
    return false;
  }

  /** The phase of every circuit that has been used, by deployment. */
  public Map<String, String> phases() {
    Map<String, String> result = new TreeMap<>();
    circuits.forEach((name, circuit) -> result.put(name, circuit.phase().label));
    return result;
  }
}
