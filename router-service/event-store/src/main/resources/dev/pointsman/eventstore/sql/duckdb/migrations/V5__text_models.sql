-- Text models as they were published, and which of them a revision's decisions use.
CREATE TABLE text_model (
  function_name VARCHAR NOT NULL,
  model VARCHAR NOT NULL,
  published_at TIMESTAMP NOT NULL,
  provenance VARCHAR NOT NULL,
  body VARCHAR NOT NULL
);

ALTER TABLE policy_revision ADD COLUMN text_model VARCHAR;
