-- A ticket that no reader of the feed has been told of needs no mark, neither when it is written nor when it changes: whoever reads finds
-- that the highest id is beyond `tickets_told` and has the writer mark what lies in between, as it now is. What somebody writes who has not
-- the turn is marked without a number, as everything of theirs.
ALTER TABLE counters ADD COLUMN tickets_told BIGINT NOT NULL DEFAULT 0;
-- The writers wait at `counters`, everybody else here.
LOCK TABLE tickets IN SHARE ROW EXCLUSIVE MODE;
UPDATE counters SET tickets_told = (SELECT COALESCE(MAX(id), 0) FROM tickets);

CREATE FUNCTION mark_tickets() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
    batch TEXT := current_setting('belgrano.now', true);
BEGIN
    IF batch <> '' THEN
        INSERT INTO changes (entity, key, seq, at) SELECT TG_ARGV[0], CAST(changed.id AS TEXT), nextval('change_seq'), CAST(batch AS BIGINT)
        FROM changed WHERE changed.id <= (SELECT tickets_told FROM counters WHERE id = 1)
        ON CONFLICT (entity, key) DO UPDATE SET seq = excluded.seq, at = excluded.at;
    ELSE
        EXECUTE format('INSERT INTO %I.changes (entity, key, seq, at) SELECT $1, CAST(id AS TEXT), NULL, '
            'CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT) FROM changed '
            'ON CONFLICT (entity, key) DO UPDATE SET seq = excluded.seq, at = excluded.at', TG_TABLE_SCHEMA)
            USING TG_ARGV[0];
    END IF;
    RETURN NULL;
END $$;

DROP TRIGGER feed_tickets_insert ON tickets;
CREATE TRIGGER feed_tickets_insert AFTER INSERT ON tickets REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION mark_tickets('ticket');
DROP TRIGGER feed_tickets_update ON tickets;
CREATE TRIGGER feed_tickets_update AFTER UPDATE ON tickets REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION mark_tickets('ticket');
