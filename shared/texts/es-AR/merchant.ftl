# Packages: what orders itself for a business.

package-title = Paquetes
package-what = Lo que tu comercio pide siempre, pedido solo en cada fecha, a los precios de ese día.
package-new = Nuevo paquete
package-none = Todavía no hay ninguno.
package-none-means = Armá uno con lo que reponés cada semana y olvidate de pedirlo.
package-weekly = Cada semana
package-fortnightly = Cada dos semanas
package-monthly = Cada mes
package-next = Próximo pedido
package-next-on = Próximo pedido: { $day }
package-in-days =
    { $count ->
        [0] hoy
        [1] mañana
       *[other] en { $count } días
    }
package-paused = En pausa
package-paused-means = No se pide hasta que lo reanudes.
package-run = Pedir ahora
package-missed = No se pidió el { $day }:
package-missed-order = Ver qué hay y pedir…
package-run-means = Es un pedido aparte: la próxima fecha no se mueve.
package-pause = Poner en pausa
package-resume = Reanudar
package-name = Nombre del paquete
package-frequency = Cada cuánto
package-first = Primera fecha
package-first-hint = En blanco, la próxima posible.
package-first-kept = En blanco, sigue como está.
package-products = Productos
package-product-of = Producto { $number }
package-nothing-chosen = Ninguno
package-quantity-of = Cantidad del producto { $number }
package-lines-hint = Para sacar un producto, elegí «Ninguno». Al guardar aparecen más renglones.
package-add = Agregar un producto
package-add-hint = Escribí dos letras y elegí de la lista.
package-remove = Quitar
package-empty = Todavía no elegiste ninguno.
package-when = Cuándo
package-where = Adónde y cómo
package-where-hint = En blanco va a la dirección del comercio.
package-save = Guardar el paquete
package-made = El paquete está listo: se va a pedir solo.
package-saved = El paquete quedó guardado.
package-is-paused = El paquete está en pausa.
package-goes-on = El paquete sigue en su próxima fecha.
package-deleted = El paquete se borró. Sus pedidos quedan.
package-ordered = El paquete se pidió.
package-runs = Qué pasó en cada fecha
package-no-runs = Todavía no llegó ninguna fecha.
package-by-hand = A mano
package-run-ordered = Pedido
package-run-refused = No se pudo pedir
package-run-skipped = Salteado
package-delete = Borrar el paquete
package-delete-means = No se pide más. Los pedidos que ya hizo quedan.
package-delete-for-good = Borrar para siempre

## Ordering one at once

package-ask = ¿Pedir «{ $name }» ahora?
package-ask-yes = Pedir por { $total }
package-ask-no = Ahora no
package-ask-missing = Así no se puede pedir. Sacá del paquete lo que falta, o pedilo cuando vuelva a haber.
package-ask-where = Falta adónde va: ponele una dirección al paquete o a tu comercio.
package-ask-change = Cambiar el paquete
package-item-gone = { $name } · ya no se vende
package-gone = «{ $name }» ya no se vende. Hasta que lo saques o vuelva a venderse, este paquete no se pide.
refusal-total-changed = El precio cambió mientras lo mirabas: ahora son { $total }. Fijate y confirmá de nuevo.
error-no-longer-sold = «{ $name }» ya no se vende

## Comercios y sus planes, para administradores

nav-customers = Clientes
nav-merchants = Comercios
merchants-title = Comercios
merchants-search = Negocio, CUIT, nombre o correo
merchants-none = Todavía no se registró ningún comercio.
merchants-not-found = No hay un comercio así.
merchants-since = desde el { $day }
merchants-closed = Cuenta cerrada
plan = Plan
plan-none = Sin plan
plan-basic = Básico
plan-premium = Premium
plan-enterprise = Enterprise
plan-saved = { $name }: plan { $plan }.
plan-changed = El plan cambió mientras tanto: mirá cuál es ahora.
refusal-no-merchant = No existe ese comercio.

## Clientes elegidos en insights, para administradores

customers-title = Clientes
customers-choose = Elegí clientes en insights: desde ahí se llega acá con ellos.
customers-gone = Ninguna de esas cuentas existe.
customers-insights = Ir a insights
customers-chosen = { $count ->
    [one] Un cliente.
   *[other] { $count } clientes.
  }
customers-addresses = Correos de todos
customers-addresses-hint = Para pegar en copia oculta. Las cuentas cerradas no están.
customers-since = Desde el { $day }
customers-orders = { $count ->
    [one] un pedido, el { $day }
   *[other] { $count } pedidos, el último el { $day }
  }
customers-no-orders = todavía sin pedidos
customers-write = Escribirle
customers-data = Sus datos
customers-find = Correo de un cliente
customers-find-hint = Para quien llama y pide sus datos, o que se borren.
customer-who-asks = Antes de seguir, asegurate de que quien pide es esta persona. Queda anotado quién descargó o borró, y de quién.
customer-download = Descargar sus datos
customer-download-what = Todo lo que la tienda sabe de esta persona, en un archivo, para dárselo.
customer-erase = Borrar la cuenta
customer-erase-what = La cuenta y sus pedidos quedan sin nadie, para siempre. En el paso que sigue se ve qué se borra y qué queda.
customer-erase-not-yet = Todavía no se puede borrar: tiene pedidos sin terminar. Esperá a que lleguen o cancelalos.
customer-goes-account = Nombre, correo, teléfono, direcciones y año de nacimiento.
customer-goes-orders = Quién es en sus pedidos y en su reparto: nombre, dirección, teléfono, indicaciones, ubicación, fotos y firmas.
customer-goes-words = Lo que escribió en sus reseñas, su carrito, sus avisos y sus paquetes automáticos.
customer-stays = Queda, sin la persona
customer-stays-stars = Las estrellas de sus reseñas.
customer-erase-means = Todas sus sesiones terminan enseguida y el correo queda libre. No se puede deshacer: antes, descargá sus datos si los quiere.
customer-erase-email = Correo de la cuenta
customer-erase-email-hint = Escribilo para confirmar que es esta.
customer-erase-yes = Borrarla para siempre
customer-erased = La cuenta se borró.
error-erase-other-email = No es el correo de esta cuenta.
refusal-no-customer = No existe ese cliente.
