-- Movements of stock are rows that only are added, most of what an order writes. They get no mark when they are written: whoever reads the feed
-- finds that the highest id is beyond `history_told` and has the writer mark what lies in between. One that is not beyond it is marked
-- at once, and one by somebody who has not the turn without a number, as everything of theirs.
ALTER TABLE counters ADD COLUMN history_told BIGINT NOT NULL DEFAULT 0;
-- The writers wait at `counters`, everybody else here.
LOCK TABLE stock_movements IN SHARE ROW EXCLUSIVE MODE;
UPDATE counters SET history_told = (SELECT COALESCE(MAX(id), 0) FROM stock_movements);

CREATE FUNCTION mark_grown() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
    batch TEXT := current_setting('belgrano.now', true);
BEGIN
    IF batch <> '' THEN
        INSERT INTO changes (entity, key, seq, at) SELECT TG_ARGV[0], CAST(changed.id AS TEXT), nextval('change_seq'), CAST(batch AS BIGINT)
        FROM changed WHERE changed.id <= (SELECT history_told FROM counters WHERE id = 1)
        ON CONFLICT (entity, key) DO UPDATE SET seq = excluded.seq, at = excluded.at;
    ELSE
        EXECUTE format('INSERT INTO %I.changes (entity, key, seq, at) SELECT $1, CAST(id AS TEXT), NULL, '
            'CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT) FROM changed '
            'ON CONFLICT (entity, key) DO UPDATE SET seq = excluded.seq, at = excluded.at', TG_TABLE_SCHEMA)
            USING TG_ARGV[0];
    END IF;
    RETURN NULL;
END $$;

DROP TRIGGER feed_stock_movements_insert ON stock_movements;
CREATE TRIGGER feed_stock_movements_insert AFTER INSERT ON stock_movements REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION mark_grown('movimiento');
