package dev.pointsman.benchmarks.offpolicy;

import dev.pointsman.analysis.offpolicy.Estimate;
import dev.pointsman.analysis.offpolicy.EvaluationRow;
import dev.pointsman.analysis.offpolicy.OffPolicyEstimator.InversePropensity;
import dev.pointsman.analysis.offpolicy.OffPolicyEstimator.SelfNormalisedInversePropensity;
import dev.pointsman.analysis.offpolicy.Overlap;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.zip.GZIPInputStream;

/**
 * What the log of a Thompson sampling policy without a floor is worth: the uniform policy's click
 * rate, estimated from it on the Open Bandit data, beside the rate of the uniform policy itself.
 *
 * <p>Argument: a gzip file of lines {@code policy,campaign,item,position,click,propensity} with a
 * header. Prints one line and the gate per campaign. Only the chosen item's propensity is known, so
 * unsupported mass is not judged.
 */
public final class OpenBanditLog {

  private static final List<String> CAMPAIGNS = List.of("men", "women");

  private OpenBanditLog() {}

  private record Impression(
      String policy, String campaign, String item, double click, double propensity) {

    static Impression parse(String line) {
      String[] cells = line.split(",", -1);
      return new Impression(
          cells[0], cells[1], cells[2], Double.parseDouble(cells[4]), Double.parseDouble(cells[5]));
    }
  }

  /** Reads the file and prints. */
  public static void main(String[] args) throws IOException {
    if (args.length != 1) {
      throw new IllegalArgumentException("name the file of the log: obd-small.csv.gz");
    }
    List<Impression> impressions = read(Path.of(args[0]));
    System.out.println(
        "campaign | uniform itself | least p | ESS | IPS (se) | SNIPS (se) | mean w | max w");
    for (String campaign : CAMPAIGNS) {
      print(campaign, impressions.stream().filter(i -> i.campaign().equals(campaign)).toList());
    }
  }

  private static void print(String campaign, List<Impression> impressions) {
    Set<String> items = new HashSet<>();
    List<EvaluationRow> rows = new ArrayList<>();
    double clicks = 0;
    double uniform = 0;
    double least = 1;
    for (Impression impression : impressions) {
      items.add(impression.item());
    }
    for (Impression impression : impressions) {
      if (impression.policy().equals("random")) {
        clicks += impression.click();
        uniform++;
      } else {
        least = Math.min(least, impression.propensity());
        double weight = 1.0 / items.size() / impression.propensity();
        rows.add(new EvaluationRow("e" + rows.size(), weight, impression.click(), 0, 0, 0));
      }
    }
    Overlap overlap = Overlap.of(rows);
    Estimate ips = new InversePropensity().estimate(rows);
    Estimate snips = new SelfNormalisedInversePropensity().estimate(rows);
    System.out.printf(
        Locale.ROOT,
        "%s | %.4f | %.3g | %.4f | %.9f (%.9f) | %.9f (%.9f) | %.6f | %.4f%n%s%n",
        campaign,
        clicks / uniform,
        least,
        overlap.effectiveSampleSize(),
        ips.value(),
        ips.standardError(),
        snips.value(),
        snips.standardError(),
        overlap.meanWeight(),
        overlap.maxWeight(),
        overlap.gate());
  }

  private static List<Impression> read(Path file) throws IOException {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
      return reader.lines().skip(1).map(Impression::parse).toList();
    }
  }
}
