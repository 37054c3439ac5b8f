package dev.pointsman.routing;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What decides for a function that learns: what the trainer hands the router, always whole, whenever
 * a revision was published or the promotion gate moved.
 *
 * @param serving the generation of the policy lane
 * @param challenger the generation beside it, whose probabilities are computed and logged with every
 *     decision of the main stratum; null without one
 * @param share the part of the policy's own traffic that the challenger serves, at least 0 and below
 *     1; lanes beside the policy's are left alone by it
 */
public record ActivePolicies(
    TrainedPolicy serving, @Nullable TrainedPolicy challenger, double share) {

  public ActivePolicies {
    if (!(share >= 0 && share < 1)) {
      throw new IllegalArgumentException(
          "the challenger's share must be at least 0 and below 1: " + share);
    }
    if (challenger != null
        && !challenger.revision().functionName().equals(serving.revision().functionName())) {
      throw new IllegalArgumentException(
          "a challenger of %s cannot stand beside a policy of %s"
              .formatted(challenger.revision().functionName(), serving.revision().functionName()));
    }
  }

  /** One generation alone. */
  public static ActivePolicies of(LearnedSettings settings, PolicyRevision revision) {
    return new ActivePolicies(new TrainedPolicy(settings, revision), null, 0);
  }

  /** The function. */
  public String functionName() {
    return serving.revision().functionName();
  }

  /** The same decisions would be made: same revisions, same share. */
  public boolean decidesAs(ActivePolicies other) {
    TrainedPolicy own = challenger;
    TrainedPolicy others = other.challenger;
    return serving.isSameAs(other.serving)
        && share == other.share
        && (own == null || others == null ? Objects.equals(own, others) : own.isSameAs(others));
  }

  /** An earlier revision of the generation that the other one's serves. */
  public boolean isBefore(ActivePolicies other) {
    PolicyRevision own = serving.revision();
    PolicyRevision others = other.serving.revision();
    return own.generation().equals(others.generation()) && own.revision() < others.revision();
  }
}
