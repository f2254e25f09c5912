-- A second factor beside the password: its secret, sealed; the last period whose code was taken; wrong codes since the last right one,
-- and until when no other is looked at.
CREATE TABLE second_factors (
    account_id BIGINT PRIMARY KEY REFERENCES accounts (id),
    sealed BLOB NOT NULL,
    last_step BIGINT NOT NULL,
    wrong BIGINT NOT NULL,
    not_before BIGINT NOT NULL,
    since BIGINT NOT NULL
);

-- Recovery codes that were not used.
CREATE TABLE second_factor_codes (
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    code_hash BLOB NOT NULL,
    PRIMARY KEY (account_id, code_hash)
);

-- Who has shown a password and not the second factor. Bound to the password that was shown.
CREATE TABLE second_steps (
    token_hash BLOB PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    password_digest BLOB NOT NULL,
    tries BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX second_steps_account ON second_steps (account_id);
CREATE INDEX second_steps_expiry ON second_steps (expires_at);

-- An account is told that its second factor was changed. SQLite changes no condition of a table that is there.
CREATE TABLE notices_next (
    id INTEGER PRIMARY KEY,
    event TEXT NOT NULL,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    channel TEXT NOT NULL CHECK (channel IN ('push', 'correo')),
    subscription_id BIGINT REFERENCES push_subscriptions (id) ON DELETE SET NULL,
    news TEXT NOT NULL CHECK (news IN ('asignado', 'en-camino', 'entregado', 'paquete', 'resena', 'clave', 'seguridad', 'segundo-factor')),
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
