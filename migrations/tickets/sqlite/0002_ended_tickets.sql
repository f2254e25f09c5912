-- A snapshot of the live feed looks a few hours back; without this it would look at every ticket there ever was.
CREATE INDEX tickets_ended ON tickets (updated_at) WHERE state IN ('entregado', 'devuelto', 'cancelado');
