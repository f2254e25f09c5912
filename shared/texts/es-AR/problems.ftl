# What a refusal says. The Spanish of these goes over the wire too, so programs may have seen it: change it with care.

## The kind of a problem, as a title

problem-malformed = No se pudo leer el pedido
problem-unauthenticated = Hay que iniciar sesión
problem-forbidden = Sin permiso
problem-not-found = No encontrado
problem-method = Método no permitido
problem-timed-out = El pedido no terminó de llegar
problem-conflict = Conflicto con el estado actual
problem-stale = Alguien lo cambió antes
problem-too-large = Demasiado grande
problem-media-type = Tipo de contenido no soportado
problem-invalid = Datos inválidos
problem-too-many = Demasiados pedidos
problem-unavailable = No disponible por ahora
problem-internal = Error interno

## This case, in a sentence

refusal-method = Esta dirección no acepta ese método.
refusal-too-many = Son demasiados intentos seguidos. Probá de nuevo en un rato.
refusal-unavailable = El servicio no puede atender ahora. Probá de nuevo en unos segundos.
refusal-internal = Algo falló de nuestro lado.
refusal-invalid = Hay datos inválidos.
refusal-fields = No se pudo: { $errors }.
refusal-no-page = No existe esa dirección.
refusal-nul = Un texto no puede tener el carácter nulo (U+0000).
refusal-too-large = El pedido supera el tamaño permitido.
refusal-cut = El pedido se cortó antes de terminar.
refusal-slow = El pedido tardó demasiado en llegar.
refusal-form = Se esperaba un formulario.
refusal-credentials = El correo o la contraseña no son correctos.
refusal-account-closed = La cuenta ya no está activa.
refusal-erase-open-orders = La cuenta no se puede borrar mientras tenga pedidos sin terminar: { $orders }. Esperá a que lleguen o cancelalos.
refusal-erase-last-admin = Es la única cuenta que administra la tienda: primero tiene que haber otra.
refusal-cross-site = El pedido viene de otro sitio.
refusal-email-taken = Ya hay una cuenta con ese correo.
refusal-changed = Esto cambió mientras lo mirabas. Fijate cómo está ahora y guardá de nuevo.

## What is wrong with one field, as it follows the field's name

error-missing = falta este dato
error-changed-now = cambió mientras tanto: ahora dice «{ $now }»; guardá de nuevo para dejar lo tuyo
error-changed-empty = cambió mientras tanto: ahora está vacío; guardá de nuevo para dejar lo tuyo
error-seen = tiene que decir, campo por campo, lo que se veía
error-unknown-field = no se conoce este dato
error-unknown-word = valor desconocido; los posibles son: { $known }
error-type = el dato no es del tipo esperado
error-invalid = el valor no es válido
error-number = tiene que ser un número
error-email = no es una dirección de correo
error-password = tiene que tener entre 8 y 128 caracteres
error-password-common = es de las primeras que prueba cualquiera: elegí otra
error-password-own = dice poco más que el correo de la cuenta: elegí otra
error-old-password = no es la contraseña actual
error-not-sure = marcá la casilla para confirmarlo
error-new-account = una cuenta nueva puede tener pedidos en curso por hasta { $most }
error-length = va de { $from } a { $to } caracteres
error-too-long = tiene más de { $max } caracteres
error-invisible = tiene caracteres que no se ven
error-phone = no es un número de teléfono
error-count = tiene que haber entre { $from } y { $to }
