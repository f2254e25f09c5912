-- A second factor beside the password: its secret, sealed; the last period whose code was taken; wrong codes since the last right one,
-- and until when no other is looked at.
CREATE TABLE second_factors (
    account_id BIGINT PRIMARY KEY REFERENCES users (id),
    sealed BYTEA NOT NULL,
    last_step BIGINT NOT NULL,
    wrong BIGINT NOT NULL,
    not_before BIGINT NOT NULL,
    since BIGINT NOT NULL
);

-- Recovery codes that were not used.
CREATE TABLE second_factor_codes (
    account_id BIGINT NOT NULL REFERENCES users (id),
    code_hash BYTEA NOT NULL,
    PRIMARY KEY (account_id, code_hash)
);

-- Who has shown a password and not the second factor. Bound to the password that was shown.
CREATE TABLE second_steps (
    token_hash BYTEA PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES users (id),
    password_digest BYTEA NOT NULL,
    tries BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX second_steps_account ON second_steps (account_id);
CREATE INDEX second_steps_expiry ON second_steps (expires_at);
