-- An account is told that its password was changed.
ALTER TABLE notices DROP CONSTRAINT notices_news_check;
ALTER TABLE notices ADD CONSTRAINT notices_news_check
    CHECK (news IN ('asignado', 'en-camino', 'entregado', 'paquete', 'resena', 'clave'));
