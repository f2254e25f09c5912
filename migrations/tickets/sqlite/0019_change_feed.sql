-- The newest change of each thing that the change feed tells of, whatever changed it. `key` is the id as text. `seq` follows
-- commit order and is another than that of `events`. A thing that is gone keeps its row; a ticket that is gone has one whose key
-- is '!' and its number. A step of the history that is forgotten leaves nothing.
CREATE TABLE changes (
    entity TEXT NOT NULL,
    key TEXT NOT NULL,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (entity, key)
) WITHOUT ROWID;
CREATE UNIQUE INDEX changes_seq ON changes (seq);

-- `clock` is the time of the batch that is being written, which the triggers do not know.
ALTER TABLE counters ADD COLUMN clock BIGINT NOT NULL DEFAULT 0;
ALTER TABLE counters ADD COLUMN change_seq BIGINT NOT NULL DEFAULT 0;

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

-- What a trigger says of a thing: `INSERT INTO mark VALUES (entity, key)`. New kinds of things need no more than that.
CREATE VIEW mark AS SELECT '' AS entity, '' AS key;
CREATE TRIGGER mark_it INSTEAD OF INSERT ON mark BEGIN
    UPDATE counters SET change_seq = change_seq + 1 WHERE id = 1;
    INSERT INTO changes (entity, key, seq, at)
    SELECT NEW.entity, CAST(NEW.key AS TEXT), change_seq, clock FROM counters WHERE id = 1
    ON CONFLICT (entity, key) DO UPDATE SET seq = excluded.seq, at = excluded.at;
END;

-- Of a driver neither the place nor the telephone is told.
CREATE TRIGGER feed_drivers_insert AFTER INSERT ON drivers BEGIN
    INSERT INTO mark VALUES ('repartidor', NEW.user_id);
END;
CREATE TRIGGER feed_drivers_update AFTER UPDATE OF capacity, barrio, on_shift ON drivers BEGIN
    INSERT INTO mark VALUES ('repartidor', NEW.user_id);
END;
CREATE TRIGGER feed_drivers_delete AFTER DELETE ON drivers BEGIN
    INSERT INTO mark VALUES ('repartidor', OLD.user_id);
END;
CREATE TRIGGER feed_users_update AFTER UPDATE OF name, active, role ON users BEGIN
    INSERT INTO mark SELECT 'repartidor', user_id FROM drivers WHERE user_id = NEW.id;
END;

-- What every order writes.
CREATE TRIGGER feed_tickets_insert AFTER INSERT ON tickets BEGIN
    INSERT INTO mark VALUES ('ticket', NEW.id);
END;
CREATE TRIGGER feed_tickets_update AFTER UPDATE ON tickets BEGIN
    INSERT INTO mark VALUES ('ticket', NEW.id);
END;
CREATE TRIGGER feed_tickets_delete AFTER DELETE ON tickets BEGIN
    DELETE FROM changes WHERE entity = 'ticket' AND key = CAST(OLD.id AS TEXT);
    INSERT INTO mark VALUES ('ticket', '!' || OLD.number);
END;
CREATE TRIGGER feed_events_insert AFTER INSERT ON events BEGIN
    INSERT INTO mark VALUES ('paso', NEW.seq);
END;
CREATE TRIGGER feed_events_delete AFTER DELETE ON events BEGIN
    DELETE FROM changes WHERE entity = 'paso' AND key = CAST(OLD.seq AS TEXT);
END;

-- What is there already.
WITH things (entity, key, at, place, id) AS (
    SELECT 'repartidor', CAST(user_id AS TEXT), NULL, 1, user_id FROM drivers
    UNION ALL SELECT 'ticket', CAST(id AS TEXT), updated_at, 2, id FROM tickets
    UNION ALL SELECT 'paso', CAST(seq AS TEXT), recorded_at, 3, seq FROM events
)
INSERT INTO changes (entity, key, seq, at)
SELECT entity, key, ROW_NUMBER() OVER (ORDER BY place, id),
    COALESCE(at, CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)) FROM things;
UPDATE counters SET change_seq = (SELECT COALESCE(MAX(seq), 0) FROM changes);
