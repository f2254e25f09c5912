-- By when its customer was promised the order, as the shop says it: from then on a ticket is late. Null where nothing was
-- promised.
ALTER TABLE tickets ADD COLUMN promised_at BIGINT;

-- Deliveries kept and broken are counted too.
ALTER TABLE report_counts DROP CONSTRAINT report_counts_what_check;
ALTER TABLE report_counts ADD CONSTRAINT report_counts_what_check
    CHECK (what IN ('estado', 'recibido', 'entrega', 'demora', 'repartidor', 'motivo', 'promesa'));
