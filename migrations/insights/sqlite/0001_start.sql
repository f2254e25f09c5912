-- Locking this one row is what keeps the writers of several instances apart. `clock` is the time of the last batch.
CREATE TABLE counters (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    clock BIGINT NOT NULL
);

-- Who may read. `origin` says who vouches for a person: an account of `insights` logs in with its password; one of another
-- service comes by that service's links, is `origin_id` there, and has no password here. `business_id` is the number, in
-- the shop, of the one business whose rows a merchant sees; without one it sees none. `called` is what its own service calls a merchant's business.
CREATE TABLE accounts (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('admin', 'analista', 'comerciante')),
    business_id BIGINT CHECK (business_id IS NULL OR role = 'comerciante'),
    active BOOLEAN NOT NULL DEFAULT TRUE,
    origin TEXT NOT NULL CHECK (origin IN ('insights', 'shop', 'tickets')),
    origin_id BIGINT CHECK ((origin_id IS NULL) = (origin = 'insights')),
    origin_role TEXT,
    called TEXT,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX accounts_email ON accounts (email) WHERE origin = 'insights';
CREATE UNIQUE INDEX accounts_origin ON accounts (origin, origin_id);

CREATE TABLE sessions (
    token_hash BLOB PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_account ON sessions (account_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- Links of one use that were used, until nobody could use them any more.
CREATE TABLE used_links (
    id TEXT PRIMARY KEY,
    expires_at BIGINT NOT NULL
);
CREATE INDEX used_links_expiry ON used_links (expires_at);

-- What one instance does for all: who holds it, and until when.
CREATE TABLE leases (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    until BIGINT NOT NULL
);

-- What /ready writes, to know that the database can be written to.
CREATE TABLE heartbeat (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    beats BIGINT NOT NULL
);
INSERT INTO heartbeat (id, beats) VALUES (1, 0);
