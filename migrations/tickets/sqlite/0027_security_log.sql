-- The security log: what happened (a code with its particulars as JSON), who did it, to whom, from where (the beginning of a keyed
-- hash of the client's address), in which request. An account that is gone stays named by its number, so nothing refers to
-- accounts; `times` counts what was not written one by one. What may be a kind is said in code: a newer version has more.
CREATE TABLE security_log (
    id INTEGER PRIMARY KEY,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    particulars TEXT NOT NULL,
    account_id BIGINT,
    on_account_id BIGINT,
    address TEXT,
    request_id TEXT,
    times BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX security_log_at ON security_log (at);
CREATE INDEX security_log_kind ON security_log (kind, id);
CREATE INDEX security_log_account ON security_log (account_id, id) WHERE account_id IS NOT NULL;
CREATE INDEX security_log_on_account ON security_log (on_account_id, id) WHERE on_account_id IS NOT NULL;

-- Administrators are told of an attack. SQLite changes no condition of a table that is there.
CREATE TABLE notices_next (
    id INTEGER PRIMARY KEY,
    event TEXT NOT NULL,
    account_id BIGINT NOT NULL REFERENCES users (id),
    channel TEXT NOT NULL CHECK (channel IN ('push', 'correo')),
    subscription_id BIGINT REFERENCES push_subscriptions (id) ON DELETE SET NULL,
    news TEXT NOT NULL CHECK (news IN ('asignado', 'en-camino', 'entregado', 'cancelado', 'retirado', 'recuperado', 'seguridad')),
    order_number TEXT NOT NULL,
    place TEXT,
    state TEXT NOT NULL CHECK (state IN ('pendiente', 'entregado', 'muerto', 'caducado')),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    next_attempt_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    first_attempt_at BIGINT,
    lease_token TEXT,
    settled_at BIGINT,
    reason TEXT
);
INSERT INTO notices_next SELECT * FROM notices;
DROP TABLE notices;
ALTER TABLE notices_next RENAME TO notices;
CREATE INDEX notices_due ON notices (next_attempt_at, id) WHERE state = 'pendiente';
CREATE INDEX notices_state ON notices (state, id) WHERE state <> 'entregado';
CREATE INDEX notices_event ON notices (event);
CREATE INDEX notices_subscription ON notices (subscription_id);
CREATE INDEX notices_settled ON notices (settled_at) WHERE settled_at IS NOT NULL;
