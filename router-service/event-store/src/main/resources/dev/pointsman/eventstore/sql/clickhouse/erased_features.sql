-- Names of features that hold the value.
SELECT DISTINCT arrayJoin(mapKeys(mapFilter((k, v) -> v = :value, features))) AS name
FROM inference
WHERE tags[:key] = :value
