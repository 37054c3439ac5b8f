package dev.pointsman.eventstore;

import dev.pointsman.eventlog.FeedbackEvent;
import dev.pointsman.eventlog.InferenceEvent;
import java.util.List;

/**
 * One inference with all that is known of it.
 *
 * @param event the inference, its attempts and, where logged, its text
 * @param feedback values about it or its episode, in order of arrival, rejected ones included
 */
public record StoredInference(InferenceEvent event, List<FeedbackEvent> feedback) {}
