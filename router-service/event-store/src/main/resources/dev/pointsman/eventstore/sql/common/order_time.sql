i.started_at ${direction}
