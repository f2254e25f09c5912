-- The shop asks for its administrators at every start.
CREATE INDEX accounts_admin ON accounts (id) WHERE role = 'admin' AND active;
