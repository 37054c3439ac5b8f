package dev.pointsman.analysis.offpolicy;

/**
 * The estimated value of a policy, in units of the reward.
 *
 * @param value the estimate
 * @param standardError its standard error, clustered by episode; infinite when there is one episode
 * @param rows number of decisions
 * @param episodes number of episodes among them
 */
public record Estimate(double value, double standardError, int rows, int episodes) {}
