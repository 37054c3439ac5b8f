-- What is empty in most rows is left to a default: the appender lays out a list or map for every
-- cell that is given one, empty or not.
ALTER TABLE inference ALTER COLUMN tags SET DEFAULT MAP {};
ALTER TABLE inference ALTER COLUMN group_shares SET DEFAULT MAP {};
ALTER TABLE inference ALTER COLUMN group_variants SET DEFAULT MAP {};
ALTER TABLE inference ALTER COLUMN lane_shares SET DEFAULT MAP {};
ALTER TABLE inference ALTER COLUMN candidates SET DEFAULT [];
ALTER TABLE inference ALTER COLUMN exclusions SET DEFAULT [];
ALTER TABLE inference ALTER COLUMN predicted_quality SET DEFAULT [];
ALTER TABLE inference ALTER COLUMN predicted_cost_nanos SET DEFAULT [];
ALTER TABLE inference ALTER COLUMN predicted_latency_us SET DEFAULT [];
ALTER TABLE inference ALTER COLUMN utility SET DEFAULT [];
ALTER TABLE inference ALTER COLUMN floors SET DEFAULT [];
ALTER TABLE inference ALTER COLUMN policy_probabilities SET DEFAULT [];
ALTER TABLE inference ALTER COLUMN challenger_probabilities SET DEFAULT [];
ALTER TABLE inference ALTER COLUMN propensities SET DEFAULT [];
ALTER TABLE inference ALTER COLUMN features SET DEFAULT MAP {};
ALTER TABLE feedback ALTER COLUMN tags SET DEFAULT MAP {};
