-- Tries at a ticket's delivery PIN, so that neither a restart nor a second instance gives more of them.
CREATE TABLE pin_tries (
    ticket_id BIGINT NOT NULL REFERENCES tickets (id),
    user_id BIGINT NOT NULL REFERENCES users (id),
    tries BIGINT NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (ticket_id, user_id)
);
CREATE INDEX pin_tries_age ON pin_tries (since);
