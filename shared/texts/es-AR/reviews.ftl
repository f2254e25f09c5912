# Opiniones: lo que dicen quienes compraron, y quien las modera.

rating-said = { $count ->
        [one] { $average } de 5 estrellas, una opinión
       *[other] { $average } de 5 estrellas, { $count } opiniones
    }
review-stars = { $count ->
        [one] Una estrella de 5
       *[other] { $count } estrellas de 5
    }
review-title = ¿Qué te pareció?
review-about = Elegí las estrellas de lo que quieras calificar; las palabras son opcionales.
review-again = Esto es lo que dijiste. Podés cambiarlo cuando quieras.
review-delivery = La entrega
review-words = En tus palabras
review-public = En la página del producto se ven las estrellas, tus palabras y tu nombre de pila; nada más de vos.
review-send = Enviar
review-later = Ahora no
review-thanks = ¡Gracias! Tu opinión quedó guardada.
review-stars-1 = Muy malo
review-stars-2 = Malo
review-stars-3 = Regular
review-stars-4 = Bueno
review-stars-5 = Muy bueno
review-hidden-why = La administración ocultó esta opinión: { $reason }
review-order = Opinar
review-order-which = sobre el pedido { $number }
review-order-about = Contá cómo estuvo cada producto y la entrega.
review-order-again = Cambiar tu opinión
product-reviews = Opiniones
product-no-reviews = Todavía nadie opinó. Quien lo compre puede hacerlo cuando le llegue.
product-reviewer = Cliente
product-reviews-more = Ver más opiniones

## Para administradores

nav-reviews = Opiniones
reviews-title = Opiniones
reviews-about = Una opinión oculta no se ve y no cuenta en ningún promedio. Quien la escribió lee el motivo.
reviews-which = Cuáles
reviews-all = Todas
reviews-shown = Visibles
reviews-hidden = Ocultas
reviews-none = No hay opiniones.
reviews-no-words = Sin palabras.
reviews-is-hidden = Oculta
reviews-reason = Motivo
reviews-hide = Ocultar
reviews-show = Volver a mostrar
reviews-did-hide = Oculta
reviews-did-show = Visible otra vez
reviews-decided = { $what }: { $who }, { $at }
reviews-decided-why = { $what }: { $who }, { $at } «{ $reason }»

## Lo que se rechaza

error-words-need-stars = elegí cuántas estrellas van con esas palabras
error-nothing-rated = elegí las estrellas de algo
error-rated-twice = está dos veces
error-not-in-order = el producto { $id } no está en el pedido
refusal-not-delivered = Se puede opinar cuando el pedido está entregado.
refusal-no-review = No existe esa opinión.
refusal-review-hidden = Esa opinión ya está oculta.
refusal-review-shown = Esa opinión ya está visible.
