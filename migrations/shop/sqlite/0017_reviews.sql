-- What a customer says of a delivered order: of each product, and of the delivery where `product_id` is null. Hidden ones count
-- nowhere.
CREATE TABLE reviews (
    id INTEGER PRIMARY KEY,
    order_id BIGINT NOT NULL REFERENCES orders (id),
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    product_id BIGINT,
    stars BIGINT NOT NULL CHECK (stars BETWEEN 1 AND 5),
    words TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    hidden_at BIGINT,
    hidden_reason TEXT
);
CREATE UNIQUE INDEX reviews_of_product ON reviews (order_id, product_id) WHERE product_id IS NOT NULL;
CREATE UNIQUE INDEX reviews_of_delivery ON reviews (order_id) WHERE product_id IS NULL;
CREATE INDEX reviews_shown ON reviews (product_id, id) WHERE hidden_at IS NULL;
CREATE INDEX reviews_hidden ON reviews (id) WHERE hidden_at IS NOT NULL;

-- Who hid a review or showed it again, when and why: grows only.
CREATE TABLE review_decisions (
    id INTEGER PRIMARY KEY,
    review_id BIGINT NOT NULL REFERENCES reviews (id),
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    action TEXT NOT NULL CHECK (action IN ('ocultar', 'mostrar')),
    reason TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX review_decisions_of ON review_decisions (review_id, id);

-- How many reviews of a product are shown, and their stars together.
CREATE TABLE product_ratings (
    product_id BIGINT PRIMARY KEY,
    reviews BIGINT NOT NULL,
    stars BIGINT NOT NULL
);

-- Orders whose customer was asked for a review: nobody is asked twice.
CREATE TABLE review_requests (
    order_id BIGINT PRIMARY KEY REFERENCES orders (id),
    asked_at BIGINT NOT NULL
);

-- A customer is asked for a review. SQLite changes no condition of a table that is there.
CREATE TABLE notices_next (
    id INTEGER PRIMARY KEY,
    event TEXT NOT NULL,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    channel TEXT NOT NULL CHECK (channel IN ('push', 'correo')),
    subscription_id BIGINT REFERENCES push_subscriptions (id) ON DELETE SET NULL,
    news TEXT NOT NULL CHECK (news IN ('asignado', 'en-camino', 'entregado', 'paquete', 'resena')),
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

-- The change feed tells of reviews.
CREATE TRIGGER feed_reviews_insert AFTER INSERT ON reviews BEGIN
    INSERT INTO mark VALUES ('resena', NEW.id);
END;
CREATE TRIGGER feed_reviews_update AFTER UPDATE ON reviews BEGIN
    INSERT INTO mark VALUES ('resena', NEW.id);
END;
CREATE TRIGGER feed_reviews_delete AFTER DELETE ON reviews BEGIN
    INSERT INTO mark VALUES ('resena', OLD.id);
END;
