package dev.pointsman.trainer.scores;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.routing.LaneShares;
import dev.pointsman.routing.LearnedSettings;
import dev.pointsman.routing.features.ConversationFeatures;
import dev.pointsman.routing.features.FeatureVector;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

final class ScoreFileTest {

  private static final String HEADER = "prompt,variant,score,cost\n";

  @Test
  void read_csvWithQuotes_keepsCommasQuotesAndLines() {
    ScoreFile file =
        Scores.read(
            "scores.csv",
            "\uFEFFid,prompt,variant,score,cost\r\n"
                + "1,\"Say \"\"hi\"\", then\nstop\",large,true,0.002\r\n"
                + "2,plain,small,False,\r\n"
                + "\r\n"
                + "3,plain,large,0.25,1e-3\r\n",
            Scores.expected(Scores.resolved()));

    assertThat(file.rows())
        .extracting(ScoredRow::variant, ScoredRow::score, ScoredRow::reward, ScoredRow::costUsd)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("large", 1.0, 1.0, 0.002),
            org.assertj.core.groups.Tuple.tuple("small", 0.0, 0.0, null),
            org.assertj.core.groups.Tuple.tuple("large", 0.25, 0.25, 0.001));
    assertThat(file.rows()).extracting(ScoredRow::segment).containsOnly("all");
    assertThat(file.rows().get(1).requestHash()).isEqualTo(file.rows().get(2).requestHash());
    assertThat(file.rows().get(0).requestHash()).isNotEqualTo(file.rows().get(1).requestHash());
    assertThat(file.rows().get(0).inputTokens()).as("20 characters and a message").isEqualTo(8);
    assertThat(file.unusedColumns()).isEmpty();
  }

  @Test
  void read_jsonLines_giveTheSameRowsAsCsv() {
    ScoreFile.Expected expected = Scores.expected(Scores.resolved(), "tag:topic", "has_code");
    ScoreFile csv =
        Scores.read(
            "scores.csv",
            """
            prompt,variant,score,cost,tag:topic,system
            a,large,1,0.5,billing,Be kind.
            "Why does ~~~ i++ ~~~ fail?",small,0,,"a/b",
            """,
            expected);
    ScoreFile json =
        Scores.read(
            "scores.jsonl",
            """
            {"prompt":"a","variant":"large","score":true,"cost":0.5,"tags":{"topic":"billing"},"system":"Be kind."}

            {"prompt":"Why does ~~~ i++ ~~~ fail?","variant":"small","score":0,"cost":null,"tag:topic":"a/b"}
            """,
            expected);

    assertThat(json.rows()).isEqualTo(csv.rows());
    assertThat(json.rows())
        .extracting(ScoredRow::segment)
        .containsExactly("billing/plain", "a%2Fb/code");
  }

  @Test
  void read_packed_isUnpackedAndHashedAsItIs() throws IOException {
    byte[] packed = gzip(HEADER + "a,large,1,\n");

    ScoreFile file = Scores.read("s.csv.gz", packed, Scores.expected(Scores.resolved()));

    assertThat(file.rows()).hasSize(1);
    assertThat(file.sha256())
        .isEqualTo(java.util.HexFormat.of().formatHex(ScoreFile.newSha256().digest(packed)))
        .hasSize(64);
    assertRefused("s.csv.gz", java.util.Arrays.copyOf(packed, packed.length - 12))
        .contains("s.csv.gz, behind line", "cannot be unpacked");
  }

  @Test
  void read_taskOfTheOnlyTag_isItsValue() {
    ScoreFile file =
        Scores.read(
            "s.csv",
            "prompt,variant,score,task\na,large,1,maths\nb,large,1,\n",
            Scores.expected(Scores.resolved(), "tag:topic"));

    assertThat(file.rows()).extracting(ScoredRow::segment).containsExactly("maths", "-");
    assertThat(file.untagged()).isEqualTo(1);
  }

  @Test
  void read_segmentAsPagesShowIt_isTaken() {
    ScoreFile file =
        Scores.read(
            "s.csv",
            "prompt,variant,score,segment,judge\na,large,1,maths/code,x\n",
            Scores.expected(Scores.resolved(), "tag:topic", "has_code"));

    assertThat(file.rows()).extracting(ScoredRow::segment).containsExactly("maths/code");
    assertThat(file.unusedColumns()).containsExactly("judge");
    assertRefused("prompt,variant,score,segment\na,large,1,maths\n", "tag:topic", "has_code")
        .contains(
            "s.csv:2: segment: \"maths\" is no segment of reply: those are values of tag:topic,"
                + " has_code");
    assertRefused("prompt,variant,score,segment\na,large,1,maths\n")
        .contains("s.csv:2: segment: \"maths\": reply has one segment only");
    assertRefused("prompt,variant,score,segment,tag:topic\na,large,1,x,y\n", "tag:topic")
        .contains("s.csv:1: segment: stands beside tag:topic; give one of them");
  }

  @Test
  void read_floatMetricWhereLessIsBetter_isMappedByItsRange() {
    ScoreFile file =
        Scores.read("s.csv", HEADER + "a,large,4,\n", Scores.expected(Scores.rating(0, 16, false)));

    assertThat(file.rows().getFirst().score()).isEqualTo(4);
    assertThat(file.rows().getFirst().reward()).isCloseTo(0.75, within(1e-12));
    assertThatExceptionOfType(ScoresRefusedException.class)
        .isThrownBy(
            () ->
                Scores.read(
                    "s.csv", HEADER + "a,large,70,\n", Scores.expected(Scores.rating(0, 16, true))))
        .withMessageContaining(
            "s.csv:2: score: \"70\" is no number from 0 to 16, the range of metric rating: bring"
                + " the scores to it, or change metrics.rating.range");
  }

  @Test
  void read_faults_areAllNamedWithLineColumnAndMending() {
    assertRefused(
            HEADER
                + "a,larg,1,\n"
                + "\"b\nc\",retired,1,\n"
                + "d,gpt,maybe,\n"
                + ",large,2,-1\n"
                + "e,large,,1f\n")
        .contains(
            "s.csv:2: variant: reply has no variant \"larg\"; did you mean \"large\"?",
            "s.csv:3: variant: \"retired\" is a variant of reply but no candidate",
            "s.csv:5: variant: reply has no variant \"gpt\"; its candidates are large, small",
            "s.csv:5: score: \"maybe\" is no value of the boolean metric resolved",
            "s.csv:6: prompt: is empty",
            "s.csv:6: score: \"2\" is no value",
            "s.csv:6: cost: \"-1\" is no number of dollars, 0 or more",
            "s.csv:7: score: is empty; take the row out",
            "s.csv:7: cost: \"1f\" is no number of dollars",
            "9 faults; nothing was taken in");
  }

  @Test
  void read_manyFaults_showsTwentyAndCountsTheRest() {
    assertRefused(HEADER + "a,other,1,\n".repeat(50))
        .contains("s.csv:21: variant", "and 30 more", "50 faults")
        .doesNotContain("s.csv:22:");
  }

  @Test
  void read_headerThatNamesSomethingElse_saysWhatIsProbablyMeant() {
    assertRefused("prompt,varient,score\na,large,1\n")
        .contains("s.csv:1: variant: there is no such column; is \"varient\" it? Name it so");
    assertRefused("question,variant,score\na,large,1\n")
        .contains("s.csv:1: prompt: there is no such column; there are question, variant, score");
    assertRefused("prompt,variant,score,costs\na,large,1,2\n")
        .contains("s.csv:1: costs: is not used; if it is cost, name it so");
    assertRefused("prompt;variant;score\na;large;1\n").contains("commas, not by semicolons");
    assertRefused("prompt,variant,score,score\na,large,1,1\n")
        .contains("score: stands in the header twice");
  }

  @Test
  void read_notCsv_isRefusedByLine() {
    assertRefused(HEADER + "a,large,1,\nb,with,comma,large,1,\n")
        .contains("s.csv:3: has 6 fields, the header has 4");
    assertRefused(HEADER + "a,large,1,\n\"b,large,1,\n").contains("s.csv:", "is no CSV");
    assertRefused("s.csv", (HEADER + "caf\u00e9,large,1,\n").getBytes(StandardCharsets.ISO_8859_1))
        .contains("is not readable as UTF-8");
    assertRefused(HEADER).contains("s.csv: holds no rows");
    assertRefused("").contains("s.csv: holds no rows");
    assertRefused("s.txt", HEADER.getBytes(StandardCharsets.UTF_8)).contains("name it .csv or");
  }

  @Test
  void read_notJsonLines_isRefusedByLine() {
    String good = "{\"prompt\":\"a\",\"variant\":\"large\",\"score\":1}\n";
    assertRefused("s.jsonl", bytes(good + "{\"prompt\":\n" + "[1]\n"))
        .contains("s.jsonl:2: is no JSON at character", "s.jsonl:3: is no JSON object");
    assertRefused("s.jsonl", bytes(good + "{\"prompt\":\"a\",\"prompt\":\"b\"}\n"))
        .contains("s.jsonl:2: is no JSON", "Duplicate");
    assertRefused("s.jsonl", bytes(good + "{\"prompt\":[1],\"variant\":\"large\",\"score\":1}\n"))
        .contains("s.jsonl:2: prompt: must be a text or a number, not a list");
    assertRefused("s.jsonl", bytes("{\"prompt\":\"a\",\"model\":\"large\",\"score\":1}\n"))
        .contains("s.jsonl:1: variant: there is no such field");
    assertRefused("s.jsonl", (good + "caf\u00e9\n").getBytes(StandardCharsets.ISO_8859_1))
        .contains("is not readable as UTF-8");
  }

  @Test
  void read_noRowHasTheTagOfSegments_isRefused() {
    assertRefused("prompt,variant,score\na,large,1\n", "tag:topic")
        .contains(
            "s.csv: no row has a value of tag:topic, which the segments of reply are made of: add"
                + " that column, or task");
  }

  private static org.assertj.core.api.AbstractStringAssert<?> assertRefused(
      String csv, String... segmentBy) {
    return assertRefused("s.csv", bytes(csv), segmentBy);
  }

  private static org.assertj.core.api.AbstractStringAssert<?> assertRefused(
      String name, byte[] bytes, String... segmentBy) {
    ScoreFile.Expected expected = Scores.expected(Scores.resolved(), segmentBy);
    try {
      List<ScoredRow> rows = Scores.read(name, bytes, expected).rows();
      throw new AssertionError("read as " + rows);
    } catch (ScoresRefusedException refused) {
      return assertThat(refused.getMessage());
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(bytes(text));
    }
    return bytes.toByteArray();
  }

  @Test
  void read_functionThatReadsConversations_keepsWhatTheRouterWouldRead() {
    String text = "prompt,variant,score,latency_ms\nProve it,large,1,20.5\nHello,small,0,\n";
    ScoreFile.Expected reads =
        Scores.expected(
            Scores.learned(0, LaneShares.POLICY_ONLY, "auto", LearnedSettings.Limits.NONE),
            Scores.resolved());

    ScoreFile file = Scores.read("s.csv", text, reads);

    assertThat(file.conversations())
        .containsOnlyKeys(
            file.rows().getFirst().requestHash(), file.rows().getLast().requestHash());
    FeatureVector kept = file.conversations().get(file.rows().getFirst().requestHash());
    FeatureVector routed = ConversationFeatures.ofPrompt("Prove it");
    assertThat(kept.size()).isEqualTo(routed.size());
    for (int pair = 0; pair < kept.size(); pair++) {
      assertThat(kept.index(pair)).isEqualTo(routed.index(pair));
      assertThat(kept.value(pair)).isEqualTo(routed.value(pair));
    }
    assertThat(file.rows()).extracting(ScoredRow::latencyMs).containsExactly(20.5, null);
    assertThat(Scores.read("s.csv", text, Scores.expected(Scores.resolved())).conversations())
        .isEmpty();
  }
}
