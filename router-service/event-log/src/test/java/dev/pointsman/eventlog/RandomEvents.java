package dev.pointsman.eventlog;

import dev.pointsman.routing.Decision;
import dev.pointsman.routing.DecisionKind;
import dev.pointsman.routing.PolicyRevision;
import dev.pointsman.routing.PolicyStatistics;
import dev.pointsman.routing.PolicyVersion;
import dev.pointsman.routing.TextPublication;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.Supplier;

/** Events with anything in them that their types allow, for the codec's properties. */
final class RandomEvents {

  private static final String[] PIECES = {
    "a",
    "zero",
    " ",
    "\"",
    "\\",
    "\n",
    "\u0000",
    "\u001f",
    "\u007f",
    "ü",
    "€",
    "\uFFFF",
    "😀",
    "{",
    "null",
    "\u2028",
    "</script>",
    "?",
    "long enough to be written at once, as most prompts are"
  };
  private static final double[] EDGES = {
    0.0,
    -0.0,
    Double.NaN,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    Double.MIN_VALUE,
    Double.MAX_VALUE,
    0.1,
    1.0 / 3,
    1e22,
    9007199254740993.0
  };

  private final Random random;

  RandomEvents(long seed) {
    random = new Random(seed);
  }

  Event any() {
    return switch (random.nextInt(6)) {
      case 0 -> inference();
      case 1 -> feedback();
      case 2 -> revision();
      case 3 -> change();
      case 4 ->
          new TextModelEvent(id(), new TextPublication(text(), text(), time(), text(), text()));
      default -> new ConfigEvent(id(), time(), text(), text());
    };
  }

  private InferenceEvent inference() {
    return new InferenceEvent(
        new InferenceEvent.Ids(
            id(), id(), text(), maybe(this::text), maybe(this::text), text(), time()),
        new InferenceEvent.Asker(
            text(),
            maybe(this::text),
            text(),
            text(),
            maybe(this::text),
            maybe(this::text),
            maybe(this::text),
            texts()),
        new InferenceEvent.Versions(text(), text(), random.nextInt()),
        decision(),
        new InferenceEvent.Outcome(
            one(InferenceEvent.Ending.values()),
            maybe(this::text),
            maybe(this::text),
            maybe(this::text),
            maybe(this::text),
            random.nextInt(),
            random.nextBoolean(),
            maybe(this::text),
            random.nextBoolean(),
            text()),
        new InferenceEvent.Quantities(
            tokens(),
            random.nextBoolean(),
            maybe(random::nextLong),
            maybe(this::text),
            maybe(random::nextLong),
            random.nextLong(),
            maybe(random::nextLong),
            random.nextLong()),
        list(this::attempt),
        maybe(
            () ->
                new InferenceEvent.Payload(
                    text(),
                    maybe(this::text),
                    maybe(this::text),
                    maybe(this::text),
                    random.nextBoolean())));
  }

  private Decision decision() {
    return new Decision(
        one(DecisionKind.values()),
        maybe(this::id),
        maybe(() -> new PolicyVersion(text(), text(), random.nextLong())),
        text(),
        text(),
        maybe(this::text),
        maybe(this::text),
        shares(),
        texts(),
        maybe(this::text),
        shares(),
        list(this::text),
        list(this::text),
        reals(),
        wholes(),
        wholes(),
        reals(),
        reals(),
        reals(),
        reals(),
        reals(),
        maybe(this::real),
        maybe(this::real),
        texts(),
        text(),
        maybe(this::real),
        random.nextBoolean(),
        List.of());
  }

  private InferenceEvent.Attempt attempt() {
    return new InferenceEvent.Attempt(
        id(),
        random.nextInt(),
        time(),
        text(),
        text(),
        text(),
        text(),
        text(),
        maybe(random::nextInt),
        maybe(this::text),
        maybe(this::text),
        tokens(),
        maybe(random::nextLong),
        random.nextLong(),
        maybe(random::nextLong),
        maybe(this::text),
        random.nextBoolean(),
        maybe(this::text),
        maybe(this::text));
  }

  private InferenceEvent.Tokens tokens() {
    return new InferenceEvent.Tokens(
        maybe(random::nextLong),
        maybe(random::nextLong),
        maybe(random::nextLong),
        maybe(random::nextLong),
        maybe(random::nextLong));
  }

  private FeedbackEvent feedback() {
    return new FeedbackEvent(
        id(),
        time(),
        one(FeedbackEvent.Target.values()),
        id(),
        text(),
        maybe(random::nextBoolean),
        maybe(this::real),
        maybe(this::text),
        text(),
        texts(),
        maybe(this::text),
        maybe(this::text));
  }

  private RevisionEvent revision() {
    return new RevisionEvent(
        id(),
        new PolicyRevision(
            text(),
            text(),
            random.nextLong(),
            time(),
            new PolicyStatistics(
                finite(),
                list(
                    () ->
                        new PolicyStatistics.Cell(
                            text(),
                            text(),
                            finite(),
                            finite(),
                            finite(),
                            maybe(this::finite),
                            maybe(this::finite),
                            count())),
                list(
                    () ->
                        new PolicyStatistics.VariantEvidence(
                            text(), count(), count(), random.nextBoolean())),
                priors()),
            text(),
            maybe(this::text)));
  }

  private double finite() {
    double real = real();
    return Double.isFinite(real) ? real : 0.25;
  }

  private long count() {
    return random.nextLong() >>> 1;
  }

  private Map<String, Double> priors() {
    Map<String, Double> priors = shares();
    priors.replaceAll((variant, prior) -> finite());
    return priors;
  }

  private ChangeEvent change() {
    return new ChangeEvent(
        id(),
        time(),
        one(ChangeEvent.Kind.values()),
        text(),
        maybe(this::text),
        text(),
        maybe(this::text),
        maybe(this::text),
        text());
  }

  String text() {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(6); i > 0; i--) {
      text.append(one(PIECES));
    }
    return text.toString();
  }

  private UUID id() {
    return new UUID(random.nextLong(), random.nextLong());
  }

  private Instant time() {
    long seconds = random.nextInt(20) == 0 ? -1 : random.nextLong(4_000_000_000L);
    return Instant.ofEpochSecond(seconds, random.nextInt(1_000_000) * 1_000L);
  }

  private double real() {
    return switch (random.nextInt(3)) {
      case 0 -> EDGES[random.nextInt(EDGES.length)];
      case 1 -> random.nextDouble();
      // All NaNs are one to the log.
      default -> {
        double bits = Double.longBitsToDouble(random.nextLong());
        yield Double.isNaN(bits) ? Double.NaN : bits;
      }
    };
  }

  private double[] reals() {
    return random.doubles(random.nextInt(4)).map(d -> real()).toArray();
  }

  private long[] wholes() {
    return random.longs(random.nextInt(4)).toArray();
  }

  private Map<String, String> texts() {
    Map<String, String> texts = new LinkedHashMap<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      texts.put(text(), text());
    }
    return texts;
  }

  private Map<String, Double> shares() {
    Map<String, Double> shares = new LinkedHashMap<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      shares.put(text(), real());
    }
    return shares;
  }

  private <T> List<T> list(Supplier<T> element) {
    List<T> list = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      list.add(element.get());
    }
    return list;
  }

  private <T> T maybe(Supplier<T> value) {
    return random.nextBoolean() ? value.get() : null;
  }

  @SafeVarargs
  private final <T> T one(T... of) {
    return of[random.nextInt(of.length)];
  }
}
