SELECT count() AS found FROM latest_decision
