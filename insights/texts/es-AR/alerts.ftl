# Alertas: qué se mira, a quién se le avisa y qué pasó.

alerts-title = Alertas
alerts-about = Se mira todo el tiempo. Cuando algo pasa su límite se avisa una vez, y otra cuando vuelve a estar bien.
alerts-kind-stock = Stock crítico
alerts-kind-deliveries = Entregas fallidas
alerts-kind-revenue = Ventas fuera de lo normal
alerts-kind-feed = Fuente atrasada
alerts-kind-requests = Consultas lentas
alerts-kind-disk = Disco
alerts-kind-memory = Memoria
alerts-limit-stock = Desde cuántos productos con stock crítico
alerts-limit-deliveries = Desde qué porcentaje de entregas fallidas
alerts-limit-revenue = Cuántas desviaciones puede alejarse de lo normal
alerts-limit-feed = Desde cuántos segundos de atraso
alerts-limit-requests = Desde cuántos milisegundos (p95)
alerts-limit-disk = Desde qué porcentaje de disco usado
alerts-limit-memory = Desde cuántos MiB de memoria
alerts-title-began = Alerta: { $kind }
alerts-title-over = Otra vez bien: { $kind }
alerts-title-test = Prueba: { $kind }
alerts-said-test = Esto es una prueba: no pasó nada.
alerts-said-stock = Productos con stock crítico: { $value } (límite: { $limit }). { $about }
alerts-said-deliveries = Falló el { $value } % de las entregas de las últimas { $hours } h (límite: { $limit } %).
alerts-said-revenue = Hoy se vendió { $value } hasta la última hora completa; en este día de la semana lo normal está entre { $low } y { $high }.
alerts-said-feed = La fuente { $about } está { $value } s atrasada (límite: { $limit } s).
alerts-said-requests = El 5 % de las consultas de los últimos { $minutes } min tardó { $value } ms o más (límite: { $limit } ms).
alerts-said-disk = El disco de los datos está usado al { $value } % (límite: { $limit } %).
alerts-said-memory = Insights usa { $value } MiB de memoria (límite: { $limit } MiB).
alerts-unit-products =
    { $count ->
        [one] { $value } producto
       *[other] { $value } productos
    }
alerts-unit-percent = { $value } %
alerts-unit-money = { $value }
alerts-unit-deviations =
    { $count ->
        [one] { $value } desviación
       *[other] { $value } desviaciones
    }
alerts-unit-seconds = { $value } s
alerts-unit-ms = { $value } ms
alerts-unit-mib = { $value } MiB
alerts-well = Bien
alerts-alarmed = En alerta
alerts-off = Apagada
alerts-unmeasured = Sin medir
alerts-since = desde { $at }
alerts-reading = Última medida
alerts-limit = Límite
alerts-told = Avisa a
alerts-nobody = nadie todavía
alerts-change = Cambiar
alerts-change-one = Cambiar la regla: { $kind }
alerts-try = Probar
alerts-try-one = Mandar una prueba de la regla: { $kind }
alerts-no-rules = No hay ninguna regla.
alerts-new = Otra regla
alerts-kind = Qué mirar
alerts-make = Agregar
alerts-made = Agregada. Elegí ahora su límite y a quién avisar.
alerts-choose-kind = Elegí qué mirar.
alerts-saved = Guardado.
alerts-removed = La regla se borró. Lo que avisó queda en la historia.
alerts-tested = La prueba sale enseguida.
alerts-past = Historia
alerts-none-past = Todavía no hubo ninguna alerta.
alerts-what = Qué
alerts-began = Empezó
alerts-ended = Terminó
alerts-goes-on = Sigue
alerts-ended-well = Bien otra vez
alerts-ended-off = Se apagó la regla
alerts-ended-removed = Se borró la regla
alerts-untold = Sin aviso: seguía el silencio de la anterior.
alerts-undelivered = Aviso sin entregar
alerts-enabled = Mirar
alerts-window = Cuánto mirar hacia atrás, en minutos
alerts-minimum = Mínimo
alerts-minimum-hint = Con menos entregas, consultas o días que estos no se dice nada.
alerts-quiet = Silencio, en minutos
alerts-quiet-hint = Después de un aviso, durante este tiempo no se avisa que empezó otra vez.
alerts-emails = Correos
alerts-emails-hint = Uno por línea.
alerts-webhook = Webhook
alerts-webhook-hint = Una dirección https de Internet. Cada pedido va firmado (webhook-id, webhook-timestamp, webhook-signature).
alerts-form = Qué se manda al webhook
alerts-form-own = Todo, en JSON
alerts-form-slack = Un texto, como lo toma Slack
alerts-language = Idioma de los avisos
alerts-remove-title = Borrar la regla
alerts-remove-about = Deja de mirarse. Lo que avisó queda en la historia.
alerts-remove = Borrar
refusal-no-alert-rule = No hay ninguna regla de alerta con ese número.
refusal-alert-rules-full = No caben más reglas de alerta: borrá alguna.
refusal-alert-nobody = Esta regla no avisa a nadie: agregale un correo o un webhook.
refusal-alerts-staff = Las alertas son para quienes administran y analizan.
error-alert-language = Tiene que ser es-AR o en.
error-alert-email = No es una dirección de correo: { $email }.
error-alert-emails = Pueden ser hasta { $most } direcciones.
error-alert-webhook = Tiene que ser una dirección https pública, sin puerto ni usuario.
