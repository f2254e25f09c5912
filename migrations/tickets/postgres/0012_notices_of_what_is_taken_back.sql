-- A driver is told of more than offers.
ALTER TABLE notices DROP CONSTRAINT notices_news_check;
ALTER TABLE notices ADD CONSTRAINT notices_news_check
    CHECK (news IN ('asignado', 'en-camino', 'entregado', 'cancelado', 'retirado', 'recuperado'));
