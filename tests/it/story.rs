//! The whole story of an order: from a cart to a door, seen by everybody who may see it.

use serde_json::{Value, json};

use crate::harness::{Cast, Engine, Heard, LiveReader, Plan, Viewer, on_both_engines};

const STATES: [&str; 5] = ["pendiente", "asignado", "aceptado", "en-camino", "entregado"];

on_both_engines! {
    async fn an_order_becomes_a_delivery(engine) {
        from_cart_to_door(Plan::new(engine)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_becomes_a_delivery_in_one_process() {
    from_cart_to_door(Plan::new(Engine::Sqlite).combined()).await;
}

async fn from_cart_to_door(plan: Plan) {
    let cast = Cast::of(plan).await;
    let (customer, driver) = (&cast.customer, &cast.driver);
    let eyes_of_driver = LiveReader::follow(driver.viewer()).await;

    let number = customer.order("una-compra", &[(1, 2), (3, 1)]).await;
    let order = customer.show(&number).await;
    assert_eq!(order["estado"], "pendiente");
    let ticket = cast.admin.await_ticket(&number).await;
    check_fields(&order, &ticket);

    let watch = Viewer::session(&customer.client).at(format!("/api/pedidos/{number}/ws"));
    let watch = tokio::spawn(watch.open().await.expect("the customer's own order").drain());
    assert_eq!(cast.admin.assign(&number, driver.id).await.expect(200)["estado"], "asignado");
    driver.deliver(&number).await;

    customer.await_state(&number, "entregado").await;
    let ticket = cast.admin.await_state(&number, "entregado").await;
    assert_eq!((&ticket["repartidor_id"], &ticket["repartidor_nombre"]), (&json!(driver.id), &json!(driver.name)));
    assert_eq!(cast.tickets_of(&number).await, 1);

    cast.check_journal().await;
    let kinds = ["ticket.created", "ticket.assigned", "ticket.status", "ticket.status", "ticket.status"];
    let told: Vec<_> = kinds.into_iter().zip(STATES).map(|(kind, state)| (kind.to_owned(), state.to_owned())).collect();
    assert_eq!(cast.reader.story_of(&number), told);
    eyes_of_driver.await_where("the delivery", |journal| journal.events.len() == 4).await;
    assert_eq!(eyes_of_driver.story_of(&number), told[1..], "a driver sees a ticket from when it is theirs");

    let (frames, end) = watch.await.expect("a reader that does not panic");
    assert_eq!(end, Heard::Closed(1000), "the socket ends with the order");
    check_customers_frames(&frames, &number);
    drop(eyes_of_driver);
    cast.finish().await;
}

/// The ticket says what the order says.
fn check_fields(order: &Value, ticket: &Value) {
    assert_eq!(ticket["cliente_nombre"], "ana Prueba", "{ticket}");
    assert_eq!(ticket["cliente_email"], "ana@clientes.test");
    assert_eq!(ticket["cliente_telefono"], "+54 11 5555 0101");
    assert_eq!(ticket["cliente_direccion"], order["direccion"]);
    assert_eq!(ticket["total"], json!(3000.5));
    assert_eq!(ticket["total"], order["total"]);
    for (ours, theirs) in [
        ("barrio", "barrio"),
        ("indicaciones", "notas"),
        ("metodo_pago", "metodo_pago"),
        ("fecha_creacion", "fecha_creacion"),
    ] {
        assert_eq!(ticket[ours], order[theirs], "{ours}");
    }
    let fixed =
        [("estado", "pendiente"), ("prioridad", "normal"), ("tipo_cliente", "cliente"), ("origen", "belgrano_ahorro")];
    for (field, value) in fixed {
        assert_eq!(ticket[field], value, "{field}");
    }
    let lines: Vec<_> = ticket["productos"].as_array().expect("lines").iter().map(line_of).collect();
    assert_eq!(lines, [(1, "Producto 1", 1000.1, 2, 2000.2), (3, "Producto 3", 1000.3, 1, 1000.3)]);
    assert_eq!(ticket["productos"][0]["negocio"], "Prueba");
    assert_eq!(ticket["productos"][0]["sucursal"], "Centro");
    assert_eq!(ticket["productos"][0]["categoria"], "Almacén");
    assert_eq!((&ticket["repartidor_id"], &ticket["version"]), (&Value::Null, &json!(1)));
}

fn line_of(line: &Value) -> (i64, &str, f64, i64, f64) {
    let number = |field: &str| line[field].as_f64().expect("a number");
    let whole = |field: &str| line[field].as_i64().expect("a whole number");
    (whole("id"), line["nombre"].as_str().expect("a name"), number("precio"), whole("cantidad"), number("subtotal"))
}

/// Each frame is the order as it is: never back in time, and the driver only while under way.
fn check_customers_frames(frames: &[Value], number: &str) {
    let mut last = 0;
    for frame in frames {
        let order = &frame["pedido"];
        assert_eq!(order["numero"], number);
        let place = STATES.iter().position(|state| order["estado"] == *state).expect("a state of this story");
        assert!(place >= last, "back in time: {frames:?}");
        last = place;
        assert_eq!(order["repartidor_nombre"].is_null(), order["estado"] != "en-camino", "{order}");
    }
    assert_eq!(last, STATES.len() - 1, "the end is always told");
}
