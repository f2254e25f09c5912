-- The shop asks for its administrators at every start.
CREATE INDEX accounts_admin ON accounts (id) WHERE role = 'admin' AND active;
-- The board's answer changes an order moments after it was placed, in columns that no index holds: with room in the page the
-- row stays there and no index is touched.
ALTER TABLE orders SET (fillfactor = 75);
-- Every message is changed once or more; dead rows of a queue are in the way of whoever claims from it.
ALTER TABLE outbox SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000,
    autovacuum_analyze_scale_factor = 0.05);
ALTER TABLE counters SET (fillfactor = 10);
