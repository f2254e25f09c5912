-- Ids handed out by the writer. Locking this one row is what keeps the writers of several instances apart.
CREATE TABLE counters (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    order_id BIGINT NOT NULL,
    outbox_id BIGINT NOT NULL
);
INSERT INTO counters (id, order_id, outbox_id) VALUES (1, 0, 0);

CREATE TABLE businesses (
    id INTEGER PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    logo TEXT NOT NULL,
    color TEXT NOT NULL,
    active BOOLEAN NOT NULL
);

CREATE TABLE branches (
    id INTEGER PRIMARY KEY,
    business_id BIGINT NOT NULL REFERENCES businesses (id),
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    phone TEXT NOT NULL,
    hours TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    UNIQUE (business_id, slug)
);

CREATE TABLE categories (
    id INTEGER PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    icon TEXT NOT NULL
);

-- `stock` null: never runs out. `search`: name, category and business folded to lower case without accents.
CREATE TABLE products (
    id INTEGER PRIMARY KEY,
    business_id BIGINT NOT NULL REFERENCES businesses (id),
    category_id BIGINT NOT NULL REFERENCES categories (id),
    name TEXT NOT NULL,
    search TEXT NOT NULL,
    price BIGINT NOT NULL CHECK (price >= 0),
    list_price BIGINT,
    stock BIGINT CHECK (stock >= 0),
    featured BOOLEAN NOT NULL,
    active BOOLEAN NOT NULL,
    image TEXT NOT NULL
);
CREATE INDEX products_business ON products (business_id, id);
CREATE INDEX products_category ON products (category_id, id);

CREATE TABLE product_branches (
    product_id BIGINT NOT NULL REFERENCES products (id),
    branch_id BIGINT NOT NULL REFERENCES branches (id),
    PRIMARY KEY (product_id, branch_id)
);

CREATE TABLE offers (
    id TEXT PRIMARY KEY,
    business_id BIGINT NOT NULL REFERENCES businesses (id),
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    percent BIGINT NOT NULL CHECK (percent BETWEEN 0 AND 100),
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL
);

CREATE TABLE offer_products (
    offer_id TEXT NOT NULL REFERENCES offers (id),
    product_id BIGINT NOT NULL REFERENCES products (id),
    PRIMARY KEY (offer_id, product_id)
);
CREATE INDEX offer_products_product ON offer_products (product_id);

CREATE TABLE accounts (
    id INTEGER PRIMARY KEY,
    role TEXT NOT NULL CHECK (role IN ('cliente', 'comerciante', 'admin')),
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    phone TEXT NOT NULL,
    address TEXT NOT NULL,
    active BOOLEAN NOT NULL DEFAULT TRUE,
    created_at BIGINT NOT NULL
);

CREATE TABLE merchants (
    account_id BIGINT PRIMARY KEY REFERENCES accounts (id),
    business_name TEXT NOT NULL,
    cuit TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    address TEXT NOT NULL,
    phone TEXT NOT NULL
);

CREATE TABLE sessions (
    token_hash BLOB PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_account ON sessions (account_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

CREATE TABLE recovery_codes (
    account_id BIGINT PRIMARY KEY REFERENCES accounts (id),
    code_hash BLOB NOT NULL,
    attempts BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

-- A cart belongs to an account, or to the holder of a cookie until they log in.
CREATE TABLE carts (
    id INTEGER PRIMARY KEY,
    account_id BIGINT UNIQUE REFERENCES accounts (id),
    token_hash BLOB UNIQUE,
    updated_at BIGINT NOT NULL
);
CREATE INDEX carts_age ON carts (updated_at);

CREATE TABLE cart_items (
    cart_id BIGINT NOT NULL REFERENCES carts (id) ON DELETE CASCADE,
    product_id BIGINT NOT NULL REFERENCES products (id),
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (cart_id, product_id)
);

CREATE TABLE orders (
    id INTEGER PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    state TEXT NOT NULL CHECK (state IN ('pendiente', 'asignado', 'aceptado', 'en-camino', 'entregado', 'fallido', 'devuelto', 'cancelado')),
    total BIGINT NOT NULL,
    payment_method TEXT NOT NULL,
    customer_name TEXT NOT NULL,
    address TEXT NOT NULL,
    phone TEXT NOT NULL,
    email TEXT NOT NULL,
    barrio TEXT,
    lat DOUBLE PRECISION,
    lng DOUBLE PRECISION,
    notes TEXT NOT NULL,
    priority TEXT NOT NULL,
    customer_kind TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    -- What the board says of it, applied in the order of `ticket_version`.
    ticket_id BIGINT,
    ticket_version BIGINT NOT NULL DEFAULT 0,
    driver_id BIGINT,
    driver_name TEXT,
    reason TEXT,
    cancel_requested_at BIGINT,
    stock_returned BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX orders_account ON orders (account_id, id);

CREATE TABLE order_lines (
    order_id BIGINT NOT NULL REFERENCES orders (id),
    position BIGINT NOT NULL,
    product_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    price BIGINT NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    subtotal BIGINT NOT NULL,
    branch TEXT NOT NULL,
    business TEXT NOT NULL,
    category TEXT NOT NULL,
    PRIMARY KEY (order_id, position)
);

CREATE TABLE packages (
    id INTEGER PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    name TEXT NOT NULL,
    frequency TEXT NOT NULL CHECK (frequency IN ('semanal', 'quincenal', 'mensual')),
    address TEXT NOT NULL,
    barrio TEXT,
    payment_method TEXT NOT NULL,
    notes TEXT NOT NULL,
    -- The day the series counts from, so that a monthly package of the 31st stays at the end of the month.
    anchor_on TEXT NOT NULL,
    next_on TEXT NOT NULL,
    next_at BIGINT NOT NULL,
    active BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX packages_due ON packages (next_at) WHERE active;
CREATE INDEX packages_account ON packages (account_id);

CREATE TABLE package_items (
    package_id BIGINT NOT NULL REFERENCES packages (id) ON DELETE CASCADE,
    product_id BIGINT NOT NULL REFERENCES products (id),
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (package_id, product_id)
);

-- One row for each due date that was acted on: the unique key is what makes it once. An order beside the series has no
-- due date (both engines hold nulls apart).
CREATE TABLE package_runs (
    id INTEGER PRIMARY KEY,
    package_id BIGINT NOT NULL REFERENCES packages (id) ON DELETE CASCADE,
    due_on TEXT,
    outcome TEXT NOT NULL CHECK (outcome IN ('pedida', 'rechazada', 'salteada')),
    order_number TEXT,
    failure TEXT,
    ran_at BIGINT NOT NULL,
    UNIQUE (package_id, due_on)
);
CREATE INDEX package_runs_of ON package_runs (package_id, id);

-- `next_attempt_at` is when a relay may next take a message: while one has it, the end of its lease, so that one range of
-- one index holds both what is due and what a relay that died left behind. `waited_ms` is what the message has spent of its
-- budget of tries: the sum of the waits it was given, and none of the time that the board was away.
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,
    order_number TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('order.created', 'order.cancelled')),
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
CREATE INDEX outbox_due ON outbox (next_attempt_at, id) WHERE state = 'pendiente';
CREATE INDEX outbox_unsettled ON outbox (order_number, id) WHERE state IN ('pendiente', 'muerto');
-- Nearly every message is delivered: those are found by id alone.
CREATE INDEX outbox_state ON outbox (state, id) WHERE state <> 'entregado';

CREATE TABLE outbox_attempts (
    outbox_id BIGINT NOT NULL REFERENCES outbox (id) ON DELETE CASCADE,
    started_at BIGINT NOT NULL,
    duration_ms BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    status BIGINT,
    error_class TEXT,
    excerpt TEXT
);
CREATE INDEX outbox_attempts_of ON outbox_attempts (outbox_id, started_at);

-- Where the shop stands in the board's feed.
CREATE TABLE feed_cursor (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    epoch TEXT NOT NULL,
    seq BIGINT NOT NULL
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
