-- Sessions that ended before their time, for the other instances to hear of. Without a token: all of the account.
CREATE TABLE session_ends (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER NOT NULL,
    token_hash BLOB,
    at INTEGER NOT NULL
);
CREATE INDEX session_ends_at ON session_ends (at);

-- When somebody last used it, roughly; NULL: when it was opened.
ALTER TABLE sessions ADD COLUMN seen_at BIGINT;
