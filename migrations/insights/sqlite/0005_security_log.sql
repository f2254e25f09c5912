-- The security log: what happened (a code with its particulars as JSON), who did it, to whom, from where (the beginning of a keyed
-- hash of the client's address), in which request. An account that is gone stays named by its number, so nothing refers to
-- accounts; `times` counts what was not written one by one. What may be a kind is said in code: a newer version has more.
CREATE TABLE security_log (
    id INTEGER PRIMARY KEY,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    particulars TEXT NOT NULL,
    account_id BIGINT,
    on_account_id BIGINT,
    address TEXT,
    request_id TEXT,
    times BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX security_log_at ON security_log (at);
CREATE INDEX security_log_kind ON security_log (kind, id);
CREATE INDEX security_log_account ON security_log (account_id, id) WHERE account_id IS NOT NULL;
CREATE INDEX security_log_on_account ON security_log (on_account_id, id) WHERE on_account_id IS NOT NULL;
