-- The newest change of each thing that the change feed tells of, whatever changed it. `key` is the id as text. `seq` follows
-- commit order and is another than that of `events`; it is null until one who has the turn gives it, which a statement by hand
-- has not. A thing that is gone keeps its row; a ticket that is gone has one whose key is '!' and its number. A step of the
-- history that is forgotten leaves nothing.
CREATE TABLE changes (
    entity TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    seq BIGINT UNIQUE,
    at BIGINT NOT NULL,
    PRIMARY KEY (entity, key)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000, autovacuum_analyze_scale_factor = 0.05);
CREATE INDEX changes_unnumbered ON changes (entity) WHERE seq IS NULL;
CREATE SEQUENCE change_seq;

-- `clock` is the time of the batch that is being written.
ALTER TABLE counters ADD COLUMN clock BIGINT NOT NULL DEFAULT 0;

-- When a ticket last came to each state, and how often its driver set out: events are forgotten in time.
ALTER TABLE tickets ADD COLUMN accepted_at BIGINT;
ALTER TABLE tickets ADD COLUMN departed_at BIGINT;
ALTER TABLE tickets ADD COLUMN failed_at BIGINT;
ALTER TABLE tickets ADD COLUMN cancelled_at BIGINT;
ALTER TABLE tickets ADD COLUMN attempts BIGINT NOT NULL DEFAULT 0;
UPDATE tickets SET accepted_at = past.accepted, departed_at = past.departed, failed_at = past.failed, cancelled_at = past.cancelled,
    attempts = past.attempts
FROM (
    SELECT ticket_id,
        MAX(CASE WHEN action = 'aceptado' THEN occurred_at END) AS accepted,
        MAX(CASE WHEN action = 'en camino' THEN occurred_at END) AS departed,
        MAX(CASE WHEN action = 'fallido' THEN occurred_at END) AS failed,
        MAX(CASE WHEN action IN ('cancelado', 'cancelado por la tienda') THEN occurred_at END) AS cancelled,
        COUNT(CASE WHEN action = 'en camino' THEN 1 END) AS attempts
    FROM events WHERE action IN ('aceptado', 'en camino', 'fallido', 'cancelado', 'cancelado por la tienda') GROUP BY ticket_id
) AS past WHERE past.ticket_id = tickets.id;

-- `belgrano.now` is the time of the batch, set for its transaction by a writer that has the turn. Whoever has not (a person in
-- `psql`, a process of an older version) leaves the number out, takes no turn, and names the schema itself.

-- Marks the rows of a statement, whose transition table is `changed`, by their `id`: for tables that many rows a batch go to.
CREATE FUNCTION mark_rows() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
    batch TEXT := current_setting('belgrano.now', true);
BEGIN
    IF batch <> '' THEN
        INSERT INTO changes (entity, key, seq, at) SELECT TG_ARGV[0], CAST(id AS TEXT), nextval('change_seq'), CAST(batch AS BIGINT) FROM changed
        ON CONFLICT (entity, key) DO UPDATE SET seq = excluded.seq, at = excluded.at;
    ELSE
        EXECUTE format('INSERT INTO %I.changes (entity, key, seq, at) SELECT $1, CAST(id AS TEXT), NULL, '
            'CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT) FROM changed '
            'ON CONFLICT (entity, key) DO UPDATE SET seq = excluded.seq, at = excluded.at', TG_TABLE_SCHEMA)
            USING TG_ARGV[0];
    END IF;
    RETURN NULL;
END $$;

-- The same for the history, by its `seq`.
CREATE FUNCTION mark_steps() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
    batch TEXT := current_setting('belgrano.now', true);
BEGIN
    IF batch <> '' THEN
        INSERT INTO changes (entity, key, seq, at) SELECT TG_ARGV[0], CAST(seq AS TEXT), nextval('change_seq'), CAST(batch AS BIGINT) FROM changed
        ON CONFLICT (entity, key) DO UPDATE SET seq = excluded.seq, at = excluded.at;
    ELSE
        EXECUTE format('INSERT INTO %I.changes (entity, key, seq, at) SELECT $1, CAST(seq AS TEXT), NULL, '
            'CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT) FROM changed '
            'ON CONFLICT (entity, key) DO UPDATE SET seq = excluded.seq, at = excluded.at', TG_TABLE_SCHEMA)
            USING TG_ARGV[0];
    END IF;
    RETURN NULL;
END $$;

-- Marks a row: what it is, and the column that says which.
CREATE FUNCTION mark_row() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
    batch TEXT := current_setting('belgrano.now', true);
    thing TEXT;
BEGIN
    IF TG_OP = 'DELETE' THEN
        thing := to_jsonb(OLD) ->> TG_ARGV[1];
    ELSE
        thing := to_jsonb(NEW) ->> TG_ARGV[1];
    END IF;
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

-- A row that was known by its id is gone: who reads knows it by its number.
CREATE FUNCTION mark_gone() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
    batch TEXT := current_setting('belgrano.now', true);
    gone TEXT := '!' || OLD.number;
BEGIN
    EXECUTE format('DELETE FROM %I.changes WHERE entity = $1 AND key = $2', TG_TABLE_SCHEMA)
        USING TG_ARGV[0], CAST(OLD.id AS TEXT);
    IF batch <> '' THEN
        INSERT INTO changes (entity, key, seq, at) SELECT TG_ARGV[0], gone, nextval('change_seq'), CAST(batch AS BIGINT)
        ON CONFLICT (entity, key) DO UPDATE SET seq = excluded.seq, at = excluded.at;
    ELSE
        EXECUTE format('INSERT INTO %I.changes (entity, key, seq, at) SELECT $1, $2, NULL, '
            'CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT) '
            'ON CONFLICT (entity, key) DO UPDATE SET seq = excluded.seq, at = excluded.at', TG_TABLE_SCHEMA)
            USING TG_ARGV[0], gone;
    END IF;
    RETURN NULL;
END $$;

-- A step is forgotten, not taken back.
CREATE FUNCTION forget_steps() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('DELETE FROM %I.changes WHERE entity = $1 AND key IN (SELECT CAST(seq AS TEXT) FROM changed)', TG_TABLE_SCHEMA)
        USING TG_ARGV[0];
    RETURN NULL;
END $$;

-- Of a driver neither the place nor the telephone is told.
CREATE TRIGGER feed_drivers AFTER INSERT OR UPDATE OF capacity, barrio, on_shift OR DELETE ON drivers
    FOR EACH ROW EXECUTE FUNCTION mark_row('repartidor', 'user_id');
CREATE TRIGGER feed_users AFTER UPDATE OF name, active, role ON users
    FOR EACH ROW WHEN (OLD.role = 'flota' OR NEW.role = 'flota') EXECUTE FUNCTION mark_row('repartidor', 'id');
-- What every order writes.
CREATE TRIGGER feed_tickets_insert AFTER INSERT ON tickets REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION mark_rows('ticket');
CREATE TRIGGER feed_tickets_update AFTER UPDATE ON tickets REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION mark_rows('ticket');
CREATE TRIGGER feed_tickets_delete AFTER DELETE ON tickets
    FOR EACH ROW EXECUTE FUNCTION mark_gone('ticket');
CREATE TRIGGER feed_events_insert AFTER INSERT ON events REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION mark_steps('paso');
CREATE TRIGGER feed_events_delete AFTER DELETE ON events REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION forget_steps('paso');

-- What is there already.
INSERT INTO changes (entity, key, seq, at)
SELECT entity, key, nextval('change_seq'), COALESCE(at, CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)) FROM (
    SELECT 'repartidor' AS entity, CAST(user_id AS TEXT) AS key, CAST(NULL AS BIGINT) AS at, 1 AS place, user_id AS id FROM drivers
    UNION ALL SELECT 'ticket', CAST(id AS TEXT), updated_at, 2, id FROM tickets
    UNION ALL SELECT 'paso', CAST(seq AS TEXT), recorded_at, 3, seq FROM events
    ORDER BY place, id
) AS things;
