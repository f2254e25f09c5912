-- What a customer was told of an order's arrival, so that it is not moved in silence. `since` is when the order entered the state
-- that it was worked out from. Without `from_at` and `to_at` it could not be promised. `before_*` is what was told before that.
CREATE TABLE order_promises (
    order_id BIGINT PRIMARY KEY REFERENCES orders (id),
    since BIGINT NOT NULL,
    from_at BIGINT,
    to_at BIGINT,
    before_from BIGINT,
    before_to BIGINT
);

-- Who waits, in the order of their turns.
CREATE INDEX orders_waiting ON orders (id) WHERE state IN ('pendiente', 'asignado', 'aceptado');
