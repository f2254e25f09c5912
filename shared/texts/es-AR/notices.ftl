# Avisos: lo que se le dice a quien no está mirando, y cómo se piden.

notice-offer-title = Tenés un pedido para aceptar
notice-offer = Pedido { $number }. Aceptalo antes de las { $until }.
notice-offer-place = Pedido { $number }, en { $place }. Aceptalo antes de las { $until }.
notice-cancelled-title = Se canceló un pedido que tenías
notice-cancelled = Pedido { $number }. No hace falta llevarlo.
notice-cancelled-place = Pedido { $number }, en { $place }. No hace falta llevarlo.
notice-withdrawn-title = Un pedido ya no es tuyo
notice-withdrawn = Pedido { $number }. Ya no está entre tus paradas.
notice-withdrawn-place = Pedido { $number }, en { $place }. Ya no está entre tus paradas.
notice-restored-title = Un pedido vuelve a ser tuyo
notice-restored = Pedido { $number }. Está otra vez entre tus paradas.
notice-restored-place = Pedido { $number }, en { $place }. Está otra vez entre tus paradas.
notice-on-the-way-title = Tu pedido va en camino
notice-on-the-way = El pedido { $number } ya salió.
notice-delivered-title = Entregamos tu pedido
notice-delivered = El pedido { $number } fue entregado.
notice-mail-why = Te escribimos porque pediste avisos por correo. Para no recibirlos más: { $link }

refusal-notices-session = Tu sesión terminó: iniciá sesión de nuevo para recibir avisos.
refusal-no-notice = No hay ningún aviso con ese número.
refusal-notice-settled = El aviso no está entre los que no se pudieron mandar.
error-push-endpoint = tiene que ser una dirección https pública de un servicio de avisos
error-push-keys = no son las claves de una suscripción
refusal-no-mail = Esta tienda no manda correo.

js-notices-install = Para recibir avisos en este teléfono, agregá esta página a la pantalla de inicio y abrila desde ahí.
js-notices-blocked = Este navegador tiene bloqueados los avisos de esta página. Permitilos en su configuración y volvé a cargarla.
js-notices-off = ¿Querés que te avisemos en este dispositivo, aunque la página esté cerrada?
js-notices-on = Avisos activados
js-notices-start = Avisarme
js-notices-stop = Desactivar
js-notices-failed = No se pudo. Probá otra vez en un rato.

js-taken-cancelled = { $stop } ({ $number }) se canceló. No hace falta llevarlo.
js-taken-withdrawn = { $stop } ({ $number }) ya no es tuyo.

notices-here = Avisos en este dispositivo

notices-title = Avisos
notices-pending = Por mandar
notices-oldest = el más viejo espera hace { $minutes } min
notices-dead = No se pudieron mandar
notices-browsers = Navegadores que los piden
notices-by-state = Por estado
notices-all = Todos
notices-none = No hay avisos.
notices-what = Novedad
notices-state = Estado
notices-when = Cuándo
notices-tries = Intentos
notices-retry = Mandar otra vez
notices-more = Ver más
notices-retried = Se va a mandar enseguida.
notices-offered = Oferta a quien reparte
notices-on-the-way = En camino
notices-delivered = Entregado
notices-cancelled = Parada cancelada
notices-withdrawn = Parada retirada
notices-restored = Parada devuelta
notices-push = Navegador
notices-mail = Correo
notices-state-pending = Por mandar
notices-state-sent = Mandado
notices-state-dead = No se pudo
notices-state-lapsed = Ya no era novedad
notices-settings = Avisos
notices-settings-about = Te avisamos cuando tu pedido sale y cuando lo entregamos. Solo si lo pedís.
notices-here-script = Para recibir avisos en este dispositivo hace falta JavaScript.
notices-by-mail = Avisos por correo
notices-mail-on = Si no podemos avisarte en ningún dispositivo, te escribimos a { $email }.
notices-mail-off = Podemos escribirte a { $email } cuando no podamos avisarte en ningún dispositivo.
notices-mail-start = Recibir avisos por correo
notices-mail-stop = No recibir más avisos por correo
notices-mail-started = Listo: te vamos a escribir cuando no podamos avisarte de otra forma.
notices-mail-stopped = Listo: no te vamos a mandar más avisos por correo.
