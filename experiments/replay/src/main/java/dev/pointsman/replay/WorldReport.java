package dev.pointsman.replay;

import dev.pointsman.trainer.ChangeAlarm;
import dev.pointsman.worlds.RequestKind;
import dev.pointsman.worlds.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Formatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * How a run of a world went, judged by the world's truth rather than by the feedback.
 *
 * @param world the truth
 * @param chooser who chose
 * @param baselineVariant what savings compare with
 * @param length how long the run was
 * @param requests in order of time
 * @param alarms the change alarms, in order of time
 */
public record WorldReport(
    World world,
    String chooser,
    String baselineVariant,
    Duration length,
    List<Request> requests,
    List<ChangeAlarm> alarms) {

  public WorldReport {
    requests = List.copyOf(requests);
    alarms = List.copyOf(alarms);
  }

  /**
   * One request.
   *
   * @param at since the first request
   * @param kind what was asked
   * @param variant what was chosen, in whatever lane
   * @param latency how long the answer took
   */
  public record Request(Duration at, RequestKind kind, String variant, Duration latency) {}

  /** The requests of a kind from a time on, before another one. */
  private List<Request> between(RequestKind kind, Duration from, Duration to) {
    return requests.stream()
        .filter(
            request ->
                request.kind() == kind
                    && request.at().compareTo(from) >= 0
                    && request.at().compareTo(to) < 0)
        .toList();
  }

  /** Share per variant of a kind's requests in a stretch of time; empty without requests. */
  public Map<String, Double> shares(RequestKind kind, Duration from, Duration to) {
    List<Request> some = between(kind, from, to);
    Map<String, Double> shares = new TreeMap<>();
    some.forEach(request -> shares.merge(request.variant(), 1.0 / some.size(), Double::sum));
    return shares;
  }

  /** Share of a kind's requests that went to the variant that was best at their time. */
  public double shareOfBest(RequestKind kind, Duration from, Duration to) {
    return between(kind, from, to).stream()
        .mapToDouble(r -> world.best(kind, r.at()).name().equals(r.variant()) ? 1 : 0)
        .average()
        .orElse(Double.NaN);
  }

  /** The variant with most of a kind's requests in a stretch of time. */
  public String leader(RequestKind kind, Duration from, Duration to) {
    return shares(kind, from, to).entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .orElse("");
  }

  /** Expected utility given away against always choosing the best, summed over the requests. */
  public double regret() {
    return requests.stream()
        .mapToDouble(
            r ->
                world.utility(world.best(r.kind(), r.at()).name(), r.kind(), r.at())
                    - world.utility(r.variant(), r.kind(), r.at()))
        .sum();
  }

  /** Mean probability of a right answer. */
  public double meanQuality() {
    return requests.stream()
        .mapToDouble(r -> world.quality(r.variant(), r.kind(), r.at()))
        .average()
        .orElse(Double.NaN);
  }

  /** What the requests cost, in dollars. */
  public double dollars() {
    return requests.stream().mapToDouble(r -> price(r.variant())).sum();
  }

  /** The latency that 95 % of the answers do not exceed; zero without requests. */
  public Duration latencyP95() {
    List<Duration> sorted =
        requests.stream().map(Request::latency).sorted(Comparator.naturalOrder()).toList();
    return sorted.isEmpty()
        ? Duration.ZERO
        : sorted.get(Math.min(sorted.size() - 1, (int) Math.ceil(.95 * sorted.size()) - 1));
  }

  private double price(String variant) {
    return world.model(variant).usage().priceNanos() / 1e9;
  }

  /** As a text of fixed layout, for reading and for comparing with the last one. */
  public String text() {
    StringBuilder text = new StringBuilder();
    Formatter out = new Formatter(text, Locale.ROOT);
    out.format(
        "%s[%s]: %.0f requests/s for %d s, %d requests\n",
        world.name(), chooser, world.requestsPerSecond(), length.toSeconds(), requests.size());
    for (World.Drift drift : world.drifts()) {
      out.format(
          "at %d s: %s at %s becomes %.2f\n",
          drift.after().toSeconds(), drift.model(), drift.kind().label(), drift.quality());
    }
    for (RequestKind kind : world.kinds()) {
      text.append('\n');
      StringBuilder head = new StringBuilder("%-8s".formatted(kind.label()));
      List<String> names = world.models().stream().map(World.ModelTruth::name).toList();
      names.forEach(name -> head.append("%10s".formatted(name)));
      out.format("%s   best\n", head);
      Duration step = step();
      for (Duration from = Duration.ZERO; from.compareTo(length) < 0; from = from.plus(step)) {
        Map<String, Double> shares = shares(kind, from, from.plus(step));
        StringBuilder row = new StringBuilder("%6d s".formatted(from.toSeconds()));
        for (String name : names) {
          row.append(String.format(Locale.ROOT, "%10.2f", shares.getOrDefault(name, 0.0)));
        }
        out.format("%s   %s\n", row, world.best(kind, from).name());
      }
    }
    text.append('\n');
    double everyRequestByBaseline = requests.size() * price(baselineVariant);
    out.format("regret          %8.1f points of utility\n", regret());
    out.format("quality         %8.3f\n", meanQuality());
    out.format(
        "cost            %8.2f dollars; %.2f with %s alone\n",
        dollars(), everyRequestByBaseline, baselineVariant);
    out.format("latency p95     %8d ms\n", latencyP95().toMillis());
    List<String> raised = new ArrayList<>();
    for (ChangeAlarm alarm : alarms) {
      raised.add(
          String.format(
              Locale.ROOT,
              "%d s %s at %s from %.2f to %.2f",
              Duration.between(WorldRun.START, alarm.raisedAt()).toSeconds(),
              alarm.variant(),
              alarm.segment(),
              alarm.meanBefore(),
              alarm.meanAfter()));
    }
    out.format("change alarms   %s\n", raised.isEmpty() ? "none" : String.join("; ", raised));
    return text.toString();
  }

  /** Ten rows or so, of whole seconds. */
  private Duration step() {
    return Duration.ofSeconds(Math.max(10, length.toSeconds() / 15 / 10 * 10));
  }
}
