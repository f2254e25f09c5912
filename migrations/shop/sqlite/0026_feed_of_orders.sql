-- An order that no reader of the feed has been told of needs no mark, neither when it is written nor when it changes: whoever reads finds
-- that the highest id is beyond `orders_told` and has the writer mark what lies in between, as it now is.
ALTER TABLE counters ADD COLUMN orders_told BIGINT NOT NULL DEFAULT 0;
UPDATE counters SET orders_told = (SELECT COALESCE(MAX(id), 0) FROM orders);
DROP TRIGGER feed_orders_insert;
CREATE TRIGGER feed_orders_insert AFTER INSERT ON orders
WHEN NEW.id <= (SELECT orders_told FROM counters WHERE id = 1) BEGIN
    INSERT INTO mark VALUES ('pedido', NEW.id);
END;
DROP TRIGGER feed_orders_update;
CREATE TRIGGER feed_orders_update AFTER UPDATE ON orders
WHEN NEW.id <= (SELECT orders_told FROM counters WHERE id = 1) BEGIN
    INSERT INTO mark VALUES ('pedido', NEW.id);
END;
