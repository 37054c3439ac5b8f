package dev.pointsman.eventstore;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Decisions with their rewards as logs of contextual bandits, for the programs of that trade: Vowpal
 * Wabbit and the Open Bandit Pipeline. Only matured decisions of one stratum whose reward and
 * propensity are known are written; how many others there were is told.
 *
 * <p>The first pass writes a file in the data directory, since the number of actions and rounds
 * comes first in some formats and is known last; so the memory used depends on neither.
 */
public final class DecisionExport {

  private final FunctionQueries functions;
  private final Path temporary;

  /**
   * An export.
   *
   * @param temporary where the first pass may leave its file for a while
   */
  public DecisionExport(FunctionQueries functions, Path temporary) {
    this.functions = functions;
    this.temporary = temporary;
  }

  /**
   * Which decisions.
   *
   * @param rule says what the reward is
   * @param stratum strata are never mixed: their propensities mean different things
   * @param asOf decides which decisions are matured
   */
  public record Selection(
      RewardRule rule, String stratum, Instant from, Instant to, Instant asOf) {}

  /**
   * What was written and what was not.
   *
   * @param rounds decisions written
   * @param actions the variants, in the order of their numbers
   * @param contextNames the columns of the context, in their order; empty where columns have names
   * @param leftOut how many rows were not written, by reason
   */
  public record Summary(
      long rounds, List<String> actions, List<String> contextNames, Map<String, Long> leftOut) {}

  /**
   * Writes the decisions to a stream, which stays open.
   *
   * @param progress is told now and then how many decisions were read
   */
  public Summary write(
      Selection selection, BanditFormat format, OutputStream out, LongConsumer progress) {
    Path stage = temporary.resolve("export-" + UUID.randomUUID());
    try {
      Files.createDirectories(temporary);
      BanditVocabulary vocabulary = new BanditVocabulary();
      Map<String, Long> leftOut = new TreeMap<>();
      long rounds;
      try (DataOutputStream staged =
          new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(stage)))) {
        rounds = stage(selection, staged, vocabulary, leftOut, progress);
      }
      List<String> actions = vocabulary.actions();
      BanditWriter writer = format.writer(rounds, vocabulary, selection, out);
      writer.begin();
      try (DataInputStream staged =
          new DataInputStream(new BufferedInputStream(Files.newInputStream(stage)))) {
        for (long i = 0; i < rounds; i++) {
          writer.write(BanditRound.read(staged));
        }
      }
      writer.end();
      return new Summary(rounds, actions, format.contextNames(vocabulary), leftOut);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "the decisions of %s could not be written: %s"
              .formatted(selection.rule().functionName(), e.getMessage()),
          e);
    } finally {
      deleteQuietly(stage);
    }
  }

  private long stage(
      Selection selection,
      DataOutputStream staged,
      BanditVocabulary vocabulary,
      Map<String, Long> leftOut,
      LongConsumer progress) {
    Instant first = null;
    Instant last = null;
    long decisions = 0;
    for (DecisionKindCount count :
        functions.kinds(selection.rule().functionName(), selection.from(), selection.to())) {
      if (!count.kind().equals("decision")) {
        leftOut.merge("kind " + count.kind(), count.inferences(), Long::sum);
        continue;
      }
      decisions += count.inferences();
      first = earlier(first, count.firstStartedAt());
      last = later(last, count.lastStartedAt());
    }
    if (first == null || last == null) {
      return 0;
    }
    long[] counts = new long[2];
    TimeSteps.walk(
        first,
        last,
        (from, to) -> {
          long before = counts[0];
          functions.decisions(
              selection.rule(),
              from,
              to,
              selection.asOf(),
              decision -> {
                counts[0]++;
                String reason = reasonAgainst(decision, selection.stratum());
                if (reason != null) {
                  leftOut.merge(reason, 1L, Long::sum);
                  return;
                }
                try {
                  BanditRound round = BanditRound.of(decision);
                  vocabulary.note(round);
                  round.write(staged);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
                counts[1]++;
              });
          progress.accept(counts[0]);
          return counts[0] - before;
        });
    if (decisions > counts[0]) {
      leftOut.put("later decision of its episode", decisions - counts[0]);
    }
    return counts[1];
  }

  private static @Nullable String reasonAgainst(LoggedDecision decision, String stratum) {
    if (!decision.stratum().equals(stratum)) {
      return "stratum " + decision.stratum();
    }
    if (!decision.matured()) {
      return "not matured";
    }
    if (decision.reward() == null) {
      return "no reward";
    }
    int arm = decision.chosenArm();
    return arm < 0 || !(decision.propensities()[arm] > 0) ? "no propensity" : null;
  }

  private static Instant earlier(@Nullable Instant a, Instant b) {
    return a == null || b.isBefore(a) ? b : a;
  }

  private static Instant later(@Nullable Instant a, Instant b) {
    return a == null || b.isAfter(a) ? b : a;
  }

  private static void deleteQuietly(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // Swept when the store is opened next.
    }
  }
}
