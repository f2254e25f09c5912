# What the API refuses, mostly to programs. The Spanish of these goes over the wire, so programs may have seen it: change it with care.

## The request

refusal-not-json = Se esperaba `Content-Type: application/json`.
refusal-json = El cuerpo del pedido no es JSON válido.
refusal-json-at = El JSON no se puede leer (línea { $line }, columna { $column }).
refusal-json-cut = El JSON está cortado (línea { $line }, columna { $column }).
refusal-not-an-object = Se esperaba un objeto JSON.
refusal-not-websocket = Acá se habla WebSocket, versión 13.
refusal-no-upgrade = Esta conexión no puede pasar a WebSocket.
refusal-signature = Falta una firma válida o una clave `X-API-Key` válida.
refusal-key-scope = A esta clave le falta el alcance `{ $scope }`.
refusal-field = { $field }: { $wrong }
refusal-field-and-more = { $field }: { $wrong } (y { $more } más)

## Handing in an order, and calling it off

refusal-number-taken = Ya hay un ticket con ese número y otro contenido. Un pedido distinto necesita otro número.
refusal-no-ticket-number = No hay ningún ticket con ese número.
refusal-cancel = El pedido está { $state }: no se puede cancelar.
refusal-cancel-delivered = El pedido ya fue entregado: no se puede cancelar.
refusal-cancel-on-the-way = El pedido ya está en camino: no se puede cancelar.

## One field

error-cursor = no es un cursor de esta lista
error-number-range = tiene que ser un número entre { $from } y { $to }
error-key = debe tener de { $from } a { $to } caracteres visibles
error-key-characters = debe tener solo caracteres ASCII visibles
error-key-reused = esa clave ya se usó con otro pedido
error-text = se espera un texto
error-a-number = se espera un número
error-whole-number = se espera un número entero
error-line = se espera un objeto o un texto como «Yerba 1 kg x2»
error-too-many-lines = tiene { $count } renglones: hasta { $max }
error-at-most = van hasta { $max }
error-amount = importe fuera de rango
error-amount-large = es un importe demasiado grande
error-decimals = tiene más de dos decimales
error-moment = se esperaba una fecha y hora ISO 8601
error-day-or-moment = se espera un día (2026-11-21) o una fecha y hora ISO 8601
error-order-number = se espera un número de pedido de 1 a { $max } caracteres, sin / \ ? # % ni caracteres de control
error-position = la latitud va de -90 a 90 y la longitud de -180 a 180
error-id = tiene que ser un id
error-version = tiene que ser una versión, como `"3"`
error-assign-elsewhere = para asignar usá `/asignar` con `repartidor_id` o `auto`
error-driver-or-auto = falta este dato, o `auto: true`
error-driver-and-auto = no va junto con `repartidor_id`
error-data-url = se espera una imagen como `data:image/jpeg;base64,…`
error-image-large = la imagen supera los 2 MiB
error-image-cut = el base64 de la imagen no se puede leer
error-image-kind = se espera una imagen JPEG, PNG o WebP
error-image-broken = la imagen no se puede abrir: está cortada o dañada
error-image-points = la imagen tiene demasiados puntos: achicala
refusal-clock-ahead = La firma es correcta, pero el reloj de quien la hizo adelanta { $seconds } s. Hay que ponerlo en hora.
refusal-clock-behind = La firma es correcta, pero el reloj de quien la hizo atrasa { $seconds } s, o el mensaje es viejo. Hay que ponerlo en hora.
