//! An order is taken in once, however often and in whatever form it is sent.

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Client, Engine, Pair, Plan, Reply, Service, on_both_engines};

const NUMBER: &str = "BA-20261121-7F3K9QTX";

on_both_engines! {
    async fn a_thousand_at_once_are_one(engine) {
        let pair = board(engine).await;
        let client = pair.tickets.client();
        let body = order().to_string();
        let replies = join_all((0..1000).map(|_| send(&client, &body))).await;
        let new = replies.iter().filter(|reply| reply.status == 201).count();
        assert_eq!(new, 1);
        let first = &replies[0].json()["ticket_id"];
        for reply in &replies {
            assert!(matches!(reply.status, 200 | 201), "{reply:?}");
            assert_eq!(&reply.json()["ticket_id"], first);
            assert_eq!(reply.json()["idempotent"] == true, reply.status == 200, "{}", reply.body);
        }
        assert_counts(&pair, 1).await;
        pair.finish().await;
    }

    async fn what_an_order_says_counts_and_not_how(engine) {
        let pair = board(engine).await;
        let client = pair.tickets.client();
        let first = send(&client, &order().to_string()).await.expect(201);
        // Another time, other order of fields, numbers written otherwise, the old names.
        let again = r#"{"total":6901,"fecha_creacion":"2026-11-22T00:00:00Z","cliente":"Ana Díaz",
            "productos":[{"subtotal":6901.00,"cantidad":2,"precio":3450.50,"nombre":"Yerba 1 kg","id":7}],
            "direccion":"Av. Cabildo 2040","numero_pedido":"BA-20261121-7F3K9QTX","nadie_lo_lee":[1,{"x":null}]}"#;
        let mut again = send(&client, again).await.expect(200);
        assert_eq!(again.as_object_mut().expect("an object").remove("idempotent"), Some(json!(true)));
        assert_eq!(again, first);

        for (field, value) in [
            ("total", json!(6902)),
            ("cliente_nombre", json!("Otra Persona")),
            ("cliente_direccion", json!("Otra calle 1")),
            ("productos", json!(["Yerba 1 kg x3"])),
        ] {
            let mut other = order();
            other[field] = value;
            send(&client, &other.to_string()).await.problem(409);
        }
        assert_counts(&pair, 1).await;
        pair.finish().await;
    }

    async fn different_orders_at_once_are_all_taken_in(engine) {
        let pair = board(engine).await;
        let client = pair.tickets.client();
        let bodies: Vec<String> = (0..300).map(|n| {
            let mut order = order();
            order["numero"] = json!(format!("BA-20261121-N{:03}", n % 100));
            order.to_string()
        }).collect();
        let replies = join_all(bodies.iter().map(|body| send(&client, body))).await;
        assert_eq!(replies.iter().filter(|reply| reply.status == 201).count(), 100);
        assert_eq!(replies.iter().filter(|reply| reply.status == 200).count(), 200);
        assert_counts(&pair, 100).await;
        pair.finish().await;
    }
}

async fn board(engine: Engine) -> Pair {
    let mut pair = Plan::new(engine).prepare().await;
    pair.tickets.start().await;
    pair
}

fn order() -> Value {
    json!({
        "numero": NUMBER, "cliente_nombre": "Ana Díaz", "cliente_direccion": "Av. Cabildo 2040",
        "productos": [{ "id": 7, "nombre": "Yerba 1 kg", "precio": 3450.5, "cantidad": 2, "subtotal": 6901.0 }],
        "total": 6901.0, "fecha_creacion": "2026-11-21T15:04:05-03:00",
    })
}

async fn send(client: &Client, body: &str) -> Reply {
    let headers = [("content-type", "application/json"), ("x-api-key", "clave-de-la-pareja-vieja")];
    let sent = client.send_raw(Method::POST, "/api/tickets", &headers, Some(body.as_bytes().to_vec())).await;
    sent.expect("the board answers")
}

/// As many tickets as that, each with the one event of its creation.
async fn assert_counts(pair: &Pair, tickets: i64) {
    for sql in [
        "SELECT COUNT(*) FROM tickets",
        "SELECT COUNT(*) FROM events WHERE kind = 'ticket.created'",
        "SELECT COUNT(*) FROM events",
        "SELECT MAX(seq) FROM events",
    ] {
        assert_eq!(pair.database.number(Service::Tickets, sql).await, tickets, "{sql}");
    }
}
