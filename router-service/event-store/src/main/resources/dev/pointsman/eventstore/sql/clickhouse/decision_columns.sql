  (function_name, metric_name, seconds, bucket, segment, variant, generation, lane, model,
  key_id, team_id, tags, pulls, expected_pulls, pull_variance, lane_draws, expected_lane_draws,
  lane_variance, resplits, explored, explored_cost_nanos, explored_quality, feedbacks,
  reward_sum, reward_sum_squares, weight_sum, weight_sum_squares, weight_max,
  weighted_reward_sum, weighted_reward_sum_squares, squared_weight_reward_sum, filled, clipped,
  inferences, served, answered, failed, cost_nanos, cost_count, priced_pulls, priced_cost_nanos,
  priced_cost_sum_squares, baseline_cost_nanos, compared_cost_nanos, compared_count, version)
