package dev.pointsman.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.eventlog.ChangeEvent;
import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.TextModelEvent;
import dev.pointsman.eventlog.testing.Events;
import dev.pointsman.routing.Decision;
import dev.pointsman.routing.TextPublication;
import dev.pointsman.routing.features.ConversationModel;
import dev.pointsman.routing.features.NeighbourQuality;
import dev.pointsman.routing.features.PromptVector;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NeighbourLadderTest {

  @TempDir Path directory;

  private TrainedLog log;

  @BeforeEach
  void open() {
    log = new TrainedLog(directory, catalog("auto", "words"));
  }

  @AfterEach
  void close() {
    log.close();
  }

  @Test
  void tick_embeddingsThatTell_areFittedThenJudgedThenAdopted() {
    PolicyTrainer trainer = log.trainer();
    ask(0, 900, 0.4, "space");
    log.tick(trainer, 960);

    TextPublication published = models().getFirst();
    assertThat(log.taken).containsExactly(published);
    assertThat(published.model()).startsWith(NeighbourQuality.ID_PREFIX);
    assertThat(published.provenance())
        .contains(
            "\"samples\":900",
            "\"space\":\"space\"",
            "\"dimension\":2",
            "\"nearest\":",
            "\"brier\":")
        .doesNotContain("epochs");
    NeighbourQuality model =
        (NeighbourQuality) ConversationModel.decode(Base64.getDecoder().decode(published.body()));
    assertThat(model.size()).isEqualTo(900);
    assertThat(model.weight()).isGreaterThan(0.8);
    assertThat(log.latest().textModel()).as("judged first").isNull();

    ask(960, 1_600, 0.4, "space");
    log.tick(trainer, 1_600 + TrainedLog.WINDOW.toSeconds());
    assertThat(log.latest().textModel()).isEqualTo(models().getLast().model());
    ChangeEvent change = log.changes().getLast();
    assertThat(change.object()).isEqualTo("generation g-1 rung");
    assertThat(change.before()).contains("\"rung\":\"segments\"", "\"judged\":640");
    assertThat(change.reason()).contains("640 matured decisions", "gains");
    assertThat(trainer.counts().errors()).isZero();
  }

  @Test
  void tick_embeddingsThatSayNothing_areNeverUsed() {
    PolicyTrainer trainer = log.trainer();
    ask(0, 900, 0, "space");
    log.tick(trainer, 960);
    ask(960, 1_600, 0, "space");
    log.tick(trainer, 1_600 + TrainedLog.WINDOW.toSeconds());
    assertThat(models()).isNotEmpty();
    assertThat(log.latest().textModel()).isNull();
  }

  @Test
  void tick_mostEmbeddingsLeftOut_waitsForEnough() {
    PolicyTrainer trainer = log.trainer();
    ask(0, 700, 0.4, null);
    ask(700, 900, 0.4, "space");
    log.tick(trainer, 960);
    assertThat(models()).as("200 of 900 have one").isEmpty();
    assertThat(trainer.counts().errors()).isZero();
  }

  @Test
  void tick_otherEmbeddingModel_learnsFromItsVectorsAlone() {
    log.configure(catalog("text", "words"));
    PolicyTrainer trainer = log.trainer();
    ask(0, 500, 0.4, "space");
    ask(500, 900, -0.4, "other");
    log.tick(trainer, 960);
    NeighbourQuality model =
        (NeighbourQuality)
            ConversationModel.decode(Base64.getDecoder().decode(models().getLast().body()));
    assertThat(model.settings().space()).isEqualTo("other");
    assertThat(model.size()).isEqualTo(400);
  }

  @Test
  void tick_embeddingModelConfiguredLater_beginsAnewAndGoesBackLikewise() {
    log.configure(catalog("text", null));
    PolicyTrainer trainer = log.trainer();
    ask(0, 900, 0.4, "space");
    log.tick(trainer, 960);
    assertThat(log.latest().textModel()).startsWith("text-");

    log.configure(catalog("text", "words"));
    log.tick(trainer, 970);
    assertThat(log.latest().textModel()).isNull();
    assertThat(log.changes().getLast().reason()).contains("names an embedding model");
    log.tick(trainer, 980);
    assertThat(log.latest().textModel()).startsWith("knn-");

    log.configure(catalog("text", null));
    log.tick(trainer, 990);
    assertThat(log.latest().textModel()).isNull();
    assertThat(log.changes().getLast().reason()).contains("no embedding model any more");
  }

  @Test
  void relearn_textOfScoresWithAnEmbeddingModel_isNotTakenUntilWordsAreRead() {
    PolicyTrainer trainer = log.trainer();
    TextPublication words = TrainedLog.alwaysSmall();
    log.takeIn(trainer, words);
    assertThat(log.latest().textModel()).as("neighbours are configured").isNull();
    assertThat(log.latest().provenance()).doesNotContain("\"rung\":\"scores\"");

    log.configure(catalog("auto", null));
    log.tick(trainer, 10);
    assertThat(log.latest().textModel()).isEqualTo(words.model());
    assertThat(log.latest().provenance()).contains("\"rung\":\"scores\"");
  }

  @Test
  void tick_embeddingModelConfiguredWhileScoresDecide_endsThemWithAChange() {
    log.configure(catalog("auto", null));
    PolicyTrainer trainer = log.trainer();
    log.takeIn(trainer, TrainedLog.alwaysSmall());
    assertThat(log.latest().provenance()).contains("\"rung\":\"scores\"");

    log.configure(catalog("auto", "words"));
    log.tick(trainer, 10);
    assertThat(log.latest().textModel()).isNull();
    assertThat(log.changes().getLast().before()).contains("\"rung\":\"scores\"");
    assertThat(log.changes().getLast().reason()).contains("names an embedding model");
    assertThat(log.latest().provenance()).contains("\"prior_retired\":");
    assertThat(trainer.counts().errors()).isZero();
  }

  @Test
  void tick_sameLogTwice_givesTheSameModelToTheLastBit() {
    log.configure(catalog("text", "words"));
    ask(0, 700, 0.3, "space");
    log.tick(log.trainer(), 760);
    TextPublication first = models().getFirst();
    log.startAnew(directory.resolve("other"));
    log.tick(log.trainer(), 760);
    assertThat(models().getFirst().model()).isEqualTo(first.model());
    assertThat(models().getFirst().body()).isEqualTo(first.body());
  }

  private List<TextPublication> models() {
    return log.of(TextModelEvent.class).stream().map(TextModelEvent::publication).toList();
  }

  /**
   * One decision a second, evenly among three variants, each with feedback: prompts to the east go
   * better with {@code large} and those to the north with {@code small}.
   *
   * @param space of the embeddings, null where they were left out
   */
  private void ask(int from, int to, double told, @Nullable String space) {
    List<Event> events = new ArrayList<>();
    SplittableRandom outcomes = new SplittableRandom(from + 77);
    double[] even = {1 / 3d, 1 / 3d, 1 / 3d};
    for (int n = from; n < to; n++) {
      String variant = Events.CANDIDATES.get(outcomes.nextInt(3));
      boolean east = outcomes.nextBoolean();
      double quality =
          0.5
              + switch (variant) {
                case "large" -> east ? told : -told;
                case "small" -> east ? -told : told;
                default -> 0;
              };
      Map<String, String> features = new HashMap<>();
      if (space == null) {
        features.put(Decision.EMBEDDING_LEFT_OUT, "late");
      } else {
        float aside = (float) outcomes.nextDouble(-0.5, 0.5);
        float[] numbers = east ? new float[] {1, aside} : new float[] {aside, 1};
        features.put(
            Decision.EMBEDDING, Objects.requireNonNull(PromptVector.of(space, numbers)).toText());
      }
      Decision shape = Events.decision(Events.CANDIDATES, even, variant, "a");
      events.add(TrainedLog.asked(n, shape, east, false, features));
      events.add(Events.feedback(n, Events.id(n), "resolved", outcomes.nextDouble() < quality));
    }
    log.store(events);
  }

  private static FunctionCatalog catalog(String context, @Nullable String embeddingModel) {
    return TrainedFunction.of(TrainedFunction.settings(0))
        .within(TrainedLog.WINDOW)
        .context(context)
        .embedding(embeddingModel)
        .catalog();
  }
}
