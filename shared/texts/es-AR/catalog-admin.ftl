# Precios y stock, para administradores.

nav-manage = Precios y stock
manage-title = Precios y stock
manage-search = Nombre, categoría o negocio
manage-shelf = Por estado
manage-all = Todos
manage-sold-out = Sin stock
manage-low = Queda poco
manage-paused = Pausados
manage-is-paused = Pausado
manage-business-paused = Negocio inactivo
manage-offer = Oferta de hoy: { $percent } % menos, { $price }
manage-price = Precio
manage-stock = Stock
manage-unlimited = Sin límite
manage-active = A la venta
manage-costs = Costo y reposición
manage-cost = Costo
manage-cost-is = Costo { $cost }
manage-margin = margen { $percent } %
manage-reorder-point = Pedir desde
manage-lead-days = Días de entrega
manage-to-order = Para reponer
manage-movements = Movimientos y precios
manage-save = Guardar
manage-saved = Guardado
manage-saved-name = «{ $name }» quedó guardado. Ya no está en esta lista.
manage-not-saved = «{ $name }» no se guardó. Mirá lo que está marcado.
manage-now = Precio de ahora: { $price }
manage-first = Volver al principio
product-photo-of = Foto de { $name }
manage-photo-add = Agregar foto
manage-photo-other = Cambiar la foto
manage-photo-send = Subir
manage-photo-remove = Quitar la foto
js-manage-unreadable = Esa imagen no se puede leer. Elegí otra.
js-manage-failed = No se pudo guardar. Probá de nuevo.

## Rechazos; su español también va por el cable

refusal-product-changed = El producto cambió mientras lo mirabas.
error-price = escribí un precio, como 1450 o 1450,50
error-stock = escribí un número entero, o nada si no se termina
error-price-changed = otra persona lo cambió mientras tanto; guardá de nuevo para dejar el tuyo
error-price-changed-by = { $who } lo cambió el { $at }; guardá de nuevo para dejar el tuyo
error-paused-by = { $who } ya lo puso en pausa el { $at }
error-resumed-by = { $who } ya lo volvió a poner a la venta el { $at }
error-stock-changed = cambió mientras tanto: ahora hay { $now }; guardá de nuevo para dejar el tuyo
error-stock-changed-unlimited = cambió mientras tanto: ahora no tiene límite; guardá de nuevo para dejar el tuyo
error-photo-changed = otra persona cambió la foto mientras tanto; fijate si querés otra
error-cost = escribí un costo, como 900 o 900,50, o nada si no se sabe
error-whole = escribí un número entero, o nada si no se sabe
error-value-changed = otra persona lo cambió mientras tanto: ahora es { $now }; guardá de nuevo para dejar el tuyo
error-value-cleared = otra persona lo borró mientras tanto; guardá de nuevo para dejar el tuyo
