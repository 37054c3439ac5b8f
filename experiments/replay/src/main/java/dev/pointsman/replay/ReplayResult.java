package dev.pointsman.replay;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * What a replay came to. Means are over the orders; regret is in raw reward, summed over the rows.
 *
 * @param source where the rows come from
 * @param settings how they were replayed
 * @param rows rounds of one order
 * @param models number of arms
 * @param tasks number of segments
 * @param costsKnown whether every outcome had a cost; if not, the reward is the quality alone
 * @param scale how outcomes became rewards
 * @param regretMean mean regret of an order
 * @param regretStandardError its standard error, null for a single order
 * @param uniformRegret expected regret of choosing every model alike
 * @param hindsightRewardMean mean reward of the best model per task, known in hindsight
 * @param finalRewardMean mean reward of the learnt policy on the test rows, null without any
 * @param finalRewardStandardError its standard error over the orders
 * @param seconds how long it took
 */
public record ReplayResult(
    String source,
    ReplaySettings settings,
    int rows,
    int models,
    int tasks,
    boolean costsKnown,
    RewardScale scale,
    double regretMean,
    @Nullable Double regretStandardError,
    double uniformRegret,
    double hindsightRewardMean,
    @Nullable Double finalRewardMean,
    @Nullable Double finalRewardStandardError,
    double seconds) {

  /**
   * As a JSON object with the fields {@code regret_mean}, {@code regret_se}, {@code
   * final_reward_mean} (null without test rows), {@code orders}, {@code rows}, {@code algorithm},
   * {@code seconds}, {@code settings} and others.
   */
  public String toJson() {
    ObjectNode json = JsonMapper.builder().build().createObjectNode();
    json.put("source", source);
    json.put("algorithm", settings.algorithm().label());
    json.put("orders", settings.orders());
    json.put("rows", rows);
    json.put("models", models);
    json.put("tasks", tasks);
    json.put("regret_mean", regretMean);
    json.put("regret_se", regretStandardError);
    json.put("uniform_regret", uniformRegret);
    json.put("hindsight_reward_mean", hindsightRewardMean);
    json.put("final_reward_mean", finalRewardMean);
    json.put("final_reward_se", finalRewardStandardError);
    json.put("seconds", seconds);
    ObjectNode used = json.putObject("settings");
    used.put("seed", settings.seed());
    used.put("estimator", ReplaySettings.label(settings.estimator()));
    used.put("min_prob", settings.minProbability());
    used.put("delay_rounds", settings.delayRounds());
    used.put("feedback_rate", settings.feedbackRate());
    used.put("detect_changes", settings.detectChanges());
    used.put("costs_known", costsKnown);
    used.put("strong_model", scale.strongModel());
    used.put("cost_per_dollar", scale.costFactor());
    used.put("reward_mapped_to_zero", scale.lowest());
    return json.toPrettyString();
  }
}
