-- How many orders an account has under way, counted with each that it places.
CREATE INDEX orders_open ON orders (account_id) WHERE state NOT IN ('entregado', 'devuelto', 'cancelado');
