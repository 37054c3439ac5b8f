package dev.pointsman.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.eventlog.ChangeEvent;
import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.RevisionEvent;
import dev.pointsman.eventlog.TextModelEvent;
import dev.pointsman.eventlog.testing.Events;
import dev.pointsman.routing.Decision;
import dev.pointsman.routing.TextPublication;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TextLadderTest {

  @TempDir Path directory;

  private TrainedLog log;
  private int stored;

  /** How often what text prefers fails, and how often there is feedback about an answer. */
  private double failing;

  private double feedback = 1;

  /** How well medium answers. */
  private double medium = 0.5;

  @BeforeEach
  void open() {
    log = new TrainedLog(directory, catalog("auto", true));
  }

  @AfterEach
  void close() {
    log.close();
  }

  @Test
  void tick_textThatTells_isFittedThenJudgedThenAdopted() {
    PolicyTrainer trainer = log.trainer();
    ask(0, 900, 0.4);
    log.tick(trainer, 960);

    TextPublication model = models().getFirst();
    assertThat(log.taken).containsExactly(model);
    assertThat(model.provenance())
        .contains(
            "\"samples\":900",
            "\"calibration\":[",
            "\"brier\":",
            "\"seed\":1",
            "\"output_tokens\":[")
        .doesNotContain("lemma");
    assertThat(log.latest().textModel()).as("judged first").isNull();
    assertThat(log.latest().provenance()).contains("\"rung\":\"segments\"", "\"judged\":0");

    ask(960, 1_600, 0.4);
    log.tick(trainer, 1_600 + TrainedLog.WINDOW.toSeconds());
    assertThat(log.latest().textModel()).isEqualTo(models().getLast().model());
    assertThat(log.latest().provenance()).contains("\"rung\":\"text\"");
    ChangeEvent change = log.changes().getLast();
    assertThat(change.object()).isEqualTo("generation g-1 rung");
    assertThat(change.before()).contains("\"rung\":\"segments\"", "\"judged\":640");
    assertThat(change.after()).contains("\"rung\":\"text\"");
    assertThat(change.reason()).contains("640 matured decisions", "gains");
    assertThat(trainer.counts().errors()).isZero();
  }

  /**
   * What text sends its requests to fails in three of five, which is always known; whether it answered
   * well is, in one of four. It is the better choice all the same, by 0.36 to 0.23 or less.
   */
  @Test
  void tick_failuresBesideRareFeedback_countAsOftenAsTheyHappen() {
    PolicyTrainer trainer = log.trainer();
    failing = 0.6;
    feedback = 0.25;
    medium = 0.2;
    ask(0, 1_700, 0.4);
    log.tick(trainer, 1_760);
    assertThat(models()).hasSize(1);
    ask(1_760, 5_700, 0.4);
    log.tick(trainer, 5_700 + TrainedLog.WINDOW.toSeconds());

    ChangeEvent change =
        log.changes().stream()
            .filter(each -> each.object().equals("generation g-1 rung"))
            .findFirst()
            .orElseThrow();
    assertThat(change.after()).contains("\"rung\":\"text\"");
    assertThat(change.before()).contains("\"judged\":3940,", "\"outcomes\":1560,");
  }

  @Test
  void tick_textThatSaysNothing_isNeverAdopted() {
    PolicyTrainer trainer = log.trainer();
    ask(0, 900, 0);
    log.tick(trainer, 960);
    ask(960, 1_600, 0);
    log.tick(trainer, 1_600 + TrainedLog.WINDOW.toSeconds());

    assertThat(models()).isNotEmpty();
    assertThat(log.latest().textModel()).isNull();
    assertThat(log.changes()).extracting(ChangeEvent::object).doesNotContain("generation g-1 rung");
  }

  @Test
  void tick_worldTurnsRound_textIsDroppedAgain() {
    PolicyTrainer trainer = log.trainer();
    ask(0, 900, 0.4);
    log.tick(trainer, 960);
    ask(960, 1_600, 0.4);
    log.tick(trainer, 2_200);
    assertThat(log.latest().textModel()).isNotNull();
    ask(2_200, 3_200, -0.4);
    log.tick(trainer, 3_800);

    assertThat(log.latest().textModel()).isNull();
    assertThat(log.changes().getLast().reason()).contains("loses");
  }

  @Test
  void tick_restart_goesOnWithTheSameModelAndJudgement() {
    ask(0, 900, 0.4);
    log.tick(log.trainer(), 960);
    String before = log.latest().provenance();
    PolicyTrainer again = log.trainer();
    log.tick(again, 970);
    assertThat(models()).as("not fitted again").hasSize(1);
    assertThat(TextStanding.ofProvenance(log.latest().provenance()))
        .isEqualTo(TextStanding.ofProvenance(before));

    ask(960, 1_600, 0.4);
    log.tick(again, 2_200);
    assertThat(log.latest().textModel()).isNotNull();
    assertThat(log.changes().getLast().before()).contains("\"judged\":640");
  }

  /** The second model is fitted before the first one's decisions have matured. */
  @Test
  void tick_restartBetweenFitAndMaturity_judgesByTheSameModels() {
    String without = switchOfTwoModels(false);
    log.close();
    log = new TrainedLog(directory.resolve("again"), catalog("auto", true));
    assertThat(switchOfTwoModels(true)).isEqualTo(without).contains("\"judged\":1040,");
  }

  /** What the rung was adopted by. */
  private String switchOfTwoModels(boolean restarts) {
    PolicyTrainer trainer = log.trainer();
    ask(0, 900, 0.4);
    log.tick(trainer, 960);
    ask(960, 1_400, 0.4);
    log.tick(trainer, 1_400);
    assertThat(models()).hasSize(2);
    PolicyTrainer next = restarts ? log.trainer() : trainer;
    log.tick(next, 1_410);
    ask(1_410, 2_010, 0.4);
    log.tick(next, 2_010 + TrainedLog.WINDOW.toSeconds());
    assertThat(models()).as("no third one judges").hasSizeLessThanOrEqualTo(3);
    return log.changes().getLast().before();
  }

  @Test
  void tick_contextText_usesTheModelAtOnce() {
    log.configure(catalog("text", true));
    ask(0, 900, 0.4);
    log.tick(log.trainer(), 960);

    assertThat(log.latest().textModel()).isEqualTo(models().getFirst().model());
    assertThat(log.changes().getLast().reason())
        .contains("The configuration says to read the text.");
    int model = log.logged.indexOf(modelEvents().getFirst());
    int revision = log.logged.indexOf(log.of(RevisionEvent.class).getLast());
    assertThat(model).as("in the log before the revision that names it").isLessThan(revision);
  }

  @Test
  void tick_contextSegmentsOrNoLoggedText_neverReads() {
    for (FunctionCatalog other : List.of(catalog("segments", true), catalog("text", false))) {
      log.configure(other);
      ask(stored, stored + 900, 0.4);
      log.tick(log.trainer(), stored + 60);
      assertThat(models()).isEmpty();
      assertThat(log.latest().textModel()).isNull();
    }
  }

  @Test
  void tick_sameLogTwice_givesTheSameModelToTheLastBit() {
    log.configure(catalog("text", true));
    ask(0, 700, 0.3);
    log.tick(log.trainer(), 760);
    TextPublication first = models().getFirst();
    log.startAnew(directory.resolve("other"));
    log.tick(log.trainer(), 760);
    assertThat(models().getFirst().model()).isEqualTo(first.model());
    assertThat(models().getFirst().body()).isEqualTo(first.body());
  }

  @Test
  void relearn_textOfScores_decidesAtOnceAndUntilTheLogProvesBetter() {
    PolicyTrainer trainer = log.trainer();
    TextPublication bad = TrainedLog.alwaysSmall();
    log.takeIn(trainer, bad);
    assertThat(log.latest().textModel()).isEqualTo(bad.model());
    assertThat(log.taken).containsExactly(bad);
    assertThat(log.latest().provenance()).contains("\"rung\":\"scores\"");
    int model = log.logged.indexOf(modelEvents().getFirst());
    int revision = log.logged.indexOf(log.of(RevisionEvent.class).getFirst());
    assertThat(model).as("in the log before the revision that names it").isLessThan(revision);

    ask(0, 900, 0.4);
    log.tick(trainer, 960);
    assertThat(models()).hasSize(2);
    assertThat(log.latest().textModel()).as("fitted, not proved").isEqualTo(bad.model());
    trainer = log.trainer();
    log.tick(trainer, 970);
    assertThat(TextStanding.ofProvenance(log.latest().provenance()).prior())
        .as("after a restart")
        .isEqualTo(bad.model());

    ask(970, 1_600, 0.4);
    log.tick(trainer, 1_600 + TrainedLog.WINDOW.toSeconds());
    assertThat(log.latest().textModel()).isEqualTo(models().getLast().model());
    assertThat(log.changes().getLast().before()).contains("\"rung\":\"scores\"");
    assertThat(log.changes().getLast().reason()).contains("against the model learnt from scores");
    TextStanding standing = TextStanding.ofProvenance(log.latest().provenance());
    assertThat(standing.prior()).isNull();
    assertThat(standing.scores().retired()).isEqualTo(bad.model());
    assertThat(trainer.counts().errors()).isZero();
  }

  @Test
  void relearn_goodTextOfScores_staysWhereTheLogHasNoBetterAndGoesWhenRemoved() {
    ask(0, 900, 0.4);
    log.tick(log.trainer(), 960);
    TextPublication good = models().getFirst();
    log.startAnew(directory.resolve("other"));
    PolicyTrainer trainer = log.trainer();
    log.takeIn(trainer, good);
    ask(960, 1_600, 0.4);
    log.tick(trainer, 1_610);
    log.tick(trainer, 1_600 + TrainedLog.WINDOW.toSeconds());
    assertThat(log.latest().textModel()).isEqualTo(good.model());
    assertThat(log.latest().provenance()).contains("\"rung\":\"scores\"");

    trainer.relearn("reply", () -> log.control().removePriorEvidence("reply"));
    assertThat(log.latest().textModel()).isNull();
    assertThat(TextStanding.ofProvenance(log.latest().provenance()).rung()).isEqualTo("segments");
    assertThat(trainer.counts().errors()).isZero();
  }

  private List<TextModelEvent> modelEvents() {
    return log.of(TextModelEvent.class);
  }

  private List<TextPublication> models() {
    return modelEvents().stream().map(TextModelEvent::publication).toList();
  }

  /**
   * One decision a second, evenly among three variants, each with feedback: proofs go better with
   * {@code large} and worse with {@code small} by what the text tells.
   */
  private void ask(int from, int to, double told) {
    List<Event> events = new ArrayList<>();
    SplittableRandom outcomes = new SplittableRandom(from + 77);
    double[] even = {1 / 3d, 1 / 3d, 1 / 3d};
    for (int n = from; n < to; n++) {
      String variant = Events.CANDIDATES.get(outcomes.nextInt(3));
      boolean proof = outcomes.nextBoolean();
      double quality =
          switch (variant) {
            case "large" -> proof ? 0.5 + told : 0.5 - told;
            case "small" -> proof ? 0.5 - told : 0.5 + told;
            default -> medium;
          };
      Decision shape = Events.decision(Events.CANDIDATES, even, variant, "a");
      boolean failed = variant.equals(proof ? "large" : "small") && outcomes.nextDouble() < failing;
      events.add(TrainedLog.asked(n, shape, proof, failed));
      if (!failed && outcomes.nextDouble() < feedback) {
        events.add(Events.feedback(n, Events.id(n), "resolved", outcomes.nextDouble() < quality));
      }
    }
    stored = to;
    log.store(events);
  }

  private static FunctionCatalog catalog(String context, boolean logText) {
    return TrainedFunction.of(TrainedFunction.settings(0))
        .within(TrainedLog.WINDOW)
        .context(context)
        .logText(logText)
        .catalog();
  }
}
