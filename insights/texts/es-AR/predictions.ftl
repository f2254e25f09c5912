# Lo que se predice: pronósticos, demanda, clientes que se van, lo que se compra junto.

foretold-learning = Se está aprendiendo de los pedidos: aparece acá en un momento.
foretold-failed = No se pudo calcular. El resto de la página está bien; se vuelve a intentar solo.
foretold-age = Aprendido {$age}: lo que llegó después todavía no cuenta.
foretold-note = Después del último día, lo que se espera: en 8 de 10 casos queda en la franja oscura y en 19 de 20, en la clara.
foretold-value = Pronóstico
foretold-low-80 = 8 de 10 casos, desde
foretold-high-80 = 8 de 10 casos, hasta
foretold-low-95 = 19 de 20 casos, desde
foretold-high-95 = 19 de 20 casos, hasta
foretold-models = Qué tan bueno es el pronóstico
foretold-models-none = Con tan pocos días no hay nada que comparar.
foretold-few = { $days ->
    [0] Todavía no pasó un día entero de ventas: el pronóstico empieza mañana.
    [one] Se muestra el promedio de un día con su rango.
   *[other] Se muestra el promedio de { $days } días con su rango.
  }
foretold-won = Ganó {$model}, entre {$count} formas que compitieron sobre tramos del pasado que no conocían.
foretold-off = En { $days ->
    [one] un día
   *[other] { $days } días
  } de prueba erró por {$wape} de cada 100 vendidos.
foretold-off-daily = De un día solo, por {$mape} % en promedio.
foretold-held = La franja de 8 de 10 contuvo el {$near} % de los días; la de 19 de 20, el {$far} %.
foretold-model = Forma
foretold-error = Error sobre lo vendido
foretold-which = Elegida
foretold-chosen = Sí
foretold-seasonal-naive = lo del mismo día de la semana anterior
foretold-seasonal-mean = el promedio de cuatro semanas
foretold-mstl = tendencia y semana, suavizadas
foretold-mstl-log = tendencia y semana, suavizadas y en proporción
foretold-ridge = regresión con feriados y época del año
foretold-ridge-log = regresión con feriados, en proporción
foretold-middle = el valor del medio de todas
foretold-mean = el promedio
foretold-demand = Qué se va a pedir y cuánto reponer
foretold-demand-none = Nada se vendió en los últimos noventa días: no hay demanda que anticipar.
foretold-demand-note = Para pedir: lo que hace falta para que el stock alcance en {$level} de 100 casos hasta la entrega que sigue a la próxima revisión semanal. Sin plazo en el catálogo se toman 7 días.
foretold-level = Que alcance en {$level} de 100
foretold-gone-on = Se termina el
foretold-gone-risk = Riesgo de quedar sin stock
foretold-demand-30 = Se pedirá en 30 días
foretold-demand-60 = En 60 días
foretold-demand-90 = En 90 días
foretold-lead = Plazo, en días
foretold-act = En la tienda
foretold-receive = Anotar lo recibido
foretold-pairs = Lo que se compra junto, de a dos
foretold-pairs-none = No hay dos productos que se compren juntos más de lo casual.
foretold-pairs-note = De {$orders} pedidos. Las veces dicen cuánto más seguido que por casualidad se llevan juntos.
foretold-triples = Lo que se compra junto, de a tres
foretold-set = Juntos
foretold-confidence = Lo llevan también
foretold-rule = Quién lleva qué
foretold-buys-too = Quien lleva {$given} lleva {$then}
foretold-lift = Más que por casualidad
foretold-support = De todos los pedidos
foretold-leaving = Clientes por irse
foretold-not-yet = Todavía no se puede decir.
foretold-leaving-none = Nadie está por irse.
foretold-leaving-note = {$count} de {$total}, primero quienes más dejaron: es probable que no compren en los próximos 90 días. Aprendido de {$learned} clientes.
foretold-open-all = Verlos en la tienda, para escribirles
foretold-leaves = No vuelve
foretold-reason = Por qué
foretold-brought = Dejó hasta hoy
foretold-will-bring = Dejará en 12 meses
foretold-groups = Grupos de clientes parecidos
foretold-groups-none = Hay muy pocos clientes para agruparlos.
foretold-groups-note = El dibujo muestra el {$across} % de las diferencias a lo ancho y el {$up} % a lo alto. Los grupos están separados en {$apart}: 1 es del todo y 0, nada.
foretold-group = Grupo
foretold-group-number = Grupo {$number}
foretold-axis-1 = Primer eje
foretold-axis-2 = Segundo eje
foretold-habits = Cómo compra cada grupo
foretold-habits-note = Promedios de cada grupo, primero el que más deja.
foretold-days-between = Días entre pedidos
foretold-worth = Lo que dejará cada uno en 12 meses
foretold-worth-none = Muy pocos clientes volvieron a comprar para anticipar lo que dejarán.
foretold-worth-note = Todos juntos, {$all}; {$mean} en promedio. Una décima parte dejará hasta {$least}, la mitad hasta {$half}, el 90 % hasta {$most} y el 99 % hasta {$top}. Es valor de hoy, descontado al 10 % por año.
foretold-all-short = Ver { $count ->
    [one] el producto
   *[other] los {$count} productos
  }
foretold-about-to-leave = { $count ->
    [one] Un cliente por irse
   *[other] {$count} clientes por irse
  }
foretold-see-leaving = Ver por qué
foretold-strange = Fuera de lo común este mes
foretold-strange-day = {$day}: se vendió {$value}; lo común de ese día es {$usual}.
foretold-cash = Efectivo cobrado hoy por cada repartidor
foretold-cash-note = Lo que cobraron en la puerta. El tablero no sabe si ya lo rindieron.
foretold-cash-deliveries = { $count ->
    [one] una entrega
   *[other] {$count} entregas
  }
foretold-see-stock = Ver los productos
