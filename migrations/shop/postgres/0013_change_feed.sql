-- The newest change of each thing that the change feed tells of, whatever changed it: an order, a sale's stock, an import, a
-- statement by hand. `key` is the id as text. `seq` follows commit order; it is null until one who has the turn gives it, which
-- a statement by hand has not. A thing that is gone keeps its row; an order that is gone has one whose key is '!' and its number.
CREATE TABLE changes (
    entity TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    seq BIGINT UNIQUE,
    at BIGINT NOT NULL,
    PRIMARY KEY (entity, key)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000, autovacuum_analyze_scale_factor = 0.05);
CREATE INDEX changes_unnumbered ON changes (entity) WHERE seq IS NULL;
CREATE SEQUENCE change_seq;

-- `epoch` is the life of this database, `clock` the time of the batch that is being written.
ALTER TABLE counters ADD COLUMN epoch TEXT NOT NULL DEFAULT '';
ALTER TABLE counters ADD COLUMN clock BIGINT NOT NULL DEFAULT 0;
UPDATE counters SET epoch = replace(CAST(gen_random_uuid() AS TEXT), '-', ''),
    clock = CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT);

-- `belgrano.now` is the time of the batch, set for its transaction by a writer that has the turn. Whoever has not (a person in
-- `psql`, a process of an older version) leaves the number out, takes no turn, and names the schema itself.

-- Marks the rows of a statement, whose transition table is `changed`, by their `id`: for tables that many rows a batch go to.
CREATE FUNCTION mark_rows() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
    batch TEXT := current_setting('belgrano.now', true);
BEGIN
    IF batch <> '' THEN
        INSERT INTO changes (entity, key, seq, at) SELECT TG_ARGV[0], CAST(id AS TEXT), nextval('change_seq'), CAST(batch AS BIGINT) FROM changed
        ON CONFLICT (entity, key) DO UPDATE SET seq = excluded.seq, at = excluded.at;
    ELSE
        EXECUTE format('INSERT INTO %I.changes (entity, key, seq, at) SELECT $1, CAST(id AS TEXT), NULL, '
            'CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT) FROM changed '
            'ON CONFLICT (entity, key) DO UPDATE SET seq = excluded.seq, at = excluded.at', TG_TABLE_SCHEMA)
            USING TG_ARGV[0];
    END IF;
    RETURN NULL;
END $$;

-- Marks a row: what it is, and the column that says which.
CREATE FUNCTION mark_row() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
    batch TEXT := current_setting('belgrano.now', true);
    thing TEXT;
BEGIN
    IF TG_OP = 'DELETE' THEN
        thing := to_jsonb(OLD) ->> TG_ARGV[1];
    ELSE
        thing := to_jsonb(NEW) ->> TG_ARGV[1];
    END IF;
    IF batch <> '' THEN
        INSERT INTO changes (entity, key, seq, at) SELECT TG_ARGV[0], thing, nextval('change_seq'), CAST(batch AS BIGINT)
        ON CONFLICT (entity, key) DO UPDATE SET seq = excluded.seq, at = excluded.at;
    ELSE
        EXECUTE format('INSERT INTO %I.changes (entity, key, seq, at) SELECT $1, $2, NULL, '
            'CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT) '
            'ON CONFLICT (entity, key) DO UPDATE SET seq = excluded.seq, at = excluded.at', TG_TABLE_SCHEMA)
            USING TG_ARGV[0], thing;
    END IF;
    RETURN NULL;
END $$;

-- A row that was known by its id is gone: who reads knows it by its number.
CREATE FUNCTION mark_gone() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
    batch TEXT := current_setting('belgrano.now', true);
    gone TEXT := '!' || OLD.number;
BEGIN
    EXECUTE format('DELETE FROM %I.changes WHERE entity = $1 AND key = $2', TG_TABLE_SCHEMA)
        USING TG_ARGV[0], CAST(OLD.id AS TEXT);
    IF batch <> '' THEN
        INSERT INTO changes (entity, key, seq, at) SELECT TG_ARGV[0], gone, nextval('change_seq'), CAST(batch AS BIGINT)
        ON CONFLICT (entity, key) DO UPDATE SET seq = excluded.seq, at = excluded.at;
    ELSE
        EXECUTE format('INSERT INTO %I.changes (entity, key, seq, at) SELECT $1, $2, NULL, '
            'CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT) '
            'ON CONFLICT (entity, key) DO UPDATE SET seq = excluded.seq, at = excluded.at', TG_TABLE_SCHEMA)
            USING TG_ARGV[0], gone;
    END IF;
    RETURN NULL;
END $$;

-- Quiet tables.
CREATE TRIGGER feed_businesses AFTER INSERT OR UPDATE OR DELETE ON businesses
    FOR EACH ROW EXECUTE FUNCTION mark_row('negocio', 'id');
CREATE TRIGGER feed_branches AFTER INSERT OR UPDATE OR DELETE ON branches
    FOR EACH ROW EXECUTE FUNCTION mark_row('sucursal', 'id');
CREATE TRIGGER feed_categories AFTER INSERT OR UPDATE OR DELETE ON categories
    FOR EACH ROW EXECUTE FUNCTION mark_row('categoria', 'id');
CREATE TRIGGER feed_product_branches AFTER INSERT OR UPDATE OR DELETE ON product_branches
    FOR EACH ROW EXECUTE FUNCTION mark_row('producto', 'product_id');
CREATE TRIGGER feed_offers AFTER INSERT OR UPDATE OR DELETE ON offers
    FOR EACH ROW EXECUTE FUNCTION mark_row('oferta', 'id');
CREATE TRIGGER feed_offer_products AFTER INSERT OR UPDATE OR DELETE ON offer_products
    FOR EACH ROW EXECUTE FUNCTION mark_row('oferta', 'offer_id');
CREATE TRIGGER feed_accounts AFTER INSERT OR UPDATE OF role, first_name, last_name, email, phone, address, active, created_at OR DELETE ON accounts
    FOR EACH ROW EXECUTE FUNCTION mark_row('cuenta', 'id');
CREATE TRIGGER feed_merchants AFTER INSERT OR UPDATE OR DELETE ON merchants
    FOR EACH ROW EXECUTE FUNCTION mark_row('cuenta', 'account_id');
-- The lines of an order come with it; whoever changes them later changes the order.
CREATE TRIGGER feed_order_lines AFTER UPDATE OR DELETE ON order_lines
    FOR EACH ROW EXECUTE FUNCTION mark_row('pedido', 'order_id');
-- What every order writes.
CREATE TRIGGER feed_products_insert AFTER INSERT ON products REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION mark_rows('producto');
CREATE TRIGGER feed_products_update AFTER UPDATE ON products REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION mark_rows('producto');
CREATE TRIGGER feed_products_delete AFTER DELETE ON products REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION mark_rows('producto');
CREATE TRIGGER feed_orders_insert AFTER INSERT ON orders REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION mark_rows('pedido');
CREATE TRIGGER feed_orders_update AFTER UPDATE ON orders REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION mark_rows('pedido');
CREATE TRIGGER feed_orders_delete AFTER DELETE ON orders
    FOR EACH ROW EXECUTE FUNCTION mark_gone('pedido');

-- What is there already.
INSERT INTO changes (entity, key, seq, at)
SELECT entity, key, nextval('change_seq'), COALESCE(at, (SELECT clock FROM counters)) FROM (
    SELECT 'negocio' AS entity, CAST(id AS TEXT) AS key, CAST(NULL AS BIGINT) AS at, 1 AS place, id FROM businesses
    UNION ALL SELECT 'sucursal', CAST(id AS TEXT), NULL, 2, id FROM branches
    UNION ALL SELECT 'categoria', CAST(id AS TEXT), NULL, 3, id FROM categories
    UNION ALL SELECT 'producto', CAST(id AS TEXT), NULL, 4, id FROM products
    UNION ALL SELECT 'oferta', id, NULL, 5, 0 FROM offers
    UNION ALL SELECT 'cuenta', CAST(id AS TEXT), NULL, 6, id FROM accounts
    UNION ALL SELECT 'pedido', CAST(id AS TEXT), updated_at, 7, id FROM orders
    ORDER BY place, id, key
) AS things;
