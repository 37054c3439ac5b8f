package dev.pointsman.trainer;

import dev.pointsman.catalog.Experimentation;
import dev.pointsman.control.Generation;
import dev.pointsman.eventstore.EventStore;
import dev.pointsman.eventstore.RevisionLine;
import dev.pointsman.routing.LearnedSettings;
import dev.pointsman.routing.PolicyArtifact;
import dev.pointsman.routing.PolicyRevision;
import java.time.Instant;
import java.util.List;

/** A policy that might take the place of the one that serves. */
public sealed interface Challenger {

  /** The most revisions that are searched for a generation's last one. */
  int MOST_REVISIONS = 1_000_000;

  /** What it is called in answers. */
  String name();

  /** What it computes with. */
  LearnedSettings settings();

  /** The metric it learns from. */
  String metric();

  /**
   * A generation as it was published last: its statistics stay as they are, and only decisions after
   * them can judge it.
   *
   * @param revision its last revision; what came before was its training
   */
  record Frozen(LearnedSettings settings, String metric, PolicyRevision revision)
      implements Challenger {
    @Override
    public String name() {
      return "%s revision %d".formatted(revision.generation(), revision.revision());
    }

    /** Decisions before this moment trained it. */
    public Instant logCut() {
      return revision.publishedAt();
    }
  }

  /**
   * Settings without statistics: the recipe is judged, trained again and again on what came before
   * each block of decisions.
   */
  record Recipe(String name, LearnedSettings settings, String metric) implements Challenger {}

  /** What a configured or proposed experimentation would do. */
  static Challenger of(String name, Experimentation.Learned learned) {
    return new Recipe(name, learned.settings(), learned.metric());
  }

  /** The recipe of a stored artifact; its head holds no statistics. */
  static Challenger of(String name, PolicyArtifact artifact) {
    return new Recipe(name, artifact.settings(), artifact.metric());
  }

  /**
   * A registered generation.
   *
   * @param progressive whether to judge its recipe instead of its last revision
   * @throws EvaluationRefusedException if it never published a revision
   */
  static Challenger of(EventStore store, Generation generation, Instant now, boolean progressive) {
    LearnedSettings settings = GenerationSettings.settingsOf(generation.settings());
    String metric = GenerationSettings.metricOf(generation.settings());
    if (progressive) {
      return new Recipe(generation.id() + " (recipe)", settings, metric);
    }
    List<RevisionLine> lines =
        store
            .history()
            .revisions(
                generation.functionName(),
                generation.createdAt(),
                now.plusSeconds(1),
                MOST_REVISIONS);
    for (RevisionLine line : lines) {
      if (line.generation().equals(generation.id())) {
        PolicyRevision revision =
            store.history().revision(generation.functionName(), generation.id(), line.revision());
        if (revision != null) {
          return new Frozen(settings, metric, revision);
        }
      }
    }
    throw new EvaluationRefusedException(
        "generation %s of %s has no stored revision: judge its recipe with --progressive"
            .formatted(generation.id(), generation.functionName()));
  }
}
