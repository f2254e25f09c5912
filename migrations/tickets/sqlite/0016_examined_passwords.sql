-- Whether the password was examined: not one that others know, and not a bare hash of the programs before this one. Those of
-- an older version are, when the service starts.
ALTER TABLE users ADD COLUMN password_examined BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX users_unexamined ON users (role, id) WHERE NOT password_examined;
