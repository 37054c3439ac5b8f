package dev.pointsman.eventstore;

import dev.pointsman.eventlog.ChangeEvent;
import dev.pointsman.eventlog.FeedbackEvent;
import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.routing.PolicyRevision;
import dev.pointsman.routing.TextPublication;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What was logged, read back: single inferences, revisions, changes, configurations. A decision read
 * back has no fallback order, which is not stored. Safe for concurrent use.
 */
public final class HistoryQueries {

  private final Readers readers;

  HistoryQueries(Readers readers) {
    this.readers = readers;
  }

  /** All inferences of an episode, in order, without attempts and payloads. */
  public List<InferenceEvent> episode(UUID episodeId) {
    return readers.query("inferences_of_episode", Map.of("episode", episodeId), Rows::inference);
  }

  /** One inference whole, null when it is not in the store. */
  public @Nullable StoredInference inference(UUID inferenceId) {
    Map<String, Object> values = Map.of("inference", inferenceId);
    List<InferenceEvent> found = readers.query("inference_by_id", values, Rows::inference);
    if (found.isEmpty()) {
      return null;
    }
    InferenceEvent row = found.getFirst();
    List<InferenceEvent.Payload> payload = readers.query("payload_of", values, Rows::payload);
    InferenceEvent whole =
        new InferenceEvent(
            row.ids(),
            row.asker(),
            row.versions(),
            row.decision(),
            row.outcome(),
            row.quantities(),
            readers.query("attempts_of", values, Rows::attempt),
            payload.isEmpty() ? null : payload.getFirst());
    List<FeedbackEvent> feedback =
        readers.query(
            "feedback_of",
            Map.of("inference", inferenceId, "episode", row.ids().episodeId()),
            Rows::feedback);
    return new StoredInference(whole, feedback);
  }

  /** What was said of an inference or an episode, newest first, at most so much. */
  public List<FeedbackEvent> feedbackAbout(UUID targetId, int most) {
    return readers.query(
        "feedback_about", Map.of("target", targetId, "most", most), Rows::feedback);
  }

  /** What was said of an episode and of its inferences, in order of arrival, at most so much. */
  public List<FeedbackEvent> feedbackOfEpisode(UUID episodeId, int most) {
    return readers.query(
        "feedback_of_episode", Map.of("episode", episodeId, "most", most), Rows::feedback);
  }

  /**
   * A feature of a function's last decision, null when it has none, or there is no decision since
   * then.
   */
  public @Nullable String lastFeature(String functionName, String feature, Instant since) {
    List<String> found = new ArrayList<>();
    readers.each(
        "last_feature",
        Map.of("function", functionName, "feature", feature, "since", since),
        row -> {
          String value = row.getString("feature");
          // A key that is missing is null for the one engine and empty for the other.
          if (value != null && !value.isEmpty()) {
            found.add(value);
          }
        });
    return found.isEmpty() ? null : found.getFirst();
  }

  /** The revision of that number with its statistics, null when it is not in the store. */
  public @Nullable PolicyRevision revision(String functionName, String generation, long revision) {
    List<PolicyRevision> found =
        readers.query(
            "revision_by_number",
            Map.of("function", functionName, "generation", generation, "revision", revision),
            Rows::revision);
    return found.isEmpty() ? null : found.getFirst();
  }

  /** The revision published last, null before the first. */
  public @Nullable PolicyRevision latestRevision(String functionName) {
    List<PolicyRevision> found =
        readers.query("revision_latest", Map.of("function", functionName), Rows::revision);
    return found.isEmpty() ? null : found.getFirst();
  }

  /** The revision of a generation published last, null before the first. */
  public @Nullable PolicyRevision latestRevision(String functionName, String generation) {
    List<PolicyRevision> found =
        readers.query(
            "revision_latest_of_generation",
            Map.of("function", functionName, "generation", generation),
            Rows::revision);
    return found.isEmpty() ? null : found.getFirst();
  }

  /** The text model of that id, null when it is not in the store. */
  public @Nullable TextPublication textModel(String functionName, String model) {
    List<TextPublication> found =
        readers.query(
            "text_model_by_id", Map.of("function", functionName, "model", model), Rows::textModel);
    return found.isEmpty() ? null : found.getFirst();
  }

  /** The text model that was published last, whether it is in use or not; null before the first. */
  public @Nullable TextModelLine latestTextModel(String functionName) {
    List<TextModelLine> found =
        readers.query(
            "text_model_latest",
            Map.of("function", functionName),
            row ->
                new TextModelLine(
                    row.getString("model"),
                    Rows.instant(row, "published_at"),
                    row.getString("provenance")));
    return found.isEmpty() ? null : found.getFirst();
  }

  /** Revisions published in a range, newest first, at most so many. */
  public List<RevisionLine> revisions(String functionName, Instant from, Instant to, int most) {
    return readers.query(
        "revisions",
        Map.of("function", functionName, "from", from, "to", to, "most", most),
        row ->
            new RevisionLine(
                row.getString("function_name"),
                row.getString("generation"),
                row.getLong("revision"),
                Rows.instant(row, "published_at"),
                row.getString("provenance")));
  }

  /**
   * What changed in a range, in order, at most so many.
   *
   * @param functionName that function's changes and those that concern all, null for everything
   */
  public List<ChangeEvent> changes(
      @Nullable String functionName, Instant from, Instant to, int most) {
    Map<String, @Nullable Object> values = new HashMap<>();
    values.put("function", functionName);
    values.put("from", from);
    values.put("to", to);
    values.put("most", most);
    return readers.query("changes", values, Rows::change);
  }

  /** What changed about an object of any function, newest first, at most so much. */
  public List<ChangeEvent> changesOf(String object, int most) {
    return readers.query("changes_of", Map.of("object", object, "most", most), Rows::change);
  }

  /** The text of a configuration that rows name by its hash, null when it is not in the store. */
  public @Nullable String configuration(String configHash) {
    List<String> found =
        readers.query("config_text", Map.of("hash", configHash), row -> row.getString("text"));
    return found.isEmpty() ? null : found.getFirst();
  }
}
