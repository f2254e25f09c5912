# The driver's page.

nav-driver = Mi reparto

driver-on-shift = Estás en turno.
driver-off-shift = No estás en turno.
driver-start-shift = Empezar el turno
driver-end-shift-means =
    { $count ->
        [one] Te queda una parada sin terminar.
       *[other] Te quedan { $count } paradas sin terminar.
    } Si terminás el turno no te llegan ofertas y se deja de compartir tu posición.
driver-end-shift-yes = Terminar igual
driver-end-shift = Terminar el turno
driver-shift-started = Empezaste tu turno.
driver-shift-ended = Terminaste tu turno.
driver-stops = Paradas
driver-no-stops = No tenés paradas.
driver-no-address = Sin dirección
driver-off-shift-means = Hasta que empieces no te llegan ofertas ni se comparte tu posición.
driver-no-stops-wait = El teléfono vibra cuando llegue una.
driver-navigate = Navegar
driver-collect = Cobrá { $amount } en efectivo
driver-photo-taken = La foto que sacaste
driver-signature-clear = Borrar la firma
driver-stops-map = Mapa de mis paradas
driver-call = Llamar
driver-offer-left = Quedan { $seconds } s para aceptar
driver-accept = Aceptar
driver-start = Salgo en camino
driver-deliver = Entregado
driver-cannot = No puedo llevarlo
driver-reject = Rechazar
driver-failed = No se pudo entregar
driver-report-failure = Avisar que no se entregó
driver-what-happened = Qué pasó
driver-fail-nobody = No había nadie
driver-fail-address = La dirección está mal
driver-fail-refused = No lo quisieron recibir
driver-fail-payment = No pudieron pagar
driver-fail-damaged = Se dañó en el camino
driver-fail-other = Otro problema
driver-pin = PIN del cliente
driver-photo = Sacar la foto de la entrega
driver-signature = Firma
driver-signature-hint = Firma: dibujala con el dedo
driver-said-rejected = Lo rechazaste: vuelve a los pendientes.
driver-said-accepted = Es tuyo.
driver-said-started = Buen viaje.
driver-said-delivered = Entregado. ¡Gracias!
driver-said-noted = Quedó anotado.
driver-purpose = Las paradas de quien reparte.
driver-not-yours = { $number } ya no está entre tus paradas.
