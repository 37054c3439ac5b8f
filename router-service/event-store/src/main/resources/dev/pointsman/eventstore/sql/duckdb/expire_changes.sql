-- What people did is kept.
DELETE FROM change_event WHERE "at" < :before::TIMESTAMP AND kind <> 'audit'
