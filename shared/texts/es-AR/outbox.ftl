# What goes from the shop to the board, for administrators.

outbox-title = Envíos al tablero
outbox-board = Tablero
outbox-board-fine = Responde
outbox-board-fine-means = Los pedidos le llegan al momento.
outbox-board-away = No responde
outbox-board-away-means = Los pedidos se guardan acá y salen solos cuando vuelva. No se pierde ninguno.
outbox-board-back = Está volviendo
outbox-board-back-means = Ya contestó: se le manda de a poco lo que esperaba.
outbox-waiting = Por mandar
outbox-waiting-means =
    { $count ->
        [0] Está todo mandado.
       *[other] Salen solos, cada uno en su turno.
    }
outbox-oldest = El que más espera
outbox-oldest-means = Desde que se escribió.
outbox-nobody-waits = Nadie espera.
outbox-dead = No llegaron
outbox-dead-means =
    { $count ->
        [0] No hay nada que decidir.
        [one] Espera que alguien decida.
       *[other] Esperan que alguien decida.
    }
outbox-by-state = Por estado
outbox-all = Todos
outbox-state-pending = Por mandar
outbox-state-delivered = Recibido por reparto
outbox-state-dead = No llegó
outbox-state-discarded = Descartado
outbox-decide = Hay que decidir
outbox-the-rest = Los demás
outbox-none = No hay mensajes.
outbox-none-means = Cuando alguien haga un pedido o lo cancele, vas a ver acá cómo le llega al tablero.
outbox-retry-all = Mandar todos de nuevo
outbox-see-all-dead =
    { $count ->
        [one] Ver el que no llegó
       *[other] Ver los { $count } que no llegaron
    }
outbox-kind-order = Pedido nuevo
outbox-kind-cancellation = Cancelación
outbox-kind-forget = Olvidar al cliente
outbox-written = Escrito { $age }
outbox-tries =
    { $count ->
        [0] Sin intentos
        [one] { $count } intento
       *[other] { $count } intentos
    }
outbox-now = Se está mandando ahora
outbox-next = Próximo intento: { $at }
outbox-next-try = Próximo intento
outbox-behind = Espera al mensaje anterior del mismo pedido
outbox-settled = Resuelto
outbox-said = Detalle:
outbox-retry = Mandar de nuevo
outbox-retry-now = Mandar de nuevo ahora
outbox-number = Mensaje { $id }
outbox-discard = Descartar
outbox-discard-why = Por qué
outbox-discard-hint = Queda en este registro; el cliente no lo ve.
outbox-discard-order = El pedido se cancela y su stock vuelve al estante, salvo que el tablero ya tenga su ticket.
outbox-discard-cancellation = El tablero no se va a enterar de que querían cancelar el pedido: sigue como está.
outbox-discard-forget = El tablero va a seguir teniendo los datos de quien borró su cuenta: borralos ahí de otra manera.
outbox-do = Qué hacer
outbox-do-dead = Corregí lo que falló y mandalo de nuevo. Si ya no hace falta, descartalo.
outbox-do-pending = Sale solo. Si no querés esperar, mandalo ahora.
outbox-history = Intentos
outbox-no-tries = Todavía ninguno.
outbox-took = Tardó { $ms } ms
outbox-content = Lo que se manda
outbox-technical = Para quien lo investigue
outbox-trace = Traza
outbox-created = Escrito
outbox-reason = Motivo
outbox-try-delivered = Recibido por reparto
outbox-try-again = No llegó; se intenta de nuevo
outbox-try-dead = No llegó, y no se intenta más
outbox-try-late = Llegó tarde: el tablero ya lo había resuelto
outbox-try-free = El tablero no estaba; el intento no cuenta
outbox-retried = Se va a mandar enseguida.
outbox-retried-all =
    { $count ->
        [one] Se va a mandar { $count } mensaje.
       *[other] Se van a mandar { $count } mensajes.
    }
outbox-discarded = El mensaje quedó descartado.

## Why a try failed, in plain words

outbox-why-connect = No se pudo llegar al tablero: está apagado, o su dirección está mal.
outbox-why-timeout = El tablero no contestó a tiempo.
outbox-why-cut = La conexión con el tablero se cortó por la mitad.
outbox-why-unconfirmed = Alguien contestó, pero no confirmó el pedido: puede que la dirección lleve a otro sitio.
outbox-why-redirect = El tablero mandó a otra dirección: hay que corregir la configuración.
outbox-why-patience = El tablero pidió esperar un poco.
outbox-why-away = El tablero está caído: lo dice el servidor que tiene adelante.
outbox-why-failed = El tablero falló por dentro.
outbox-why-key = El tablero no reconoce la clave de la tienda.
outbox-why-nowhere = En esa dirección no hay un tablero que reciba pedidos.
outbox-why-conflict = El tablero ya tiene otra cosa con ese número.
outbox-why-refused = El tablero no aceptó los datos del mensaje.
outbox-why-foreign = Contestó otro en lugar del tablero.
outbox-why-cannot-forget = El tablero no sabe olvidar clientes: es de una versión anterior, o contestó otro en su lugar.
outbox-trouble-foreign = En TICKETERA_URL contesta otro (HTTP { $status }), no el tablero. Los pedidos esperan; no se pierde ninguno.
outbox-trouble-sender = El tablero no reconoce a esta tienda (HTTP { $status }). Los dos tienen que tener el mismo INTEGRATION_SECRET (o API_KEY). Los pedidos esperan y salen solos cuando esté bien.
outbox-trouble-clock-ahead = El reloj de esta tienda adelanta { $seconds } s respecto del tablero. Hay que poner en hora los dos. Los pedidos esperan y salen solos cuando esté bien.
outbox-trouble-clock-behind = El reloj de esta tienda atrasa { $seconds } s respecto del tablero. Hay que poner en hora los dos. Los pedidos esperan y salen solos cuando esté bien.
