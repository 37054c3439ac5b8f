    (function_name, metric_name) IN (
      SELECT splitByChar(char(31), rule)[1], splitByChar(char(31), rule)[2]
      FROM (SELECT arrayJoin(splitByChar(char(30), :rules)) AS rule))
