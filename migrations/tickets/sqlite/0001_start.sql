-- The life of this database and its counters. Locking this one row is what keeps the writers of several instances apart,
-- so `seq` follows commit order on both engines.
CREATE TABLE counters (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    epoch TEXT NOT NULL,
    seq BIGINT NOT NULL,
    ticket_id BIGINT NOT NULL
);

CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('admin', 'flota')),
    active BOOLEAN NOT NULL DEFAULT TRUE,
    created_at BIGINT NOT NULL
);

CREATE TABLE sessions (
    token_hash BLOB PRIMARY KEY,
    user_id BIGINT NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- Single-use keys to a socket, for clients that cannot send a cookie. `user_id` is null for the shop's own feed.
CREATE TABLE socket_tokens (
    token_hash BLOB PRIMARY KEY,
    user_id BIGINT REFERENCES users (id),
    expires_at BIGINT NOT NULL
);

-- A driver is a user with role `flota`; the id is the same.
CREATE TABLE drivers (
    user_id BIGINT PRIMARY KEY REFERENCES users (id),
    phone TEXT NOT NULL,
    capacity BIGINT NOT NULL CHECK (capacity BETWEEN 1 AND 1000),
    barrio TEXT,
    on_shift BOOLEAN NOT NULL DEFAULT FALSE,
    shift_changed_at BIGINT,
    lat DOUBLE PRECISION,
    lng DOUBLE PRECISION,
    position_at BIGINT,
    position_recorded_at BIGINT
);

CREATE TABLE tickets (
    id INTEGER PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    fingerprint BLOB NOT NULL,
    customer_name TEXT NOT NULL,
    customer_address TEXT,
    customer_phone TEXT,
    customer_email TEXT,
    customer_kind TEXT NOT NULL CHECK (customer_kind IN ('cliente', 'comerciante')),
    lines TEXT NOT NULL,
    total BIGINT NOT NULL,
    payment_method TEXT,
    instructions TEXT,
    origin TEXT,
    neighbourhood TEXT,
    lat DOUBLE PRECISION,
    lng DOUBLE PRECISION,
    state TEXT NOT NULL CHECK (state IN ('pendiente', 'asignado', 'aceptado', 'en-camino', 'entregado', 'fallido', 'devuelto', 'cancelado')),
    priority TEXT NOT NULL CHECK (priority IN ('baja', 'normal', 'alta', 'urgente')),
    driver_id BIGINT REFERENCES drivers (user_id),
    driver_name TEXT,
    assignment_reason TEXT,
    offer_expires_at BIGINT,
    reason TEXT,
    created_at BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    assigned_at BIGINT,
    delivered_at BIGINT,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX tickets_open ON tickets (state, id) WHERE state NOT IN ('entregado', 'devuelto', 'cancelado');
CREATE INDEX tickets_driver ON tickets (driver_id, state) WHERE driver_id IS NOT NULL;
CREATE INDEX tickets_offer ON tickets (offer_expires_at) WHERE offer_expires_at IS NOT NULL;

-- The log every reader can resume from: one row a change, with the whole ticket as it then was.
CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    ticket_id BIGINT NOT NULL REFERENCES tickets (id),
    kind TEXT NOT NULL,
    action TEXT NOT NULL,
    actor TEXT NOT NULL,
    actor_id BIGINT,
    driver_id BIGINT,
    previous_driver_id BIGINT,
    occurred_at BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    ticket TEXT NOT NULL
);
CREATE UNIQUE INDEX events_ticket ON events (ticket_id, version);
CREATE INDEX events_recorded ON events (recorded_at);

-- Photo and signature of a delivery, when asked for.
CREATE TABLE proofs (
    ticket_id BIGINT NOT NULL REFERENCES tickets (id),
    kind TEXT NOT NULL CHECK (kind IN ('foto', 'firma')),
    media_type TEXT NOT NULL,
    content BLOB NOT NULL,
    recorded_at BIGINT NOT NULL,
    PRIMARY KEY (ticket_id, kind)
);

-- One answer for each Idempotency-Key of a caller.
CREATE TABLE idempotency_keys (
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    status BIGINT NOT NULL,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (scope, key)
);
CREATE INDEX idempotency_age ON idempotency_keys (created_at);
