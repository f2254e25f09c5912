-- Rules of what is watched. `threshold` is in the unit of its kind (insights/src/alerts/kind.rs). `alarmed`, since when, and
-- whether somebody was told of it (`told`) are the state that outlives a restart; `told_at` is when somebody was last told that an
-- alarm had begun, from which the quiet time counts.
CREATE TABLE alert_rules (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('stock', 'entregas', 'ventas', 'fuente', 'consultas', 'disco', 'memoria')),
    enabled BOOLEAN NOT NULL,
    threshold REAL NOT NULL,
    window_min BIGINT NOT NULL,
    minimum BIGINT NOT NULL,
    quiet_min BIGINT NOT NULL,
    language TEXT NOT NULL,
    alarmed BOOLEAN NOT NULL DEFAULT FALSE,
    since BIGINT,
    told BOOLEAN NOT NULL DEFAULT FALSE,
    told_at BIGINT,
    reading REAL,
    read_at BIGINT
);

-- Who is told, of each rule: mail addresses, and a webhook in one of two forms.
CREATE TABLE alert_targets (
    id INTEGER PRIMARY KEY,
    rule_id BIGINT NOT NULL REFERENCES alert_rules (id) ON DELETE CASCADE,
    channel TEXT NOT NULL CHECK (channel IN ('correo', 'webhook')),
    address TEXT NOT NULL,
    form TEXT NOT NULL CHECK (form IN ('propio', 'slack')),
    UNIQUE (rule_id, channel, address)
);

-- What was raised, one row from its beginning to its end. The rule may be gone since.
CREATE TABLE alerts (
    id INTEGER PRIMARY KEY,
    rule_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    particulars TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    told_at BIGINT,
    ended_at BIGINT,
    ended_how TEXT CHECK (ended_how IN ('bien', 'apagada', 'borrada')),
    CHECK ((ended_at IS NULL) = (ended_how IS NULL))
);
CREATE UNIQUE INDEX alerts_open ON alerts (rule_id) WHERE ended_at IS NULL;

-- The notices' queue as the other services have it. `account_id` is the number in alert_targets, `order_number` that of the rule,
-- `place` what the words are made of; a target that is gone since is told nothing. Nobody is told in a browser, so no row is made in
-- push_subscriptions; the queue reads it.
CREATE TABLE push_subscriptions (
    id INTEGER PRIMARY KEY,
    account_id BIGINT NOT NULL,
    endpoint TEXT NOT NULL UNIQUE,
    public_key BLOB NOT NULL,
    auth BLOB NOT NULL,
    language TEXT NOT NULL
);
CREATE TABLE notices (
    id INTEGER PRIMARY KEY,
    event TEXT NOT NULL,
    account_id BIGINT NOT NULL,
    channel TEXT NOT NULL CHECK (channel IN ('push', 'correo', 'webhook')),
    subscription_id BIGINT REFERENCES push_subscriptions (id) ON DELETE SET NULL,
    news TEXT NOT NULL CHECK (news IN ('alarma')),
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
CREATE INDEX notices_due ON notices (next_attempt_at, id) WHERE state = 'pendiente';
CREATE INDEX notices_state ON notices (state, id) WHERE state <> 'entregado';
CREATE INDEX notices_event ON notices (event);
CREATE INDEX notices_subscription ON notices (subscription_id);
CREATE INDEX notices_settled ON notices (settled_at) WHERE settled_at IS NOT NULL;

-- What is watched from the first start on; nobody is mailed until an administrator says whom.
INSERT INTO alert_rules (kind, enabled, threshold, window_min, minimum, quiet_min, language) VALUES
    ('stock', TRUE, 1, 0, 1, 720, 'es-AR'),
    ('entregas', TRUE, 20, 1440, 10, 240, 'es-AR'),
    ('ventas', TRUE, 3, 0, 4, 720, 'es-AR'),
    ('fuente', TRUE, 300, 0, 1, 60, 'es-AR'),
    ('consultas', TRUE, 1000, 10, 20, 60, 'es-AR'),
    ('disco', TRUE, 90, 0, 1, 720, 'es-AR'),
    ('memoria', TRUE, 1200, 0, 1, 240, 'es-AR');
