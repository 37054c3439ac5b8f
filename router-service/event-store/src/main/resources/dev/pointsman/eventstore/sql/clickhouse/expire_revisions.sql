ALTER TABLE policy_revision${local}${on_cluster}
DELETE WHERE concat(function_name, char(31), generation, char(31), toString(revision)) IN (
  SELECT arrayJoin(splitByChar(char(30), :revisions)))
SETTINGS mutations_sync = 2, allow_nondeterministic_mutations = 1
