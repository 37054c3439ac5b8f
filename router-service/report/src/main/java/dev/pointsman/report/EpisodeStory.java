package dev.pointsman.report;

import dev.pointsman.eventlog.FeedbackEvent;
import java.util.List;
import java.util.UUID;

/**
 * One episode: its inferences in order, and what was said of it or of them.
 *
 * @param more whether it has more inferences than are listed
 */
public record EpisodeStory(
    UUID episodeId, List<LiveDecision> inferences, boolean more, List<FeedbackEvent> feedback) {}
