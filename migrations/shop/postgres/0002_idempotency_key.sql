-- A batch looks its keys up all at once, by the key alone: the primary key, which begins with the scope, is no help there.
CREATE INDEX idempotency_key ON idempotency_keys (key, scope);
