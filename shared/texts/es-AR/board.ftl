# The board: tickets, fleet, users and reports.

nav-board = Tablero
nav-fleet = Flota
nav-reports = Reportes
nav-users = Usuarios
nav-settings = Ajustes

## The board

board-by-driver = Por repartidor
board-by-state = Por estado
board-map = Mapa
board-timeline = Línea de tiempo
board-timeline-now = Ahora
board-timeline-none = No hay nada abierto con estos filtros.
board-sound = Sonido
board-keys = Teclado
board-search = Buscar en el tablero
board-search-hint = Cliente, calle, barrio, teléfono…
board-filters = Filtros
board-filter = Filtrar
board-clear = Limpiar
board-state = Estado
board-priority = Prioridad
board-barrio = Barrio
board-carrier = Quién lo lleva
board-only-late = Solo demorados
board-any = Todos
board-views = Vistas guardadas
board-save-view = Guardar esta vista
board-view-name = Nombre de la vista
board-all-tickets = Todos los tickets
board-none-left = Ningún ticket abierto coincide con los filtros.
board-more = Hay más tickets abiertos de los que entran en el tablero.
board-pool = Sin asignar
board-failed = Para resolver
board-elsewhere = Con quien ya no está
board-nothing = Nada por acá
board-pick = Elegir
board-move = Mover
board-move-to = Mover a…
board-auto = Automático
board-driver-choice = { $name } ({ $load }/{ $capacity })
board-driver-choice-off = { $name } ({ $load }/{ $capacity }), sin turno
board-assign = Asignar
board-unassign = Desasignar
board-prioritise = Cambiar la prioridad
board-cancel = Cancelar…
board-cancel-them = Cancelar los pedidos
board-reason = Motivo
board-bulk = Con los tickets elegidos
board-unpick = Soltar
board-bulk-done = Hecho en { $count } de { $all }.
board-choose-tickets = elegí al menos un ticket
board-choose-driver = Elegí quién lo lleva.
board-conflict = { $actor } lo cambió antes: { $state }, { $driver }.
board-nobody = sin repartidor
board-find-driver = Buscar a quién
board-open-ticket = Ver el ticket
board-own-page = En su página
board-ticket = Ticket
board-keys-intro = Con una tarjeta enfocada (llegás con Tab):
board-key-arrows = ir de una tarjeta a otra
board-key-enter-name = Enter
board-key-enter = ver el ticket
board-key-move = mover a… (o el botón de los tres puntos)
board-key-pick = elegirla, para hacer algo con varias a la vez
board-key-search = buscar
board-key-escape = soltar lo elegido, o cancelar lo que se arrastra
board-key-drag = También podés arrastrar una tarjeta con el mouse hasta una columna, y elegir una tanda con Mayús y un clic.

## What the board's module says

board-js-age-now = recién
board-js-age-minutes = { $n } min
board-js-age-hours = { $h } h { $m }
board-js-age-days = { $n } d
board-js-load = { $load } de { $capacity }
board-js-fix = posición: { $age }
board-js-no-fix = sin posición
board-js-late = Demorado
board-js-late-count = { $n } con demora
board-js-now-late = { $number } está con demora.
board-js-title-late = ({ $n }) { $title }
board-js-picked = Elegidos: { $n }
board-js-move-one = { $number }: mover a…
board-js-move-many = Mover { $n } tickets a…
board-js-move-auto = Automático: al que mejor le queda
board-js-move-pool = Sin asignar
board-js-off-shift = sin turno
board-js-here = lo tiene ahora
board-js-moved = { $number } → { $driver }
board-js-moved-why = { $number } → { $driver }: { $why }
board-js-released = { $number } volvió a los pendientes
board-js-prioritised = { $number }: prioridad { $priority }
board-js-cancelled = { $number } quedó cancelado
board-js-undo = Deshacer
board-js-undone = Deshecho: { $number }
board-js-not-given = { $number } queda donde está: { $why }
board-js-not-given-many = Los { $n } quedan donde están: { $why }
board-js-is-off-shift = { $driver } no está en turno.
board-js-full = { $driver } ya lleva { $load } de { $capacity }.
board-js-few-places = { $driver } tiene lugar para { $room }, y son { $n }.
board-js-give-anyway = Asignar igual
board-js-no-room = sin lugar
board-js-busy = Quedaron sin tocar { $n }: todavía se están cambiando.
board-js-bulk-done = Hecho en { $count } de { $all }
board-js-bulk-undone = Deshecho en { $count } de { $all }
board-js-bulk-row-done = Hecho
board-js-not-movable = { $number } está { $state }: se resuelve desde el ticket.
board-js-network = No hubo respuesta del tablero. Cuando vuelva la conexión, acá se ve si quedó hecho.
board-with-goods = También lo que va en camino: la mercadería la tiene quien salió
board-worries = Reparto que pide atención
board-move-anyway = Mover igual
board-move-rest = Sólo los demás
board-js-goods = { $n ->
        [one] Un ticket va en camino
       *[other] { $n } tickets van en camino
    }: la mercadería la tiene { $driver }. Si lo movés, arreglá con esa persona cómo llega a quien lo lleva ahora.
board-js-worries-count = Reparto por atender: { $n }
board-js-silent = { $driver }: sin noticias hace { $age }, con { $n } en camino.
board-js-shift-over = { $driver } terminó el turno y le { $n ->
        [one] queda una parada
       *[other] quedan { $n } paradas
    }.
board-js-move-stops = Mover sus paradas
board-js-refused = { $number }: { $why }
board-js-dragging = Arrastrando { $n }
board-js-delete-view = Borrar la vista { $name }
board-js-view-late = Demorados
board-js-view-urgent = Urgentes
board-js-view-saved = Vista guardada: { $name }
board-js-loading = Cargando…
board-js-timeline-due = quedan { $n } min
board-js-timeline-late = demorado hace { $n } min
board-js-timeline-more = y { $n } más
board-js-timeline-before = ‹ { $n }

## A ticket

ticket-title = Ticket { $number }
ticket-promised = prometido para el { $at }
ticket-ordered = Pedido el { $at }
ticket-carries = Lo lleva { $driver }.
ticket-carried-by = Lo llevó { $driver }.
ticket-offer-until = Tiene hasta las { $time } para aceptar.
ticket-why-driver = Por qué: { $reason }
ticket-reason = Motivo: { $reason }
ticket-undo = Deshacer el último cambio
ticket-reassign = Reasignar
ticket-by-hand = Cambiar el estado a mano
ticket-new-state = Estado nuevo
ticket-change = Cambiar
ticket-product = Producto
ticket-quantity = Cantidad
ticket-subtotal = Subtotal
ticket-total = Total
ticket-proofs = Prueba de entrega
ticket-edit = Prioridad e indicaciones
ticket-instructions = Indicaciones
ticket-history = Historia
ticket-recorded = Se registró el { $at }
ticket-erased = Cuenta borrada
ticket-clock-said = Hora corregida: el reloj del teléfono decía { $at }.
ticket-clock-unreadable = Hora corregida: el reloj del teléfono no decía una hora posible.
actor-shop = la tienda
actor-system = el tablero
did-received = Recibido
did-taken-over = Tomado del sistema anterior
did-assigned = Asignado a { $driver }
did-assigned-auto = Asignado automáticamente a { $driver }
did-reassigned = De { $from } a { $driver }
did-reassigned-auto = De { $from } a { $driver }, automáticamente
did-unassigned = Desasignado de { $driver }
did-accepted = Aceptado
did-rejected = Rechazado
did-expired = Oferta vencida: { $driver } no respondió
did-pending = Vuelto a pendiente
did-started = En camino
did-delivered = Entregado
did-failed = No entregado
did-returned = Devuelto
did-cancelled = Cancelado
did-cancelled-by-shop = Cancelado por la tienda
did-edited = Editado
did-prioritised = Prioridad: de { $from } a { $to }
did-instructed = Indicaciones: «{ $text }»
did-instructed-no-more = Sin indicaciones
did-undone = Deshecho
did-undone-driver = Deshecho: vuelve a { $driver }
did-undone-pool = Deshecho: vuelve a los pendientes
did-undone-edit = Deshecho · { $edit }
did-forgotten = Datos del cliente borrados
history-somebody = alguien
said-offered = { $number } se ofreció a { $driver }.
said-released = { $number } volvió a los pendientes.
said-edited = { $number } quedó cambiado.
said-step = { $number }: { $state }.
said-undone = Se deshizo el último cambio de { $number }.

## Every ticket

search-text = Número, cliente, dirección o teléfono
search-from = Desde
search-until = Hasta
search-nothing = Ningún ticket coincide.
csv-number = Número
csv-state = Estado
csv-priority = Prioridad
csv-customer = Cliente
csv-address = Dirección
csv-barrio = Barrio
csv-phone = Teléfono
csv-total = Total
csv-payment = Pago
csv-products = Productos
csv-driver = Repartidor
csv-ordered = Pedido
csv-assigned = Asignado
csv-delivered = Entregado
csv-reason = Motivo
csv-late = Demorado

## Fleet

fleet-on-shift = En turno
fleet-off-shift = Sin turno
fleet-no-access = Sin acceso
fleet-nobody = Todavía no hay nadie que reparta.
fleet-position = Posición de { $age }
fleet-no-position = Todavía no compartió su posición
fleet-capacity = Capacidad
fleet-capacity-long = Cuántos tickets lleva a la vez
fleet-less = Uno menos
fleet-more = Uno más
fleet-phone = Teléfono
fleet-add = Sumar a alguien
fleet-add-button = Sumar
fleet-said-added = { $name } ya puede ingresar.
fleet-said-saved = { $name } quedó guardado.
fleet-said-capacity = { $name } lleva hasta { $capacity } a la vez.
refusal-no-driver = No existe esa cuenta de reparto.

## Users

role-administration = Administración
role-driver = Reparto
user-role = Rol
user-entry = Acceso
user-may-not-enter = No puede ingresar
user-phone-hint = De quien reparte.
user-may-enter = Puede ingresar
user-since = Desde
user-new = Nueva cuenta
user-create = Crear la cuenta
user-new-password = Contraseña nueva
user-password-stays = En blanco queda la que tiene.
user-leaves = Sin acceso, sus sesiones terminan en el acto.
user-said-made = La cuenta está lista.
user-said-saved = La cuenta de { $name } quedó guardada.
refusal-no-account = No existe esa cuenta.
yes = Sí
no = No

## Reports

reports-today = Entregados hoy
reports-late-now = Con demora ahora
reports-punctual = A tiempo (2 semanas)
reports-kept = Promesas cumplidas
reports-p50 = La mitad llega antes de
reports-p90 = 9 de 10 llegan antes de
reports-late-after = Un ticket está demorado cuando pasa la hora prometida; si no se prometió nada, cuando pasan más de { $span } desde el pedido.
reports-limit = demorado
reports-by-day = Pedidos por día
reports-by-hour = Entregas por hora del día, últimas dos semanas
reports-by-state = Todos los tickets, por estado
reports-by-driver = Por repartidor
reports-times = Del pedido a la entrega
reports-reasons = Por qué no se entregó
reports-no-reasons = Ninguna entrega falló en dos semanas.
reports-reason-erased = Motivo borrado con la cuenta
reports-numbers = Ver los números
reports-nothing = Nada todavía.
reports-share = Proporción
reports-day = Día
reports-hour = Hora
reports-received = Recibidos
reports-delivered = Entregados
reports-cancelled = Cancelados
reports-failed = Fallidos
reports-driver = Nombre
reports-open = Abiertos
reports-csv-p50 = Mediana (min)
reports-csv-p90 = Percentil 90 (min)
reports-bar-received = { $day }: { $n } recibidos
reports-bar-delivered = { $day }: { $n } entregados
reports-bar-cancelled = { $day }: { $n } cancelados
reports-bar-hour = A las { $hour }: { $n }
reports-bar-p50 = { $day }: la mitad antes de { $span }
reports-bar-p90 = { $day }: 9 de 10 antes de { $span }

## Settings

settings-intro = Las reglas con las que trabaja el tablero. Se cambian donde se inicia el programa, con estas variables.
settings-offer = Tiempo para aceptar
settings-offer-about = Después de esto, una oferta que nadie aceptó vuelve a los pendientes.
settings-late = Demorado después de
settings-late-about = Contado desde el pedido, cuando no se le prometió una hora al cliente.
settings-silent = Sin noticias después de
settings-silent-about = Sin posición de alguien con paradas en camino.
ticket-goods-with = La mercadería la tiene { $driver }: moverlo igual.
settings-auto = Asignación automática
settings-auto-about = Ofrece los pendientes sin que nadie lo pida: al más cercano, al del barrio o al menos cargado.
settings-proof = Prueba de entrega
settings-proof-about = Lo que hace falta para dar un pedido por entregado.
settings-no-proof = Ninguna
settings-kept = Historia guardada
settings-kept-about = Cuánto atrás llega la historia de cada ticket.
settings-intake = Recibe pedidos de cualquiera
settings-intake-about = Solo para programas viejos que no firman lo que mandan.
span-seconds =
    { $count ->
        [one] { $count } segundo
       *[other] { $count } segundos
    }
span-no-minute = menos de 1 min
span-minutes =
    { $count ->
        [one] { $count } minuto
       *[other] { $count } minutos
    }
span-hours =
    { $count ->
        [one] { $count } hora
       *[other] { $count } horas
    }
span-days =
    { $count ->
        [one] { $count } día
       *[other] { $count } días
    }

## Refusals of the board

refusal-last-admin = Es la última cuenta de administración activa: tiene que quedar una.
refusal-other-person = En este navegador inició sesión otra persona.
refusal-administration-only = Esto lo puede hacer solo la administración.
refusal-drivers-only = Esto es para quienes reparten.
refusal-no-proof = Este ticket no tiene esa prueba de entrega.
refusal-no-ticket = No hay ningún ticket { $number }.
refusal-no-such-driver = No existe ese repartidor.
refusal-position-old = Ya hay una posición más nueva.
refusal-position-far = Nadie llega tan rápido hasta ahí: parece un error del GPS.
refusal-stale = El ticket ya va por la versión { $version }.
refusal-nobody-free = No hay ningún repartidor en turno con lugar para este ticket.
refusal-closed = El ticket está { $state }: ya no se puede cambiar.
refusal-step = Un ticket { $from } no puede pasar a { $to }; los pasos posibles son: { $legal }.
refusal-step-last = Un ticket { $from } no puede pasar a { $to }; no queda ningún paso.
refusal-undo-stock = El pedido fue cancelado o devuelto y la tienda ya repuso el stock: no se puede deshacer.
refusal-undo-driver = Quien lo repartía ya no está activo: no se puede deshacer; asignalo a otra persona.
refusal-undo-nothing = El ticket no tiene ningún cambio que deshacer.
refusal-undo-done = El último cambio ya fue deshecho.
refusal-undo-forgotten = El cambio anterior ya no se conserva: no se puede deshacer.
refusal-undo-late = Pasaron más de diez minutos desde el último cambio.
error-reason = contá por qué
error-ticket-number = no es un número de ticket
error-pin = no es el PIN de este pedido
error-pin-tries = demasiados intentos; se puede volver a probar en { $minutes } min
error-no-driver = no hay ningún repartidor activo con id { $id }
error-needs-pin = hace falta el PIN que tiene el cliente
error-needs-photo = hace falta una foto de la entrega
error-needs-signature = hace falta la firma del cliente

## Why a driver was chosen, and reasons the program gives

why-nearest =
    el más cercano, a { $distance }, con { $load } de { $capacity ->
        [one] { $capacity } ticket
       *[other] { $capacity } tickets
    }
why-neighbourhood =
    del mismo barrio ({ $barrio }), con { $load } de { $capacity ->
        [one] { $capacity } ticket
       *[other] { $capacity } tickets
    }
why-least-loaded =
    el menos cargado, con { $load } de { $capacity ->
        [one] { $capacity } ticket
       *[other] { $capacity } tickets
    }
why-insisted = { $why }; ya lo había dejado, pero no hay nadie más
