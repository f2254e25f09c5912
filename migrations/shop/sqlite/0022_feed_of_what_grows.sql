-- Movements of stock are rows that only are added, most of what an order writes. They get no mark when they are written: whoever reads the feed
-- finds that the highest id is beyond `history_told` and has the writer mark what lies in between. One that is not beyond it is marked
-- at once.
ALTER TABLE counters ADD COLUMN history_told BIGINT NOT NULL DEFAULT 0;
UPDATE counters SET history_told = (SELECT COALESCE(MAX(id), 0) FROM stock_movements);
DROP TRIGGER feed_stock_movements_insert;
CREATE TRIGGER feed_stock_movements_insert AFTER INSERT ON stock_movements
WHEN NEW.id <= (SELECT history_told FROM counters WHERE id = 1) BEGIN
    INSERT INTO mark VALUES ('movimiento', NEW.id);
END;
