-- Marks a row: what it is, and the columns that say which, a bar between them.
CREATE OR REPLACE FUNCTION mark_row() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
    batch TEXT := current_setting('belgrano.now', true);
    this JSONB;
    thing TEXT;
BEGIN
    IF TG_OP = 'DELETE' THEN
        this := to_jsonb(OLD);
    ELSE
        this := to_jsonb(NEW);
    END IF;
    thing := this ->> TG_ARGV[1];
    FOR at IN 2 .. TG_NARGS - 1 LOOP
        thing := thing || '|' || (this ->> TG_ARGV[at]);
    END LOOP;
    IF batch <> '' THEN
        INSERT INTO changes (entity, key, seq, at) SELECT TG_ARGV[0], thing, nextval('change_seq'), CAST(batch AS BIGINT)
        ON CONFLICT (entity, key) DO UPDATE SET seq = excluded.seq, at = excluded.at;
    ELSE
        EXECUTE format('INSERT INTO %I.changes (entity, key, seq, at) SELECT $1, $2, NULL, '
            'CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT) '
            'ON CONFLICT (entity, key) DO UPDATE SET seq = excluded.seq, at = excluded.at', TG_TABLE_SCHEMA)
            USING TG_ARGV[0], thing;
    END IF;
    RETURN NULL;
END $$;

-- The counters of an hour, by its first millisecond, device and origin.
CREATE TRIGGER feed_funnel AFTER INSERT OR UPDATE OR DELETE ON funnel
    FOR EACH ROW EXECUTE FUNCTION mark_row('embudo', 'hour', 'device', 'origin');

-- Whoever reads the feed has these numbered: readers of an instance that is still at work would be passed by.
INSERT INTO changes (entity, key, seq, at)
SELECT 'embudo', hour || '|' || device || '|' || origin, NULL, CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)
FROM funnel;
