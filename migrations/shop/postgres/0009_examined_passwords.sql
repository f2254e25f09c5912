-- Whether the password was examined: not one that others know, and not a bare hash of the programs before this one. Those of
-- an older version are, when the service starts.
ALTER TABLE accounts ADD COLUMN password_examined BOOLEAN NOT NULL DEFAULT FALSE;
-- What a customer has chosen or proven here is the customer's.
UPDATE accounts SET password_examined = TRUE WHERE role = 'cliente' AND password_hash LIKE '$argon2%';
CREATE INDEX accounts_unexamined ON accounts (role, id) WHERE NOT password_examined;
