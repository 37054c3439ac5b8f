SELECT feedback_id FROM feedback
WHERE
--include tagged_feedback
