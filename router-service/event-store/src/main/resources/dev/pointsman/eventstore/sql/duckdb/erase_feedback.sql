UPDATE feedback SET value_text = NULL, tags = MAP {}
WHERE
--include tagged_feedback
