-- What a product costs its business, in centavos, and when to order it again: for administrators only. Null: nobody said.
ALTER TABLE products ADD COLUMN cost BIGINT CHECK (cost >= 0);
ALTER TABLE products ADD COLUMN reorder_point BIGINT CHECK (reorder_point >= 0);
ALTER TABLE products ADD COLUMN lead_days BIGINT CHECK (lead_days >= 0);

-- What one of it cost when it was sold.
ALTER TABLE order_lines ADD COLUMN cost BIGINT;

-- What happened to the stock of a product; rows are only added. `quantity` is the change, below zero for what left, `stock` what
-- there was afterwards (null: not counted). Without an account it was the program. Like lines of an order they outlive their
-- product, and cost a checkout no look at another table.
CREATE TABLE stock_movements (
    id INTEGER PRIMARY KEY,
    product_id BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('venta', 'devolucion', 'recepcion', 'recuento')),
    quantity BIGINT NOT NULL,
    stock BIGINT,
    reason TEXT,
    account_id BIGINT,
    order_number TEXT,
    at BIGINT NOT NULL
);
CREATE INDEX stock_movements_of ON stock_movements (product_id, id);

-- Price, list price and cost of a product from `at` on; rows are only added.
CREATE TABLE price_changes (
    id INTEGER PRIMARY KEY,
    product_id BIGINT NOT NULL,
    price BIGINT NOT NULL,
    list_price BIGINT,
    cost BIGINT,
    account_id BIGINT,
    at BIGINT NOT NULL
);
CREATE INDEX price_changes_of ON price_changes (product_id, id);

-- The change feed tells of each row of both.
CREATE TRIGGER feed_stock_movements_insert AFTER INSERT ON stock_movements BEGIN
    INSERT INTO mark VALUES ('movimiento', NEW.id);
END;
CREATE TRIGGER feed_stock_movements_update AFTER UPDATE ON stock_movements BEGIN
    INSERT INTO mark VALUES ('movimiento', NEW.id);
END;
CREATE TRIGGER feed_stock_movements_delete AFTER DELETE ON stock_movements BEGIN
    INSERT INTO mark VALUES ('movimiento', OLD.id);
END;
CREATE TRIGGER feed_price_changes_insert AFTER INSERT ON price_changes BEGIN
    INSERT INTO mark VALUES ('precio', NEW.id);
END;
CREATE TRIGGER feed_price_changes_update AFTER UPDATE ON price_changes BEGIN
    INSERT INTO mark VALUES ('precio', NEW.id);
END;
CREATE TRIGGER feed_price_changes_delete AFTER DELETE ON price_changes BEGIN
    INSERT INTO mark VALUES ('precio', OLD.id);
END;
