INSERT INTO rollup_mark (function_name, metric_name, version, rule, reached, as_of)
SELECT
  :function, :metric, :version, :rule,
  mapFromArrays(
    arrayMap(p -> splitByChar(' ', p)[1], splitByChar(',', :reached) AS pairs),
    arrayMap(p -> toInt64(splitByChar(' ', p)[2]), pairs)),
  :as_of
