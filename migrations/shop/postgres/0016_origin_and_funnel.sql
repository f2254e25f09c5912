-- From what kind of device an order came, and where whoever sent it came from. Null: an order from before this was noted.
ALTER TABLE orders ADD COLUMN device TEXT;
ALTER TABLE orders ADD COLUMN origin TEXT;

-- How often pages were viewed in an hour, by kind of device and by origin: counters of nobody in particular. `hour` is its first
-- millisecond. Views of home, product, cart and checkout; orders that came with a request; visits are views of any page that
-- another site or nobody led to.
CREATE TABLE funnel (
    hour BIGINT NOT NULL,
    device TEXT NOT NULL CHECK (device IN ('movil', 'tablet', 'escritorio', 'otro')),
    origin TEXT NOT NULL,
    home BIGINT NOT NULL,
    product BIGINT NOT NULL,
    cart BIGINT NOT NULL,
    checkout BIGINT NOT NULL,
    orders BIGINT NOT NULL,
    visits BIGINT NOT NULL,
    PRIMARY KEY (hour, device, origin)
);
