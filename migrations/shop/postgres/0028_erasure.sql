-- A person may have an account erased. The row stays, because orders name it; there is nobody in it any more.
ALTER TABLE accounts ADD COLUMN erased_at BIGINT;

-- The board is told to forget whose an order was.
ALTER TABLE outbox DROP CONSTRAINT outbox_kind_check;
ALTER TABLE outbox ADD CONSTRAINT outbox_kind_check
    CHECK (kind IN ('order.created', 'order.cancelled', 'customer.forgotten'));
