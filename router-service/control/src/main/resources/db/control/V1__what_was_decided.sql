-- Types and syntax that H2 (PostgreSQL mode) and PostgreSQL share.
CREATE TABLE installation (
  id integer PRIMARY KEY,
  salt bytea NOT NULL,
  created_at timestamp(6) with time zone NOT NULL
);

CREATE TABLE generation (
  id varchar(64) PRIMARY KEY,
  function_name varchar(512) NOT NULL,
  kind varchar(64) NOT NULL,
  candidates text NOT NULL,
  settings text NOT NULL,
  provenance text NOT NULL,
  created_at timestamp(6) with time zone NOT NULL,
  status varchar(16) NOT NULL
);
CREATE INDEX generation_by_function ON generation (function_name, status);

CREATE TABLE audit_entry (
  id uuid PRIMARY KEY,
  at timestamp(6) with time zone NOT NULL,
  actor varchar(512) NOT NULL,
  action varchar(128) NOT NULL,
  object varchar(1024) NOT NULL,
  before_state text,
  after_state text,
  reason text NOT NULL
);
CREATE INDEX audit_entry_by_time ON audit_entry (at);
