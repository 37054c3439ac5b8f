SELECT DISTINCT intDiv(toUnixTimestamp64Micro(started_at), :width_us) AS bucket FROM inference
