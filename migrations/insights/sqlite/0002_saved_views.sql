-- Addresses of pages with their filters, as an account named them.
CREATE TABLE saved_views (
    id INTEGER PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX saved_views_name ON saved_views (account_id, name);
