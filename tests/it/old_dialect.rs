//! Either half works with the other half of the old pair: its words, its key, its calls.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{
    Admin, Client, Customer, Engine, OldBoard, Plan, Reply, admin_of_shop, eventually, on_both_engines,
};

const KEY: [(&str, &str); 1] = [("x-api-key", "clave-de-la-pareja-vieja")];

on_both_engines! {
    async fn an_old_shop_works_with_our_board(engine) {
        let mut pair = Plan::new(engine).prepare().await;
        pair.tickets.start().await;
        let client = pair.tickets.client();
        let order = old_order("AHORRO-0001");
        let reply = send(&client, "/api/tickets/recibir", &KEY, &order).await.expect(201);
        for (member, value) in [
            ("exito", json!(true)), ("numero", json!("AHORRO-0001")), ("estado", json!("pendiente")),
            ("repartidor_asignado", Value::Null), ("cliente_nombre", json!("Ana Díaz")), ("total", json!(6901.0)),
        ] {
            assert_eq!(reply[member], value, "{member}: {reply}");
        }
        assert!(reply["ticket_id"].is_i64() && reply["fecha_creacion"].is_string(), "{reply}");
        assert_eq!(send(&client, "/api/tickets", &KEY, &order).await.expect(200)["idempotent"], true);

        let admin = Admin::log_in(&pair.tickets).await;
        let ticket = admin.await_ticket("AHORRO-0001").await;
        for (field, value) in [
            ("cliente_nombre", "Ana Díaz"), ("cliente_direccion", "Av. Cabildo 2040"), ("prioridad", "alta"),
            ("cliente_telefono", "11 5555 0101"), ("cliente_email", "ana@example.com"), ("indicaciones", "Timbre 2B"),
        ] {
            assert_eq!(ticket[field], value, "{field}: {ticket}");
        }
        assert_eq!((&ticket["productos"][0]["nombre"], &ticket["productos"][0]["cantidad"]), (&json!("Yerba 1 kg"), &json!(2)));
        assert_eq!(client.read("/test").await["total_tickets"], 1);
        assert_eq!(client.read("/health").await["status"], "ok");

        for headers in [&[][..], &[("x-api-key", "otra-clave")]] {
            send(&client, "/api/tickets", headers, &old_order("AHORRO-0002")).await.problem(401);
        }
        assert_eq!(admin.tickets().await.len(), 1);
        pair.finish().await;
    }

    async fn an_old_board_works_with_our_shop(engine) {
        let board = OldBoard::start().await;
        let mut pair = Plan::new(engine).ticketera_url(&board.url()).prepare().await;
        pair.shop.start().await;
        let customer = Customer::join(&pair.shop, "ana").await;
        // Away at first; then it takes everything in.
        board.answer(503);
        let number = customer.order("una", &[(1, 2)]).await;
        board.answer(201);
        let order = eventually("the order arrives", async || board.orders().first().cloned().ok_or("nothing yet")).await;
        for (field, value) in [
            ("numero", json!(number)), ("total", json!(2000.2)), ("metodo_pago", json!("efectivo")),
            ("estado", json!("pendiente")), ("tipo_cliente", json!("cliente")), ("origen", json!("belgrano_ahorro")),
        ] {
            assert_eq!(order[field], value, "{field}: {order}");
        }
        for field in ["cliente_nombre", "cliente_direccion", "cliente_telefono", "cliente_email", "fecha_creacion"] {
            assert!(order[field].is_string(), "{field}: {order}");
        }
        assert_eq!(order["productos"][0]["subtotal"], 2000.2);

        // The old board calls back, in its own words.
        let client = pair.shop.client();
        let confirmation = json!({ "ticket_id": 1, "estado": "en_proceso", "repartidor": "Repartidor1" });
        let confirm = format!("/api/pedido/confirmar/{number}");
        send(&client, &confirm, &KEY, &confirmation).await.expect(200);
        customer.await_state(&number, "aceptado").await;
        let path = format!("/api/v1/pedidos/{number}/estado");
        for (old, ours) in [("en_camino", "en-camino"), ("entregado", "entregado")] {
            put(&client, &path, &KEY, &json!({ "estado": old })).await.expect(200);
            assert_eq!(customer.show(&number).await["estado"], ours);
        }
        put(&client, &path, &[], &json!({ "estado": "cancelado" })).await.problem(401);
        put(&client, &path, &KEY, &json!({ "estado": "perdido" })).await.problem(422);
        put(&client, "/api/v1/pedidos/BA-20261121-NADIE/estado", &KEY, &json!({ "estado": "entregado" })).await.problem(404);
        assert_eq!(customer.show(&number).await["estado"], "entregado");
        pair.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_old_board_refuses_waits_and_says_why() {
    let board = OldBoard::start().await;
    let mut pair = Plan::new(Engine::Sqlite).ticketera_url(&board.url()).prepare().await;
    pair.shop.start().await;
    let customer = Customer::join(&pair.shop, "ana").await;
    board.answer(400);
    customer.order("una", &[(1, 1)]).await;
    let admin = admin_of_shop(&pair.shop).await;
    // Its words are those of many a gateway, so no order dies of them at once.
    let waiting = eventually("the reason is shown", async || {
        let list = admin.read("/api/outbox?estado=pendiente").await;
        match list["mensajes"][0].clone() {
            message if message["motivo"] == "HTTP 400: fuera de servicio" => Ok(message),
            _ => Err(list),
        }
    })
    .await;
    assert!(board.orders().is_empty());
    board.answer(201);
    let path = format!("/api/outbox/{}/reintentar", waiting["id"]);
    let reply = admin.post(&path, &json!({})).await;
    assert!(matches!(reply.status, 200 | 202 | 204), "{reply:?}");
    eventually("the order arrives", async || if board.orders().len() == 1 { Ok(()) } else { Err(board.orders()) })
        .await;
    pair.finish().await;
}

/// What the deployed shop sends, in the oldest names it has used.
fn old_order(number: &str) -> Value {
    json!({
        "numero_pedido": number, "cliente": "Ana Díaz", "direccion": "Av. Cabildo 2040", "telefono": "11 5555 0101",
        "email": "ana@example.com", "productos": ["Yerba 1 kg x2"], "total": "6901.00", "metodo_pago": "efectivo",
        "notas": "Timbre 2B", "estado": "pendiente", "tipo_cliente": "comerciante", "algo_nuevo": true,
    })
}

async fn send(client: &Client, path: &str, headers: &[(&str, &str)], body: &Value) -> Reply {
    client.send(Method::POST, path, headers, Some(body)).await.expect("the service answers")
}

async fn put(client: &Client, path: &str, headers: &[(&str, &str)], body: &Value) -> Reply {
    client.send(Method::PUT, path, headers, Some(body)).await.expect("the service answers")
}
