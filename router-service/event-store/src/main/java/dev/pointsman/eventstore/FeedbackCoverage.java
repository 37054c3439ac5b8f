package dev.pointsman.eventstore;

/**
 * How many decisions of a variant have feedback. Coverage that differs between variants means that
 * feedback is not missing at random.
 *
 * @param variant the chosen variant
 * @param matured decisions older than the attribution window
 * @param maturedValued those with a value
 * @param filled those whose reward is the rule's {@code noFeedback}
 * @param waiting younger decisions
 * @param waitingValued those with a value already
 */
public record FeedbackCoverage(
    String variant,
    long matured,
    long maturedValued,
    long filled,
    long waiting,
    long waitingValued) {}
