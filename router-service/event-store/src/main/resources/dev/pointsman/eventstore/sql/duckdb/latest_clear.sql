DELETE FROM latest_decision
