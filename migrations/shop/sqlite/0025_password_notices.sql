-- An account is told that its password was changed. SQLite changes no condition of a table that is there.
CREATE TABLE notices_next (
    id INTEGER PRIMARY KEY,
    event TEXT NOT NULL,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    channel TEXT NOT NULL CHECK (channel IN ('push', 'correo')),
    subscription_id BIGINT REFERENCES push_subscriptions (id) ON DELETE SET NULL,
    news TEXT NOT NULL CHECK (news IN ('asignado', 'en-camino', 'entregado', 'paquete', 'resena', 'clave')),
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
