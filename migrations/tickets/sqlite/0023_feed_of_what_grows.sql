-- Steps of a ticket are rows that only are added, most of what an order writes. They get no mark when they are written: whoever reads the feed
-- finds that the highest seq is beyond `history_told` and has the writer mark what lies in between. One that is not beyond it is marked
-- at once.
ALTER TABLE counters ADD COLUMN history_told BIGINT NOT NULL DEFAULT 0;
UPDATE counters SET history_told = (SELECT COALESCE(MAX(seq), 0) FROM events);
DROP TRIGGER feed_events_insert;
CREATE TRIGGER feed_events_insert AFTER INSERT ON events
WHEN NEW.seq <= (SELECT history_told FROM counters WHERE id = 1) BEGIN
    INSERT INTO mark VALUES ('paso', NEW.seq);
END;
