-- How many rows an erasure would change, by table.
SELECT 'inference' AS table_name, count(*) AS affected FROM (
--include tagged_inferences
) AS tagged
UNION ALL
SELECT 'inference_payload', count(*) FROM inference_payload
WHERE inference_id IN (SELECT inference_id FROM (
--include tagged_inferences
) AS tagged)
UNION ALL
SELECT 'attempt_payload', count(*) FROM attempt_payload
WHERE inference_id IN (SELECT inference_id FROM (
--include tagged_inferences
) AS tagged)
UNION ALL
SELECT 'feedback', count(*) FROM feedback
WHERE
--include tagged_feedback
