-- Why the shop itself called an order off is a code; until now it was the sentence that its customer reads.
ALTER TABLE orders ADD COLUMN cause TEXT;
UPDATE orders SET cause = 'given_up', reason = NULL
    WHERE state = 'cancelado' AND reason = 'No pudimos tomar tu pedido.';
