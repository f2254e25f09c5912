# The shop.

nav-products = Productos
nav-cart = Carrito
nav-log-in = Ingresar
nav-register = Crear cuenta
nav-orders = Mis pedidos
nav-account = Mi cuenta
nav-packages = Paquetes
nav-business = Mi comercio
nav-outbox = Envíos al tablero
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
cart-emptied = El carrito quedó vacío.

shop-purpose = El mercado del barrio: precios de cerca, pedidos que llegan.
