CREATE TABLE gate_standing (
  generation_id varchar(64) PRIMARY KEY REFERENCES generation (id),
  function_name varchar(512) NOT NULL,
  incumbent varchar(64) NOT NULL,
  stage varchar(16) NOT NULL,
  share double precision NOT NULL,
  since timestamp(6) with time zone NOT NULL,
  frozen boolean NOT NULL,
  forecast text,
  outcome text,
  waits_for text,
  reason text NOT NULL
);
