# What every page of both services has. A key says where a text is, not what it says.

skip-to-content = Saltar al contenido
nav-main = Principal
nav-home = Inicio
language = Idioma
nav-account = Mi cuenta
nav-more = Más
log-out = Salir
back-home = Volver al inicio
optional = (opcional)
save = Guardar
more = Ver más
total-amount = Total: { $amount }
count-products =
    { $count ->
        [one] { $count } producto
       *[other] { $count } productos
    }

## Logging in

log-in = Ingresar
account-name = Nombre
account-email = Correo
account-password = Contraseña
account-password-hint = Al menos 8 caracteres.
account-change-password = Cambiar la contraseña
password-old = Contraseña actual
password-new = Contraseña nueva
password-change = Cambiar
password-changed = La contraseña quedó cambiada; las otras sesiones terminaron.
password-least = Al menos { $from } caracteres.
password-ends-others = Al cambiarla terminan las otras sesiones de tu cuenta; esta sigue.
sessions-open = Sesiones abiertas
sessions-count =
    { $count ->
        [0] Tu cuenta no tiene otra sesión abierta.
        [one] Tu cuenta tiene otra sesión abierta.
       *[other] Tu cuenta tiene otras { $count } sesiones abiertas.
    }
sessions-device = Dispositivo
sessions-no-device = No se sabe cuál
sessions-this = Esta
sessions-since = Desde
sessions-used = Último uso
sessions-expires = Vence
sessions-end-one = Terminarla
sessions-one-ended = Esa sesión terminó.
sessions-end = Terminar las otras
sessions-ended = Las otras sesiones terminaron.
refusal-no-session = No tenés una sesión así: puede haber terminado ya.

## States and priorities

state-pending = Pendiente
state-assigned = Asignado
state-accepted = Aceptado
state-on-the-way = En camino
state-delivered = Entregado
state-failed = Fallido
state-returned = Devuelto
state-cancelled = Cancelado
priority-low = Baja
priority-normal = Normal
priority-high = Alta
priority-urgent = Urgente
payment-cash = Efectivo al recibir
payment-card = Tarjeta
payment-transfer = Transferencia

## How long ago

age-now = recién
age-minutes = hace { $count } min
age-hours = hace { $count } h
age-days =
    { $count ->
        [one] hace { $count } día
       *[other] hace { $count } días
    }

nav-style = Estilo
foot-claim = Belgrano: el barrio, a mejor precio.
close = Cerrar
offline-title = Sin conexión
offline-text = No llegamos a la red. Lo que ya estaba hecho, quedó hecho.
offline-left = Saliste en este dispositivo. Tu sesión se cierra del todo apenas haya señal.
offline-again = Probar de nuevo
search-no-words = Para buscar hace falta al menos una letra o un número.
list-or = { $others } o { $last }
list-or-before-o = { $others } u { $last }
nav-insights = Insights
refusal-insights-away = Insights no está: no hay adónde ir.
