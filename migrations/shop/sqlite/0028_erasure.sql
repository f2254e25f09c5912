-- A person may have an account erased. The row stays, because orders name it; there is nobody in it any more.
ALTER TABLE accounts ADD COLUMN erased_at BIGINT;

-- The board is told to forget whose an order was. SQLite changes no condition of a table that is there, and what refers to a table
-- goes with it when that is dropped: so the record of tries is copied, too.
CREATE TABLE outbox_next (
    id INTEGER PRIMARY KEY,
    order_number TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('order.created', 'order.cancelled', 'customer.forgotten')),
    payload TEXT NOT NULL,
    trace TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pendiente', 'entregado', 'muerto', 'descartado')),
    created_at BIGINT NOT NULL,
    next_attempt_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    waited_ms BIGINT NOT NULL DEFAULT 0,
    first_attempt_at BIGINT,
    lease_token TEXT,
    lease_until BIGINT,
    settled_at BIGINT,
    reason TEXT
);
CREATE TABLE outbox_attempts_next (
    outbox_id BIGINT NOT NULL REFERENCES outbox_next (id) ON DELETE CASCADE,
    started_at BIGINT NOT NULL,
    duration_ms BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    status BIGINT,
    error_class TEXT,
    excerpt TEXT
);
INSERT INTO outbox_next SELECT * FROM outbox;
INSERT INTO outbox_attempts_next SELECT * FROM outbox_attempts;
DROP TABLE outbox_attempts;
DROP TABLE outbox;
ALTER TABLE outbox_next RENAME TO outbox;
ALTER TABLE outbox_attempts_next RENAME TO outbox_attempts;
CREATE INDEX outbox_due ON outbox (next_attempt_at, id) WHERE state = 'pendiente';
CREATE INDEX outbox_unsettled ON outbox (order_number, id) WHERE state IN ('pendiente', 'muerto');
-- Nearly every message is delivered: those are found by id alone.
CREATE INDEX outbox_state ON outbox (state, id) WHERE state <> 'entregado';
CREATE INDEX outbox_attempts_of ON outbox_attempts (outbox_id, started_at);
