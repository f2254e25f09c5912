-- The range that a customer was promised first, from the order on: what "late" is measured against. Null where nothing was
-- promised, and for orders from before this was kept.
ALTER TABLE orders ADD COLUMN promised_from BIGINT;
ALTER TABLE orders ADD COLUMN promised_to BIGINT;
