-- The newest change of each thing that the change feed tells of, whatever changed it: an order, a sale's stock, an import, a
-- statement by hand. `key` is the id as text. `seq` follows commit order. A thing that is gone keeps its row; an order that is
-- gone has one whose key is '!' and its number.
CREATE TABLE changes (
    entity TEXT NOT NULL,
    key TEXT NOT NULL,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (entity, key)
) WITHOUT ROWID;
CREATE UNIQUE INDEX changes_seq ON changes (seq);

-- `epoch` is the life of this database, `clock` the time of the batch that is being written, which the triggers do not know.
ALTER TABLE counters ADD COLUMN epoch TEXT NOT NULL DEFAULT '';
ALTER TABLE counters ADD COLUMN clock BIGINT NOT NULL DEFAULT 0;
ALTER TABLE counters ADD COLUMN change_seq BIGINT NOT NULL DEFAULT 0;
UPDATE counters SET epoch = lower(hex(randomblob(16))), clock = CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER);

-- What a trigger says of a thing: `INSERT INTO mark VALUES (entity, key)`. New kinds of things need no more than that.
CREATE VIEW mark AS SELECT '' AS entity, '' AS key;
CREATE TRIGGER mark_it INSTEAD OF INSERT ON mark BEGIN
    UPDATE counters SET change_seq = change_seq + 1 WHERE id = 1;
    INSERT INTO changes (entity, key, seq, at)
    SELECT NEW.entity, CAST(NEW.key AS TEXT), change_seq, clock FROM counters WHERE id = 1
    ON CONFLICT (entity, key) DO UPDATE SET seq = excluded.seq, at = excluded.at;
END;

-- Quiet tables.
CREATE TRIGGER feed_businesses_insert AFTER INSERT ON businesses BEGIN
    INSERT INTO mark VALUES ('negocio', NEW.id);
END;
CREATE TRIGGER feed_businesses_update AFTER UPDATE ON businesses BEGIN
    INSERT INTO mark VALUES ('negocio', NEW.id);
END;
CREATE TRIGGER feed_businesses_delete AFTER DELETE ON businesses BEGIN
    INSERT INTO mark VALUES ('negocio', OLD.id);
END;
CREATE TRIGGER feed_branches_insert AFTER INSERT ON branches BEGIN
    INSERT INTO mark VALUES ('sucursal', NEW.id);
END;
CREATE TRIGGER feed_branches_update AFTER UPDATE ON branches BEGIN
    INSERT INTO mark VALUES ('sucursal', NEW.id);
END;
CREATE TRIGGER feed_branches_delete AFTER DELETE ON branches BEGIN
    INSERT INTO mark VALUES ('sucursal', OLD.id);
END;
CREATE TRIGGER feed_categories_insert AFTER INSERT ON categories BEGIN
    INSERT INTO mark VALUES ('categoria', NEW.id);
END;
CREATE TRIGGER feed_categories_update AFTER UPDATE ON categories BEGIN
    INSERT INTO mark VALUES ('categoria', NEW.id);
END;
CREATE TRIGGER feed_categories_delete AFTER DELETE ON categories BEGIN
    INSERT INTO mark VALUES ('categoria', OLD.id);
END;
CREATE TRIGGER feed_product_branches_insert AFTER INSERT ON product_branches BEGIN
    INSERT INTO mark VALUES ('producto', NEW.product_id);
END;
CREATE TRIGGER feed_product_branches_update AFTER UPDATE ON product_branches BEGIN
    INSERT INTO mark VALUES ('producto', NEW.product_id);
END;
CREATE TRIGGER feed_product_branches_delete AFTER DELETE ON product_branches BEGIN
    INSERT INTO mark VALUES ('producto', OLD.product_id);
END;
CREATE TRIGGER feed_offers_insert AFTER INSERT ON offers BEGIN
    INSERT INTO mark VALUES ('oferta', NEW.id);
END;
CREATE TRIGGER feed_offers_update AFTER UPDATE ON offers BEGIN
    INSERT INTO mark VALUES ('oferta', NEW.id);
END;
CREATE TRIGGER feed_offers_delete AFTER DELETE ON offers BEGIN
    INSERT INTO mark VALUES ('oferta', OLD.id);
END;
CREATE TRIGGER feed_offer_products_insert AFTER INSERT ON offer_products BEGIN
    INSERT INTO mark VALUES ('oferta', NEW.offer_id);
END;
CREATE TRIGGER feed_offer_products_update AFTER UPDATE ON offer_products BEGIN
    INSERT INTO mark VALUES ('oferta', NEW.offer_id);
END;
CREATE TRIGGER feed_offer_products_delete AFTER DELETE ON offer_products BEGIN
    INSERT INTO mark VALUES ('oferta', OLD.offer_id);
END;
CREATE TRIGGER feed_accounts_insert AFTER INSERT ON accounts BEGIN
    INSERT INTO mark VALUES ('cuenta', NEW.id);
END;
CREATE TRIGGER feed_accounts_update AFTER UPDATE OF role, first_name, last_name, email, phone, address, active, created_at ON accounts BEGIN
    INSERT INTO mark VALUES ('cuenta', NEW.id);
END;
CREATE TRIGGER feed_accounts_delete AFTER DELETE ON accounts BEGIN
    INSERT INTO mark VALUES ('cuenta', OLD.id);
END;
CREATE TRIGGER feed_merchants_insert AFTER INSERT ON merchants BEGIN
    INSERT INTO mark VALUES ('cuenta', NEW.account_id);
END;
CREATE TRIGGER feed_merchants_update AFTER UPDATE ON merchants BEGIN
    INSERT INTO mark VALUES ('cuenta', NEW.account_id);
END;
CREATE TRIGGER feed_merchants_delete AFTER DELETE ON merchants BEGIN
    INSERT INTO mark VALUES ('cuenta', OLD.account_id);
END;

-- The lines of an order come with it; whoever changes them later changes the order.
CREATE TRIGGER feed_order_lines_update AFTER UPDATE ON order_lines BEGIN
    INSERT INTO mark VALUES ('pedido', NEW.order_id);
END;
CREATE TRIGGER feed_order_lines_delete AFTER DELETE ON order_lines BEGIN
    INSERT INTO mark VALUES ('pedido', OLD.order_id);
END;

-- What every order writes.
CREATE TRIGGER feed_products_insert AFTER INSERT ON products BEGIN
    INSERT INTO mark VALUES ('producto', NEW.id);
END;
CREATE TRIGGER feed_products_update AFTER UPDATE ON products BEGIN
    INSERT INTO mark VALUES ('producto', NEW.id);
END;
CREATE TRIGGER feed_products_delete AFTER DELETE ON products BEGIN
    INSERT INTO mark VALUES ('producto', OLD.id);
END;
CREATE TRIGGER feed_orders_insert AFTER INSERT ON orders BEGIN
    INSERT INTO mark VALUES ('pedido', NEW.id);
END;
CREATE TRIGGER feed_orders_update AFTER UPDATE ON orders BEGIN
    INSERT INTO mark VALUES ('pedido', NEW.id);
END;
CREATE TRIGGER feed_orders_delete AFTER DELETE ON orders BEGIN
    DELETE FROM changes WHERE entity = 'pedido' AND key = CAST(OLD.id AS TEXT);
    INSERT INTO mark VALUES ('pedido', '!' || OLD.number);
END;

-- What is there already.
WITH things (entity, key, at, place, id) AS (
    SELECT 'negocio', CAST(id AS TEXT), NULL, 1, id FROM businesses
    UNION ALL SELECT 'sucursal', CAST(id AS TEXT), NULL, 2, id FROM branches
    UNION ALL SELECT 'categoria', CAST(id AS TEXT), NULL, 3, id FROM categories
    UNION ALL SELECT 'producto', CAST(id AS TEXT), NULL, 4, id FROM products
    UNION ALL SELECT 'oferta', id, NULL, 5, 0 FROM offers
    UNION ALL SELECT 'cuenta', CAST(id AS TEXT), NULL, 6, id FROM accounts
    UNION ALL SELECT 'pedido', CAST(id AS TEXT), updated_at, 7, id FROM orders
)
INSERT INTO changes (entity, key, seq, at)
SELECT entity, key, ROW_NUMBER() OVER (ORDER BY place, id, key), COALESCE(at, (SELECT clock FROM counters)) FROM things;
UPDATE counters SET change_seq = (SELECT COALESCE(MAX(seq), 0) FROM changes);
