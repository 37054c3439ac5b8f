package dev.pointsman.trainer.scores;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.dataformat.csv.CsvFactory;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import dev.pointsman.catalog.NearestName;
import dev.pointsman.chat.ChatInput;
import dev.pointsman.chat.ContentBlock;
import dev.pointsman.chat.ConversationTurns;
import dev.pointsman.chat.InputMessage;
import dev.pointsman.eventstore.RewardRule;
import dev.pointsman.routing.SegmentRule;
import dev.pointsman.routing.features.ConversationFeatures;
import dev.pointsman.routing.features.FeatureVector;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The rows of one file while it is read, and everything that is wrong with them. */
final class ScoreRows {

  private static final int MOST_FAULTS_SHOWN = 20;
  private static final int MOST_ROWS = 1_000_000;

  /** The features of one request are some ten kilobytes. */
  private static final int MOST_CONVERSATIONS = 6_000;

  private static final String PROMPT = "prompt";
  private static final String SYSTEM = "system";
  private static final String VARIANT = "variant";
  private static final String SCORE = "score";
  private static final String COST = "cost";
  private static final String OUTPUT_TOKENS = "output_tokens";
  private static final String LATENCY = "latency_ms";
  private static final String SEGMENT = "segment";
  private static final String TASK = "task";
  private static final String ID = "id";
  private static final String TAGS = "tags";
  private static final String TAG = "tag:";

  private static final List<String> NEEDED = List.of(PROMPT, VARIANT, SCORE);

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final String file;
  private final ScoreFile.Expected expected;
  private final List<String> candidates;
  private final SegmentRule segments;
  private final List<String> segmentBy;

  /** The features of segments that are tags. */
  private final List<String> tags;

  private final List<ScoredRow> rows = new ArrayList<>();

  /** By hash, so that the same ones are kept whatever the order of the rows. */
  private final TreeMap<Long, FeatureVector> conversations = new TreeMap<>(Long::compareUnsigned);

  private final Map<String, String> sharedSegments = new HashMap<>();
  private final MessageDigest sha256 = ScoreFile.newSha256();
  private final List<String> faults = new ArrayList<>();
  private final Set<String> seen = new HashSet<>();
  private long faultCount;
  private long untagged;
  private long line;

  ScoreRows(String file, ScoreFile.Expected expected) {
    this.file = file;
    this.expected = expected;
    this.candidates = expected.learned().settings().candidates();
    this.segmentBy = expected.function().segmentBy();
    this.segments = SegmentRule.of(segmentBy);
    this.tags = segmentBy.stream().filter(feature -> feature.startsWith(TAG)).toList();
  }

  /** The line that was read last, from 1. */
  long line() {
    return line;
  }

  List<ScoredRow> rows() {
    return rows;
  }

  Map<Long, FeatureVector> conversations() {
    return conversations;
  }

  long untagged() {
    return untagged;
  }

  List<String> unusedColumns() {
    TreeSet<String> unused = new TreeSet<>(seen);
    unused.removeIf(this::isUsed);
    return List.copyOf(unused);
  }

  private boolean isUsed(String column) {
    return switch (column) {
      case PROMPT, SYSTEM, VARIANT, SCORE, COST, OUTPUT_TOKENS, LATENCY, ID -> true;
      case SEGMENT -> true;
      case TASK -> takesTask();
      case TAGS -> !tags.isEmpty();
      default -> tags.contains(column);
    };
  }

  /** Whether {@code task} is the value of the one tag that segments are made of. */
  private boolean takesTask() {
    return tags.size() == 1 && !seen.contains(tags.getFirst());
  }

  void csv(InputStream in) throws IOException {
    CsvFactory factory = new CsvFactory();
    factory.disable(JsonParser.Feature.AUTO_CLOSE_SOURCE);
    try (CsvParser parser = factory.createParser(in)) {
      List<String> header = null;
      while (parser.nextToken() == JsonToken.START_ARRAY) {
        line = parser.currentLocation().getLineNr();
        List<String> values = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          values.add(parser.getText());
        }
        if (values.size() == 1 && values.getFirst().isBlank()) {
          continue;
        }
        if (header == null) {
          header = header(values);
          if (faultCount > 0) {
            return;
          }
        } else if (values.size() != header.size()) {
          fault(
              null,
              "has %d fields, the header has %d; a comma, a quote or a line's end within a field needs the field in quotes, as in \"so, \"\"quoted\"\"\""
                  .formatted(values.size(), header.size()));
        } else {
          Map<String, String> fields = new HashMap<>();
          for (int i = 0; i < values.size(); i++) {
            fields.put(header.get(i), values.get(i));
          }
          take(fields);
        }
        if (tooMany()) {
          return;
        }
      }
    } catch (JsonProcessingException e) {
      // Behind it nothing can be told apart.
      fault(null, "is no CSV: " + e.getOriginalMessage());
    }
  }

  private List<String> header(List<String> values) {
    List<String> header = values.stream().map(String::strip).toList();
    for (String name : header) {
      if (!seen.add(name)) {
        fault(name, "stands in the header twice");
      }
    }
    if (header.size() == 1 && header.getFirst().contains(";")) {
      fault(null, "fields are parted by commas, not by semicolons");
    } else {
      checkNames("column", header);
    }
    return header;
  }

  /** What is missing, and what was probably meant by what is there. */
  private void checkNames(String what, List<String> names) {
    Set<String> strangers = new TreeSet<>(names);
    strangers.removeIf(this::isUsed);
    for (String needed : NEEDED) {
      if (!names.contains(needed)) {
        String near = NearestName.of(needed, strangers);
        fault(
            needed,
            "there is no such %s%s"
                .formatted(
                    what,
                    near == null
                        ? "; there are " + String.join(", ", names)
                        : "; is \"%s\" it? Name it so".formatted(near)));
      }
    }
    List<String> optional = new ArrayList<>(tags);
    optional.add(COST);
    for (String name : optional) {
      String near = names.contains(name) ? null : NearestName.of(name, strangers);
      if (near != null && !NEEDED.contains(near)) {
        fault(
            near,
            "is not used; if it is %s, name it so, else give it another name".formatted(name));
      }
    }
    if (names.contains(SEGMENT) && tags.stream().anyMatch(names::contains)) {
      fault(SEGMENT, "stands beside " + String.join(", ", tags) + "; give one of them");
    }
  }

  void jsonLines(InputStream in) throws IOException {
    BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                in,
                StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)));
    boolean first = true;
    for (String text; (text = reader.readLine()) != null; ) {
      line++;
      String json = line == 1 && text.startsWith("\uFEFF") ? text.substring(1) : text;
      if (json.isBlank()) {
        continue;
      }
      JsonNode node = parsed(json);
      if (node != null) {
        Map<String, String> fields = fields(node);
        if (first) {
          checkNames("field", List.copyOf(fields.keySet()));
          first = false;
          if (faultCount > 0) {
            return;
          }
        }
        take(fields);
      }
      if (tooMany()) {
        return;
      }
    }
  }

  private @Nullable JsonNode parsed(String json) {
    try {
      JsonNode node = JSON.readTree(json);
      if (node.isObject()) {
        return node;
      }
      fault(null, "is no JSON object; each line must be one, as in {\"prompt\": …, \"score\": …}");
    } catch (JsonProcessingException e) {
      fault(
          null,
          "is no JSON at character %d: %s"
              .formatted(
                  e.getLocation() == null ? 1 : e.getLocation().getColumnNr(),
                  e.getOriginalMessage()));
    }
    return null;
  }

  private Map<String, String> fields(JsonNode node) {
    Map<String, String> fields = new TreeMap<>();
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      String name = field.getKey();
      JsonNode value = field.getValue();
      seen.add(name);
      if (name.equals(TAGS) && value.isObject()) {
        for (Map.Entry<String, JsonNode> tag : value.properties()) {
          fields.put(TAG + tag.getKey(), tag.getValue().asText());
        }
      } else if (value.isValueNode()) {
        fields.put(name, value.isNull() ? "" : value.asText());
      } else if (isUsed(name)) {
        fault(
            name, "must be a text or a number, not " + (value.isArray() ? "a list" : "an object"));
        fields.put(name, "");
      }
    }
    return fields;
  }

  private boolean tooMany() {
    if (rows.size() > MOST_ROWS) {
      fault(null, "there are more than %,d rows; give a part of them".formatted(MOST_ROWS));
      return true;
    }
    return false;
  }

  private void take(Map<String, String> fields) {
    long before = faultCount;
    String prompt = fields.getOrDefault(PROMPT, "");
    String system = fields.getOrDefault(SYSTEM, "");
    if (prompt.isBlank()) {
      fault(PROMPT, "is empty");
    }
    String variant = variant(fields.getOrDefault(VARIANT, "").strip());
    double score = score(fields.getOrDefault(SCORE, "").strip());
    Double cost = amount(COST, fields.getOrDefault(COST, "").strip(), "dollars");
    Double tokens = amount(OUTPUT_TOKENS, fields.getOrDefault(OUTPUT_TOKENS, "").strip(), "tokens");
    Double latency = amount(LATENCY, fields.getOrDefault(LATENCY, "").strip(), "milliseconds");
    String segment = segment(fields, prompt);
    if (faultCount == before && variant != null) {
      ChatInput input = input(system, prompt);
      long request = hash(system.length() + ":" + system + prompt);
      keep(request, input);
      rows.add(
          new ScoredRow(
              hash(prompt),
              request,
              segment,
              input.estimatedTokens(),
              variant,
              score,
              expected.rule().reward(score),
              cost,
              tokens,
              latency));
    }
  }

  private @Nullable String variant(String name) {
    for (String candidate : candidates) {
      if (candidate.equals(name)) {
        return candidate;
      }
    }
    if (name.isEmpty()) {
      fault(VARIANT, "is empty");
    } else if (expected.function().variants().containsKey(name)) {
      fault(
          VARIANT,
          "\"%s\" is a variant of %s but no candidate: list it in candidate_variants, or take its rows out"
              .formatted(name, expected.function().name()));
    } else {
      String near = NearestName.of(name, candidates);
      fault(
          VARIANT,
          "%s has no variant \"%s\"; %s"
              .formatted(
                  expected.function().name(),
                  name,
                  near == null
                      ? "its candidates are " + String.join(", ", candidates)
                      : "did you mean \"%s\"?".formatted(near)));
    }
    return null;
  }

  private double score(String text) {
    RewardRule rule = expected.rule();
    boolean isBoolean = rule.type() == RewardRule.Type.BOOLEAN;
    if (text.isEmpty()) {
      fault(SCORE, "is empty; take the row out if the answer was not judged");
      return 0;
    }
    if (isBoolean && text.equalsIgnoreCase("true")) {
      return 1;
    }
    if (isBoolean && text.equalsIgnoreCase("false")) {
      return 0;
    }
    double value = number(text);
    if (!(value >= rule.low() && value <= rule.high())) {
      fault(
          SCORE,
          isBoolean
              ? "\"%s\" is no value of the boolean metric %s: true, false, or the share of good answers from 0 to 1"
                  .formatted(text, rule.metric())
              : "\"%s\" is no number from %s to %s, the range of metric %s: bring the scores to it, or change metrics.%s.range"
                  .formatted(
                      text, plain(rule.low()), plain(rule.high()), rule.metric(), rule.metric()));
      return 0;
    }
    return value;
  }

  private @Nullable Double amount(String column, String text, String unit) {
    if (text.isEmpty()) {
      return null;
    }
    double value = number(text);
    if (!(value >= 0 && value <= 1e9)) {
      fault(
          column,
          "\"%s\" is no number of %s, 0 or more; leave it empty where it is not known"
              .formatted(text, unit));
      return null;
    }
    return value;
  }

  private String segment(Map<String, String> fields, String prompt) {
    String given = fields.getOrDefault(SEGMENT, "").strip();
    if (!given.isEmpty()) {
      checkSegment(given);
      return shared(given);
    }
    Map<String, String> values = new TreeMap<>();
    for (String tag : tags) {
      String value = fields.getOrDefault(tag, "");
      if (value.isEmpty() && takesTask()) {
        value = fields.getOrDefault(TASK, "");
      }
      if (!value.isEmpty()) {
        values.put(tag.substring(TAG.length()), value);
      }
    }
    if (values.size() < tags.size()) {
      untagged++;
    }
    return shared(segments.segment(segments.features(values, prompt)));
  }

  private void checkSegment(String given) {
    if (segmentBy.isEmpty() && !given.equals(SegmentRule.ALL)) {
      fault(
          SEGMENT,
          "\"%s\": %s has one segment only; leave the column out, or set segment_by"
              .formatted(given, expected.function().name()));
    } else if (given.chars().filter(sign -> sign == '/').count() + 1
        != Math.max(1, segmentBy.size())) {
      fault(
          SEGMENT,
          "\"%s\" is no segment of %s: those are values of %s, parted by /"
              .formatted(given, expected.function().name(), String.join(", ", segmentBy)));
    }
  }

  private String shared(String segment) {
    return sharedSegments.computeIfAbsent(segment, name -> name);
  }

  /** As the router gets it. */
  private static ChatInput input(String system, String prompt) {
    return new ChatInput(
        system.isEmpty() ? null : TextNode.valueOf(system),
        List.of(new InputMessage(InputMessage.Role.USER, List.of(new ContentBlock.Text(prompt)))));
  }

  /** Keeps what the router would read of it, if it reads at all and this is among the kept. */
  private void keep(long request, ChatInput input) {
    if (!expected.learned().readsWords()
        || conversations.containsKey(request)
        || (conversations.size() == MOST_CONVERSATIONS
            && Long.compareUnsigned(request, conversations.lastKey()) > 0)) {
      return;
    }
    conversations.put(request, ConversationFeatures.of(ConversationTurns.of(input), 0));
    if (conversations.size() > MOST_CONVERSATIONS) {
      conversations.pollLastEntry();
    }
  }

  private long hash(String text) {
    return ByteBuffer.wrap(sha256.digest(text.getBytes(StandardCharsets.UTF_8))).getLong();
  }

  private static double number(String text) {
    if (!Character.isDigit(text.charAt(text.length() - 1)) && !text.endsWith(".")) {
      // Java would take 1d and 1f for numbers.
      return Double.NaN;
    }
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }

  private static String plain(double number) {
    return number == Math.rint(number) && Math.abs(number) < 1e15
        ? String.format(Locale.ROOT, "%.0f", number)
        : Double.toString(number);
  }

  private void fault(@Nullable String column, String what) {
    if (faultCount++ < MOST_FAULTS_SHOWN) {
      faults.add(
          "%s:%d: %s%s"
              .formatted(file, Math.max(1, line), column == null ? "" : column + ": ", what));
    }
  }

  /** Throws if there was any fault, or nothing to learn from. */
  void finish() {
    if (faultCount > 0) {
      throw new ScoresRefusedException(
          faults.stream().collect(Collectors.joining("\n"))
              + (faultCount > faults.size()
                  ? "%nand %,d more".formatted(faultCount - faults.size())
                  : "")
              + "%n%,d %s; nothing was taken in"
                  .formatted(faultCount, faultCount == 1 ? "fault" : "faults"));
    }
    if (rows.isEmpty()) {
      throw new ScoresRefusedException(file + ": holds no rows");
    }
    if (!tags.isEmpty() && untagged == rows.size()) {
      throw new ScoresRefusedException(
          ("%s: no row has a value of %s, which the segments of %s are made of: add %s")
              .formatted(
                  file,
                  String.join(" or ", tags),
                  expected.function().name(),
                  tags.size() == 1 ? "that column, or task" : "those columns, or segment"));
    }
  }
}
