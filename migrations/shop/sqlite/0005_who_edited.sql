-- Who last changed a product's price, and who whether it is sold, and when: whoever comes second is told.
ALTER TABLE products ADD COLUMN price_by BIGINT REFERENCES accounts (id);
ALTER TABLE products ADD COLUMN price_at BIGINT;
ALTER TABLE products ADD COLUMN active_by BIGINT REFERENCES accounts (id);
ALTER TABLE products ADD COLUMN active_at BIGINT;
