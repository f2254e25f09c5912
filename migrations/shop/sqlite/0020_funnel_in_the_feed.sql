-- The counters of an hour, by its first millisecond, device and origin.
CREATE TRIGGER feed_funnel_insert AFTER INSERT ON funnel BEGIN
    INSERT INTO mark VALUES ('embudo', NEW.hour || '|' || NEW.device || '|' || NEW.origin);
END;
CREATE TRIGGER feed_funnel_update AFTER UPDATE ON funnel BEGIN
    INSERT INTO mark VALUES ('embudo', NEW.hour || '|' || NEW.device || '|' || NEW.origin);
END;
CREATE TRIGGER feed_funnel_delete AFTER DELETE ON funnel BEGIN
    INSERT INTO mark VALUES ('embudo', OLD.hour || '|' || OLD.device || '|' || OLD.origin);
END;
INSERT INTO mark SELECT 'embudo', hour || '|' || device || '|' || origin FROM funnel;
