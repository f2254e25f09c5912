# El stock de un producto: qué entró, qué se contó, qué pasó con él.

stock-title = Stock de { $name }
stock-act = Anotar stock
stock-what = Qué pasó
stock-choose = Elegí qué pasó
stock-receive = Llegó mercadería: se suma
stock-count = Lo conté: queda esa cantidad
stock-quantity = Cantidad
stock-why = Motivo
stock-why-hint = Por ejemplo: remito 1234, recuento del mes, rotura.
stock-save = Anotar
stock-moved = Quedó anotado. Ahora hay { $stock }.
stock-noted = Quedó anotado. El producto no tiene límite: no se cuenta.
stock-twice = Eso ya se había anotado.
stock-movements = Movimientos
stock-nothing-yet = Todavía no se vendió, ni llegó, ni se contó.
stock-change = Cambio
stock-left = Queda
stock-who = Quién
stock-program = La tienda
stock-more = Anteriores
stock-prices = Precios y costos
stock-no-prices = Todavía no cambiaron.
stock-since = Desde
stock-list-price = Precio de lista
stock-import = Importación
movement-sold = Venta
movement-returned = Devolución
movement-received = Recepción
movement-counted = Recuento

## Rechazos; su español también va por el cable

refusal-stock-changed = El stock cambió mientras lo contabas.
