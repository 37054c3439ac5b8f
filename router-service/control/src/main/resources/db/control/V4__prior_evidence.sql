-- What a function is expected to be like before its own feedback; one row a function at most.
CREATE TABLE prior_evidence (
  function_name varchar(512) PRIMARY KEY,
  metric varchar(512) NOT NULL,
  cells text NOT NULL,
  provenance text NOT NULL,
  created_at timestamp(6) with time zone NOT NULL
);
