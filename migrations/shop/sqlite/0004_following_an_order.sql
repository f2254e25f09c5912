-- When an order entered a state, as the board says it. Its first one is its own `created_at`.
CREATE TABLE order_steps (
    order_id BIGINT NOT NULL REFERENCES orders (id),
    at BIGINT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (order_id, at, state)
);
CREATE INDEX order_steps_delivered ON order_steps (at) WHERE state = 'entregado';

-- A link to follow an order without an account: one at a time for an order. The token itself is nowhere.
CREATE TABLE tracking_links (
    order_id BIGINT PRIMARY KEY REFERENCES orders (id),
    token_hash BLOB NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX tracking_links_expiry ON tracking_links (expires_at);
