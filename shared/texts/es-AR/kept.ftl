# What is stored with an order in Spanish because nobody has read it yet: pages say it in the language of their reader,
# recognized by its text. What people wrote themselves stays as they wrote it. Rows hold these words: a text that changes here is
# no longer recognized in what was stored before, so add a new one instead.

kept-cancelled-by-customer = cancelado por el cliente
kept-cancelled-by-shop = Cancelado desde la tienda.
kept-given-up = No pudimos tomar tu pedido.

## Why a message to the board was not delivered

kept-board-away = No se pudo conectar con la ticketera.
kept-board-slow = La ticketera no contestó a tiempo.
kept-board-cut = La conexión con la ticketera se cortó.
kept-board-unconfirmed = HTTP { $status }: la respuesta no confirma el pedido.
kept-out-of-tries = Se agotaron los intentos. { $reason }

## Why a notice was not sent

kept-notice-no-key = falta VAPID_PRIVATE_KEY
kept-notice-no-mail = falta SMTP_URL
kept-notice-unwanted = ya no quiere avisos por correo
kept-notice-mail-slow = el servidor de correo no contestó a tiempo
kept-notice-slow = el servicio de avisos no contestó a tiempo
kept-notice-no-secret = falta WEBHOOK_SECRET
kept-notice-no-webhook = el webhook ya no está en la regla
kept-notice-webhook-slow = el webhook no contestó a tiempo
kept-notice-long = el aviso es demasiado largo
kept-notice-away = no se pudo conectar: { $cause }
kept-notice-cut = la conexión se cortó: { $cause }
kept-notice-bad-address = no es una dirección https de un servicio de avisos
kept-notice-inside = no es una dirección pública

## Why a stock was counted

kept-stock-edited = Corregido en la lista de productos.
kept-stock-imported = Del catálogo importado.

## Whose account was erased

kept-erased = Cuenta borrada.
kept-board-cannot-forget = HTTP { $status }: la ticketera no sabe olvidar clientes. Hay que actualizarla, o borrar esos datos en ella.
