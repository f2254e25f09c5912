# What modules say. Each key begins with js-, and no text here chooses between forms: modules only fill variables in.

js-live-connecting = Conectando…
js-live-live = En vivo
js-live-waiting = Sin conexión; se reintenta sola
js-live-polling = Sin conexión en vivo; se actualiza cada tanto

## The driver's page

js-did-accept = Aceptado
js-did-start = En camino
js-did-deliver = Entregado
js-did-fail = No entregado
js-did-reject = Rechazado
js-step-waiting = { $state } a las { $time }. Se envía cuando haya señal.
js-steps-waiting = Sin enviar: { $count }
js-step-refused = { $number }: «{ $state }» de las { $time } no se pudo registrar: { $reason }
js-understood = Entendido
js-kept-since = Sin señal. Esto es de las { $time }; lo que toques se guarda y se envía cuando vuelva.
js-stop-over = { $state }. Ya no está entre tus paradas.
js-offer-left = Quedan { $seconds } s para aceptar
js-offer-left-minutes = Quedan { $minutes } min para aceptar
js-offer-over = Se venció el tiempo para aceptar
js-position-shared = Compartiendo tu posición
js-position-refused = Sin permiso para compartir tu posición
js-close = Cerrar
js-offered = Te ofrecen una parada
js-offer-see = Verla
js-pin-missing = Escribí las cuatro cifras del PIN: las tiene el cliente en su pedido.
js-photo-missing = Falta la foto de la entrega.
js-signature-missing = Falta la firma de quien recibe.
js-reason-missing = Elegí qué pasó.
js-photo-working = Esperá a que la foto esté lista.
js-photo-unreadable = Esa foto no se puede leer. Sacá otra.

## Maps

js-map-without = Acá no se puede mostrar el mapa. Todo lo que muestra está en la lista.
js-map-open = Abrir
js-map-keys = Flechas para moverlo, + y − para acercar o alejar, N y P para la marca siguiente o la anterior.
js-map-in = Acercar
js-map-out = Alejar
js-map-credit = De dónde son los datos
js-map-fingers = Movelo con dos dedos
js-map-ctrl = Acercalo con Ctrl y la rueda
js-map-command = Acercalo con ⌘ y la rueda

## The shop

js-found = Resultados: { $count }
js-found-none = Sin resultados
js-see-cart = Ver el carrito
js-not-added = No se pudo agregar. Probá de nuevo.
js-removed = Quitaste { $name }
js-undo = Deshacer
js-copied = Copiado
js-copy-failed = No se pudo copiar
js-fix-now = Posición de recién
js-fix-minutes = Posición de hace { $minutes } min
js-picked = Agregaste { $name }
js-pin-set = La puerta está marcada.
js-pin-moved = Cambiaste la dirección: sacamos la marca. Marcá la puerta de nuevo si querés.
js-pin-barrio = El barrio es { $barrio }.
js-pin-elsewhere = La marca está en { $barrio }.
js-pin-change = Cambiar el barrio a { $barrio }
js-here-looking = Buscando dónde estás…
js-here-found = Marcamos dónde estás. Si la puerta es otra, mové la marca.
js-here-refused = El navegador no nos deja ver dónde estás. Tocá el mapa donde está la puerta.
js-here-unknown = No pudimos saber dónde estás. Tocá el mapa donde está la puerta.
