INSERT INTO statistics_mark (function_name, metric_name, version, reward_rule, reached, as_of)
SELECT
  :function, :metric, :version, :reward_rule,
  mapFromArrays(
    arrayMap(p -> splitByChar(' ', p)[1], splitByChar(',', :reached) AS pairs),
    arrayMap(p -> toInt64(splitByChar(' ', p)[2]), pairs)),
  :as_of
