-- By when its customer was promised the order, as the shop says it: from then on a ticket is late. Null where nothing was
-- promised.
ALTER TABLE tickets ADD COLUMN promised_at BIGINT;

-- Deliveries kept and broken are counted too. SQLite changes no condition of a table that is there.
CREATE TABLE report_counts_next (
    what TEXT NOT NULL CHECK (what IN ('estado', 'recibido', 'entrega', 'demora', 'repartidor', 'motivo', 'promesa')),
    slot BIGINT NOT NULL,
    who BIGINT NOT NULL,
    minutes BIGINT NOT NULL,
    word TEXT NOT NULL,
    n BIGINT NOT NULL,
    total_ms BIGINT NOT NULL,
    PRIMARY KEY (what, slot, who, minutes, word)
) WITHOUT ROWID;
INSERT INTO report_counts_next SELECT * FROM report_counts;
DROP TABLE report_counts;
ALTER TABLE report_counts_next RENAME TO report_counts;
