-- Ids of signatures that are good for one thing, for as long as they could be used again: at any instance.
CREATE TABLE used_signatures (
    id TEXT PRIMARY KEY,
    good_until BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX used_signatures_old ON used_signatures (good_until);
