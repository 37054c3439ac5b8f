package dev.pointsman.eventlog.testing;

import dev.pointsman.routing.Decision;
import dev.pointsman.routing.PolicyVersion;
import java.util.Map;

/** A decision that differs from another one in what a test says. */
public final class DecisionBuilder {

  private final Decision other;
  private PolicyVersion version;
  private String lane;
  private Map<String, Double> laneShares;
  private double[] propensities;
  private Double propensity;
  private Map<String, String> features;

  private DecisionBuilder(Decision other) {
    this.other = other;
    version = other.version();
    lane = other.lane();
    laneShares = other.laneShares();
    propensities = other.propensities();
    propensity = other.propensity();
    features = other.features();
  }

  /** The same as another, to be changed before it is built. */
  public static DecisionBuilder like(Decision other) {
    return new DecisionBuilder(other);
  }

  /** Sets which revision decided. */
  public DecisionBuilder version(PolicyVersion of) {
    version = of;
    return this;
  }

  /** Sets the lane. */
  public DecisionBuilder lane(String name) {
    lane = name;
    return this;
  }

  /** Sets what the lanes have of the traffic. */
  public DecisionBuilder laneShares(Map<String, Double> all) {
    laneShares = all;
    return this;
  }

  /** Sets the vector, and with it the probability of what was chosen. */
  public DecisionBuilder propensities(double... all) {
    propensities = all;
    propensity = all[other.candidates().indexOf(other.chosenVariant())];
    return this;
  }

  /** Sets all features. */
  public DecisionBuilder features(Map<String, String> all) {
    features = all;
    return this;
  }

  /** The decision. */
  public Decision build() {
    return new Decision(
        other.kind(),
        other.decidedBy(),
        version,
        other.segment(),
        other.stratum(),
        other.experiment(),
        other.experimentGroup(),
        other.groupShares(),
        other.groupVariants(),
        lane,
        laneShares,
        other.candidates(),
        other.exclusions(),
        other.predictedQuality(),
        other.predictedCostNanos(),
        other.predictedLatencyUs(),
        other.utility(),
        other.floors(),
        other.policyProbabilities(),
        other.challengerProbabilities(),
        propensities,
        other.utilityWeight(),
        other.gamma(),
        features,
        other.chosenVariant(),
        propensity,
        other.explored(),
        other.fallbackOrder());
  }
}
