SELECT
  (SELECT max(started_at) FROM inference) AS inference_at,
  (SELECT max(received_at) FROM feedback) AS feedback_at
