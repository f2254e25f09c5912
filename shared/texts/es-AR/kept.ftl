# What is stored with an order in Spanish because nobody has read it yet: pages say it in the language of their reader,
# recognized by its text. What people wrote themselves stays as they wrote it.

kept-cancelled-by-customer = cancelado por el cliente
kept-cancelled-by-shop = Cancelado desde la tienda.
kept-given-up = No pudimos tomar tu pedido.

## Why a message to the board was not delivered

kept-board-away = No se pudo conectar con la ticketera.
kept-board-slow = La ticketera no contestó a tiempo.
kept-board-cut = La conexión con la ticketera se cortó.
kept-board-unconfirmed = HTTP { $status }: la respuesta no confirma el pedido.
kept-out-of-tries = Se agotaron los intentos. { $reason }
