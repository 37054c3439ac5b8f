package dev.pointsman.routing;

/**
 * A generation as it decides now.
 *
 * @param settings what it was registered with
 * @param revision its latest revision
 */
public record TrainedPolicy(LearnedSettings settings, PolicyRevision revision) {

  /** Whether the other is the same revision of the same generation. */
  boolean isSameAs(TrainedPolicy other) {
    return revision.generation().equals(other.revision.generation())
        && revision.revision() == other.revision.revision();
  }
}
