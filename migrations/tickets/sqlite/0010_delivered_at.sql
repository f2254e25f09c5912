-- Reports look at what was delivered in the last weeks.
CREATE INDEX tickets_delivered ON tickets (delivered_at) WHERE state = 'entregado';
