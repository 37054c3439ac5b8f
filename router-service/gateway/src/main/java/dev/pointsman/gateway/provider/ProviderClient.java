package dev.pointsman.gateway.provider;

/**
 * One deployment's client: sends rendered requests and reads answers. Safe for concurrent use; it
 * keeps no state of a call.
 */
public interface ProviderClient {

  /** The model's name at the provider. */
  String modelName();

  /**
   * Starts a call and returns when the provider has begun to answer.
   *
   * @param beginBy {@link System#nanoTime()} by which it must have
   * @throws ProviderFailureException if it failed
   */
  ProviderAnswer open(ModelRequest request, long beginBy)
      throws ProviderFailureException, InterruptedException;
}
