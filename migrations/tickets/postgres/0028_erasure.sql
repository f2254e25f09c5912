-- A step that is written anew, because its ticket's customer was erased, is told anew: readers of the feed have a copy of its reason.
CREATE TRIGGER feed_events_update AFTER UPDATE ON events REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION mark_grown('paso');
