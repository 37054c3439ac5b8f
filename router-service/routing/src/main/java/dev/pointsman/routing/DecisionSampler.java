package dev.pointsman.routing;

/** Composes the shares of a decision and draws from them; the only place where a choice is made. */
public final class DecisionSampler {

  /**
   * A sampler keyed with an installation's salt.
   *
   * @param salt 16 bytes
   */
  public DecisionSampler(byte[] salt) {
    if (salt.length != 16) {
      throw new IllegalArgumentException("the salt must have 16 bytes: " + salt.length);
    }
  }

  /**
   * Decides for one unit.
   *
   * @throws NoEligibleVariantException if every candidate and every fallback is excluded
   */
  public Decision decide(FunctionRouting routing, DecisionRequest request) {
    throw new UnsupportedOperationException("in work");
  }
}
