-- A ticket that no reader of the feed has been told of needs no mark, neither when it is written nor when it changes: whoever reads finds
-- that the highest id is beyond `tickets_told` and has the writer mark what lies in between, as it now is.
ALTER TABLE counters ADD COLUMN tickets_told BIGINT NOT NULL DEFAULT 0;
UPDATE counters SET tickets_told = (SELECT COALESCE(MAX(id), 0) FROM tickets);
DROP TRIGGER feed_tickets_insert;
CREATE TRIGGER feed_tickets_insert AFTER INSERT ON tickets
WHEN NEW.id <= (SELECT tickets_told FROM counters WHERE id = 1) BEGIN
    INSERT INTO mark VALUES ('ticket', NEW.id);
END;
DROP TRIGGER feed_tickets_update;
CREATE TRIGGER feed_tickets_update AFTER UPDATE ON tickets
WHEN NEW.id <= (SELECT tickets_told FROM counters WHERE id = 1) BEGIN
    INSERT INTO mark VALUES ('ticket', NEW.id);
END;
