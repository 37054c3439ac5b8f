package dev.pointsman.eventstore;

import dev.pointsman.routing.Decision;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A decision as the bandit formats need it.
 *
 * @param actions the eligible arms: those that no request or state ruled out
 * @param propensities their chances, which sum to 1
 * @param chosen index of the chosen one among them
 * @param reward 0..1
 * @param context the features, and the segment under {@value #SEGMENT}
 * @param policy generation and revision, null where no policy decided
 */
@SuppressWarnings("ArrayRecordComponent") // on its way to a file, compared by nobody
record BanditRound(
    UUID inferenceId,
    Instant decidedAt,
    List<String> actions,
    double[] propensities,
    int chosen,
    double reward,
    Map<String, String> context,
    @Nullable String policy) {

  static final String SEGMENT = "segment";

  static BanditRound of(LoggedDecision decision) {
    List<String> actions = new ArrayList<>();
    double[] chances = new double[decision.candidates().size()];
    for (int i = 0; i < chances.length; i++) {
      String exclusion = decision.exclusions().get(i);
      if (decision.propensities()[i] > 0 || exclusion.isEmpty() || exclusion.startsWith("soft:")) {
        chances[actions.size()] = decision.propensities()[i];
        actions.add(decision.candidates().get(i));
      }
    }
    TreeMap<String, String> context = new TreeMap<>(decision.features());
    context.put(SEGMENT, decision.segment());
    context.remove(Decision.EMBEDDING); // a vector in base64 is no value to learn from as it is
    Double reward = decision.reward();
    if (reward == null) {
      throw new IllegalArgumentException(
          "decision %s has no reward".formatted(decision.inferenceId()));
    }
    return new BanditRound(
        decision.inferenceId(),
        decision.decidedAt(),
        actions,
        java.util.Arrays.copyOf(chances, actions.size()),
        actions.indexOf(decision.chosenVariant()),
        reward,
        context,
        decision.generation() == null ? null : decision.generation() + "/" + decision.revision());
  }

  double propensity() {
    return propensities[chosen];
  }

  String action() {
    return actions.get(chosen);
  }

  void write(DataOutput out) throws IOException {
    out.writeLong(inferenceId.getMostSignificantBits());
    out.writeLong(inferenceId.getLeastSignificantBits());
    out.writeLong(ChronoUnit.MICROS.between(Instant.EPOCH, decidedAt));
    out.writeInt(actions.size());
    for (int i = 0; i < propensities.length; i++) {
      writeText(out, actions.get(i));
      out.writeDouble(propensities[i]);
    }
    out.writeInt(chosen);
    out.writeDouble(reward);
    out.writeInt(context.size());
    for (Map.Entry<String, String> feature : context.entrySet()) {
      writeText(out, feature.getKey());
      writeText(out, feature.getValue());
    }
    out.writeBoolean(policy != null);
    if (policy != null) {
      writeText(out, policy);
    }
  }

  static BanditRound read(DataInput in) throws IOException {
    UUID id = new UUID(in.readLong(), in.readLong());
    Instant at = Instant.EPOCH.plus(in.readLong(), ChronoUnit.MICROS);
    int arms = in.readInt();
    List<String> actions = new ArrayList<>(arms);
    double[] propensities = new double[arms];
    for (int i = 0; i < arms; i++) {
      actions.add(readText(in));
      propensities[i] = in.readDouble();
    }
    int chosen = in.readInt();
    double reward = in.readDouble();
    TreeMap<String, String> context = new TreeMap<>();
    for (int left = in.readInt(); left > 0; left--) {
      String name = readText(in);
      context.put(name, readText(in));
    }
    return new BanditRound(
        id,
        at,
        actions,
        propensities,
        chosen,
        reward,
        context,
        in.readBoolean() ? readText(in) : null);
  }

  private static void writeText(DataOutput out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static String readText(DataInput in) throws IOException {
    byte[] bytes = new byte[in.readInt()];
    in.readFully(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
