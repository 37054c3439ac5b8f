-- The rows of a page, in its order; what they hold is read by their ids.
SELECT i.inference_id AS inference_id, i.started_at AS started_at
FROM inference i
${joins}
WHERE ${condition}
ORDER BY ${order}
LIMIT :page OFFSET :skip
