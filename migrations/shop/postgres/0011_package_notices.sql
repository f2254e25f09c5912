-- A merchant is told of a package that was not ordered.
ALTER TABLE notices DROP CONSTRAINT notices_news_check;
ALTER TABLE notices ADD CONSTRAINT notices_news_check CHECK (news IN ('asignado', 'en-camino', 'entregado', 'paquete'));
