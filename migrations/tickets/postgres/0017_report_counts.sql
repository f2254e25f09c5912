-- What the reports count, kept with every change: how many tickets and how long they took together. `slot` is a quarter of an
-- hour since 1970, a day of UTC for what is a driver's, 0 for what is of all time.
CREATE TABLE report_counts (
    what TEXT NOT NULL CHECK (what IN ('estado', 'recibido', 'entrega', 'demora', 'repartidor', 'motivo')),
    slot BIGINT NOT NULL,
    who BIGINT NOT NULL,
    minutes BIGINT NOT NULL,
    word TEXT NOT NULL,
    n BIGINT NOT NULL,
    total_ms BIGINT NOT NULL,
    PRIMARY KEY (what, slot, who, minutes, word)
) WITH (fillfactor = 70);
-- How many changes are in there. Behind `seq` at first and after a process of an older version: then the board counts anew.
ALTER TABLE counters ADD COLUMN counted_seq BIGINT NOT NULL DEFAULT 0;
