-- Datapoints are never changed but for their name: a change makes a new one and stales the old.
CREATE TABLE datapoint (
  id uuid PRIMARY KEY,
  dataset_name varchar(256) NOT NULL,
  function_name varchar(512) NOT NULL,
  function_type varchar(8) NOT NULL,
  name text,
  episode_id uuid,
  source_inference_id uuid,
  input text NOT NULL,
  output text,
  output_schema text,
  tool_params text,
  is_custom boolean NOT NULL,
  config_hash varchar(64) NOT NULL,
  updated_at timestamp(6) with time zone NOT NULL,
  staled_at timestamp(6) with time zone
);
CREATE INDEX datapoint_by_dataset ON datapoint (dataset_name, updated_at, id);

CREATE TABLE datapoint_tag (
  datapoint_id uuid NOT NULL REFERENCES datapoint (id) ON DELETE CASCADE,
  tag_key varchar(512) NOT NULL,
  tag_value text NOT NULL,
  PRIMARY KEY (datapoint_id, tag_key)
);
