INSERT INTO statistics_mark (function_name, metric_name, reward_rule, seq, as_of)
VALUES (:function, :metric, :reward_rule, :seq, :as_of)
