SELECT DISTINCT intDiv(toUnixTimestamp64Micro(received_at), :width_us) AS bucket FROM feedback
