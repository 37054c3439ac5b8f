package dev.pointsman.routing;

/**
 * Which policy decided: what kind it is, its generation, and the revision of its statistics.
 *
 * @param kind the algorithm, for example {@code squarecb}, {@code static} or {@code uniform}
 * @param generation the id of the generation; empty for policies that learn nothing
 * @param revision the number of the revision within the generation, counted from 0
 */
public record PolicyVersion(String kind, String generation, long revision) {

  /** As rows name a challenger, for example {@code g-12/345}. */
  public String name() {
    return name(generation, revision);
  }

  /** The name of a revision. */
  public static String name(String generation, long revision) {
    return generation + "/" + revision;
  }
}
