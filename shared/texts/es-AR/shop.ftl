# The shop.

nav-products = Productos
nav-cart = Carrito
nav-log-in = Ingresar
nav-register = Crear cuenta
nav-orders = Mis pedidos
nav-details = Mis datos
nav-offers = Ofertas
nav-packages = Paquetes
nav-business = Mi comercio
nav-outbox = Envíos
role-customer = Cliente
role-merchant = Comercio
role-admin = Administración

log-in-forgot = Olvidé mi contraseña
log-in-no-account = ¿Todavía no tenés cuenta?
log-in-register = Crear una cuenta

orders-title = Mis pedidos
orders-empty = Todavía no hiciste ningún pedido.
orders-browse = Ver productos
orders-repeat = Repetir
orders-repeat-which = el pedido { $number }
orders-cancel-requested = cancelación pedida

order-received = Recibido

cart-not-a-number = La cantidad tiene que ser un número.
cart-added = Está en el carrito.
cart-changed = El carrito quedó actualizado.
cart-put-what-is-left = { $stock ->
    [one] Queda 1
   *[other] Quedan { $stock }
}: { $put ->
    [one] pusimos 1
   *[other] pusimos { $put }
} en el carrito.
cart-set-to-what-is-left = { $stock ->
    [one] Queda 1: es lo que hay en tu carrito.
   *[other] Quedan { $stock }: son las que hay en tu carrito.
}
cart-emptied = El carrito quedó vacío.
cart-fewer = { $name }: { $put } de { $asked }
cart-fewer-than-both = Juntamos este carrito con el que ya tenías, y no alcanza para todo. Pusimos lo que hay: { $products }.

shop-purpose = El mercado del barrio: precios de cerca, pedidos que llegan.

## Looking around

home-title = El barrio, a mejor precio
home-lead = Los negocios de siempre, en tu puerta. Pedí ahora y seguí el envío en vivo.
home-categories = Categorías
home-featured = Destacados
home-businesses = Los negocios
search = Buscar
search-products = Buscar productos
search-placeholder = Yerba, queso, lavandina…
offer-until = hasta el { $day }
products-title = Productos
products-all = Ver todos los productos
products-none = No encontramos nada con esa búsqueda.
products-close = Nada se llama «{ $query }». Esto es lo más parecido.
products-found = Resultados
products-filter = Filtrar
products-every-category = Todas
products-every-business = Todos
product-category = Categoría
product-business = Negocio
product-before = Antes:
product-percent = { $percent } % menos
product-add = Agregar
product-add-to-cart = Agregar al carrito
product-sold-out = Sin stock por ahora
product-sold-by = Lo vende
product-trail = Dónde estás
product-others = Más de { $category }
quantity = Cantidad
quantity-less = Uno menos
quantity-more = Uno más
total = Total

## The cart

cart-nothing = Todavía no hay nada en tu carrito.
cart-one-less = Uno menos de { $name }
cart-one-more = Uno más de { $name }
cart-quantity-of = Cantidad de { $name }
cart-remove = Quitar { $name }
cart-summary = Resumen
cart-check-out = Finalizar la compra
cart-not-ready = Hay productos que no se pueden comprar así. Cambialos o quitalos para seguir.
cart-go-on = Seguir comprando
cart-empty-it = Vaciar el carrito

## Checking out

checkout-title = Finalizar la compra
checkout-back = Volver al carrito
checkout-where = Adónde va
checkout-barrio = Barrio
checkout-pin = Marcar la puerta en el mapa
checkout-pin-hint = Tocá el mapa donde está la puerta: ayuda a encontrarte, nada más.
checkout-pin-clear = Quitar la marca
checkout-pin-to-address = A la dirección escrita, sin marca
checkout-pin-to-mark = A la marca del mapa
checkout-here = Usar mi ubicación
checkout-phone-hint = Para que quien reparte pueda llamarte si no te encuentra.
checkout-notes = Indicaciones para quien reparte
checkout-notes-hint = Timbre, piso, horario.
checkout-payment = Cómo pagás
checkout-summary = Tu pedido
checkout-confirm = Confirmar el pedido
checkout-promise = Se confirma una sola vez, aunque toques dos veces.
checkout-placed = Recibimos tu pedido.
checkout-twice = Ese pedido ya estaba hecho. Está en esta lista.
account-address = Dirección de entrega

## Refusals; their Spanish goes over the wire too

refusal-cart-gone = Ya no está a la venta o se agotó.
refusal-cart-left = Quedan { $stock }.
refusal-cart-sold-out = Se agotó: no lo pusimos en el carrito.
refusal-cart-all-there-is = { $stock ->
    [one] Queda 1 y ya está en tu carrito.
   *[other] Quedan { $stock } y ya están en tu carrito.
}
refusal-not-for-sale = Ese producto no está a la venta.
refusal-no-product = No existe ese producto.
refusal-no-photo = No existe esa foto.
refusal-not-your-order = No tenés un pedido con ese número.
refusal-no-such-order = No hay un pedido con ese número.
refusal-order-over = El pedido ya está { $state } y no se puede cancelar.
refusal-order-on-the-way = El pedido ya está en camino y no se puede cancelar. Si no lo querés, decíselo a quien te lo lleva.
refusal-api-key = Falta la cabecera X-API-Key, o no es la correcta.
refusal-log-in = Iniciá sesión para seguir.
refusal-admins-only = Esto es para administradores.
refusal-merchants-only = Esto es para comerciantes.
refusal-cuit-taken = Ya hay una cuenta con ese CUIT.
refusal-no-business = La cuenta no tiene un comercio.
refusal-no-package = No tenés un paquete con ese número.
refusal-too-many-packages = Se pueden tener hasta { $max } paquetes.
refusal-no-message = No hay ningún mensaje con ese número.
refusal-message-under-way = El mensaje se está entregando en este momento. Mirá en unos segundos cómo le fue.
refusal-message-settled-retry = El mensaje está { $state }: ya no se puede reintentar.
refusal-message-settled-discard = El mensaje está { $state }: ya no se puede descartar.
error-negative = no puede ser negativo
error-range = va de { $from } a { $to }
error-words = van hasta { $max } palabras
error-sum = suman más de { $max }
error-lines = van hasta { $max } productos distintos
error-cart-empty = el carrito está vacío
error-no-address = falta la dirección de entrega
error-no-door = falta la altura: el número de la puerta, una esquina, «s/n», o la marca en el mapa
error-no-door-package = falta la altura: el número de la puerta, una esquina o «s/n»
error-pin-elsewhere = La marca del mapa está en { $there } y escribiste { $named }. ¿Adónde lo llevamos?
error-pin-outside = La marca del mapa no está en { $named }, como escribiste. ¿Adónde lo llevamos?
error-total = el total es demasiado grande
error-not-for-sale = el producto { $id } no está a la venta
error-short-stock = de «{ $name }» quedan { $stock } y pedís { $wanted }
error-pin-range = la posición está fuera de rango
error-pin-lng = falta la longitud
error-pin-lat = falta la latitud
error-basket = no se entiende el carrito
error-code = no sirve: está mal, ya se usó o venció; podés pedir otro
error-cuit = no es un CUIT válido: son once dígitos y el último verifica a los demás
error-date = se espera una fecha: AAAA-MM-DD
error-payment-method = se espera un medio de pago de 1 a { $max } caracteres, sin caracteres de control
error-first-past = el primer pedido tiene que ser en el futuro
error-first-far = el primer pedido puede ser hasta dentro de un año
product-last =
    { $count ->
        [one] Queda { $count }
       *[other] Quedan { $count }
    }

## Following an order

order-title = Pedido { $number }
order-placed = Hecho el { $at }
order-following = Seguimiento
order-cancel-waiting = Pediste cancelarlo; falta que lo confirmen.
order-reason = Motivo: { $reason }
order-pin = Código de entrega
order-pin-hint = Decíselo a quien reparte si te lo pide, y a nadie más.
order-driver = Lo lleva { $name }.
order-map = Mapa: por dónde viene tu pedido
order-door = Tu puerta
order-fix = Posición de { $age }
order-no-fix = Todavía no sabemos por dónde viene.
order-cancel = Cancelar el pedido
order-cancel-why = Motivo
order-cancel-asked = Pedimos que lo cancelen. Acá vas a ver si se llegó a tiempo.
order-cancel-ask = ¿Cancelar el pedido?
order-cancel-means = Se puede hasta que salga el reparto. Si lo cancelás no te lo llevamos.
order-cancel-yes = Sí, cancelarlo
order-cancel-no = No, lo quiero
order-cancel-too-late = Pediste cancelarlo, pero quien te lo lleva ya había salido: el pedido sigue en camino.
order-what = Qué pediste
order-where = Entrega
order-payment = Pago
order-notes = Indicaciones
order-repeat = Repetir este pedido
order-repeated = Recibimos tu pedido otra vez.
order-again-ask = ¿Repetir el pedido del { $day }?
order-again-means = Es un pedido nuevo, a los precios de hoy y a la misma dirección.
order-again-without = Lo que falta no se pide ni se cobra.
order-again-fewer = Habías pedido { $asked }; quedan { $left }.
order-again-price = Cada uno: antes { $before }, ahora { $now }.
order-again-nothing = De este pedido hoy no queda nada a la venta.
order-again-back = Volver al pedido
orders-and-more = y { $count } más
way-pending = Recibimos tu pedido
way-assigned = Esperamos que lo acepten
way-accepted = Lo están preparando para salir
way-on-the-way = Tu pedido está en camino
way-delivered = Entregado. ¡Que lo disfrutes!
way-failed = No pudimos entregarlo; lo vamos a intentar de nuevo
way-returned = El pedido volvió al negocio
way-cancelled = El pedido se canceló
way-arrives = Llega aprox. entre las { $from } y las { $to }
way-delayed = Hay muchos pedidos antes que el tuyo: va con demora y todavía no podemos prometer una hora.
way-late-of = Está tardando más de lo habitual: habíamos dicho entre las { $from } y las { $to }
way-before = Antes habíamos dicho entre las { $from } y las { $to }: cambió.
way-late = Está tardando más de lo habitual
share-title = Compartir el seguimiento
share-why = Un enlace para quien va a recibirlo: muestra por dónde va, sin tu dirección ni tus datos.
share-make = Crear un enlace
share-shows = Quien lo tenga ve por dónde va, sin tu dirección ni tus datos. Vale hasta el { $until }.
share-link = Enlace de seguimiento
share-copy = Copiar
share-end = Dejar de compartir
share-done = El enlace está listo para compartir.
share-ended = El enlace dejó de funcionar.
share-over = El enlace de seguimiento venció el { $at }.
tracking-title = Seguimiento del pedido
tracking-driver = Lo lleva { $name }.
tracking-private = Esta página no muestra de quién es el pedido ni adónde va. No necesita cuenta y deja de funcionar sola.
refusal-cart-changed = El carrito cambió desde que abriste esta página. Fijate si está bien y confirmá de nuevo.
refusal-open-orders = Tenés { $most } pedidos en curso, que es lo máximo. Cuando llegue uno podés hacer otro.
refusal-share-over = El pedido ya terminó: no queda nada por seguir.
refusal-no-tracking = Este enlace no existe o ya venció. Pedile otro a quien te lo pasó.

## Accounts

account-surname = Apellido
account-phone = Teléfono
account-birth-year = Año de nacimiento
account-birth-year-hint = Solo si querés: sirve para saber qué edades compran. Borralo cuando quieras.
account-title = Mi cuenta
account-saved = Tus datos quedaron guardados.
account-take-along = Descargar mis datos
account-take-along-hint = Todo lo que sabemos de vos, en un archivo.
account-erase = Borrar mi cuenta
erase-title = Borrar mi cuenta
erase-goes = Se borra para siempre
erase-goes-account = Tu nombre, correo, teléfono, direcciones y año de nacimiento.
erase-goes-orders = Quién sos en tus pedidos y en su reparto: nombre, dirección, teléfono, indicaciones, ubicación, fotos y firmas.
erase-goes-words = Lo que escribiste en tus reseñas, tu carrito, tus avisos y tus paquetes automáticos.
erase-stays = Queda, sin vos
erase-stays-orders = De cada pedido: productos, importes, fechas, estado y barrio.
erase-stays-stars = Las estrellas de tus reseñas.
erase-means = Todas tus sesiones terminan enseguida y tu correo queda libre. No se puede deshacer: antes, descargá tus datos.
erase-not-yet = Todavía no se puede: tenés pedidos sin terminar. Esperá a que lleguen o cancelalos.
erase-go-on = Quiero borrarla
erase-sure = ¿Seguro que querés borrar tu cuenta?
erase-sure-means = Es el último paso. No hay forma de recuperarla.
erase-sure-box = Sí, borrar mi cuenta para siempre.
erase-password = Tu contraseña
erase-no = No, volver
erase-yes = Borrar mi cuenta
erase-done = Tu cuenta se borró.
account-business = El comercio
business-name = Nombre del negocio
business-cuit-hint = Once dígitos, con o sin guiones.
business-kind = Tipo de negocio
business-address = Dirección comercial
business-address-hint = Adonde van los paquetes que no dicen otra.
business-phone = Teléfono comercial
business-saved = Los datos del comercio quedaron guardados.
register-title = Crear cuenta
register-title-merchant = Crear la cuenta de un comercio
register-for-yourself = ¿Comprás para vos?
register-as-customer = Crear una cuenta de cliente
register-for-business = ¿Tenés un comercio?
register-as-merchant = Crear la cuenta de un comercio
register-send = Crear la cuenta
register-known = ¿Ya tenés cuenta?
forgot-title = Recuperar la cuenta
forgot-text = Te mandamos por correo un código para elegir una contraseña nueva.
forgot-send = Mandar el código
forgot-have-code = Ya tengo un código
forgot-in-the-log = Esta tienda no manda correos: el código queda en el registro del servidor. Pedíselo a quien la atiende.
forgot-no-mail = Esta tienda no manda correos, así que no puede mandarte un código. Pedile ayuda a quien la atiende.
forgot-make = Pedir un código
forgot-logged = Si hay una cuenta con ese correo, su código está en el registro del servidor.
forgot-sent = Si hay una cuenta con ese correo, le mandamos un código. Puede tardar unos minutos.
reset-title = Elegir una contraseña nueva
reset-code = Código
reset-code-hint = El que llegó por correo.
reset-not-mine = No es este correo: cambiarlo
reset-again = Pedir otro código
reset-done = La contraseña quedó cambiada. Ya podés ingresar.

## Mail: a code for a new password

recovery-asked = Si hay una cuenta con ese correo, le mandamos un código para cambiar la contraseña.
recovery-mail-subject = Tu código de Belgrano Ahorro
recovery-mail-code = Para elegir una contraseña nueva usá este código: { $code }
recovery-mail-link = O abrí este enlace, que ya lo trae: { $link }
recovery-mail-lasts = Sirve una sola vez y vence en { $minutes } minutos. Si no lo pediste, no hace falta que hagas nada.
