-- Who last changed a product by hand, and when: whoever comes second is told.
ALTER TABLE products ADD COLUMN edited_by BIGINT REFERENCES accounts (id);
ALTER TABLE products ADD COLUMN edited_at BIGINT;
