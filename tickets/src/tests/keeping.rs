//! What a driver sees of customers, and for how long.

use belgrano_runtime::on_both_engines;
use serde_json::{Value, json};

use super::board::{Board, order};

/// What says who the customer is.
const PERSONAL: [&str; 5] = ["Ana Díaz", "Cabildo", "4777", "Yerba", "timbre roto"];

fn shows(answer: &Value) -> Vec<&'static str> {
    let text = answer.to_string();
    PERSONAL.into_iter().filter(|personal| text.contains(personal)).collect()
}

fn hers() -> Value {
    let mut order = order("1");
    for (field, text) in [
        ("cliente_email", "ana@example.com"),
        ("cliente_telefono", "+54 11 4777 0101"),
        ("indicaciones", "timbre roto"),
    ] {
        order[field] = json!(text);
    }
    order
}

on_both_engines! {
    async fn a_driver_keeps_nothing_of_whom_it_served(database) {
        let board = Board::start(database).await;
        let admin = board.admin().await;
        let (beto, beto_id) = board.driver(&admin, "beto").await;
        let (caro, caro_id) = board.driver(&admin, "caro").await;
        assert_eq!(board.intake(&hers()).await.0, 201);
        assert_eq!(board.assign(&admin, "1", beto_id).await.0, 200);
        let step = "/api/tickets/1/estado";
        let key = [("idempotency-key", "una-vez")];
        let accept = || board.call_with(&beto, "POST", step, &key, json!({ "estado": "aceptado" }));
        let (status, accepted) = accept().await;
        assert_eq!((status, shows(&accepted)), (200, PERSONAL.to_vec()), "what it takes");
        for path in ["/api/tickets/1", "/api/tickets"] {
            let (_, seen) = board.get(&beto, path).await;
            assert_eq!((shows(&seen), seen.to_string().contains("ana@example.com")), (PERSONAL.to_vec(), false), "{path}");
        }
        assert!(!accepted.to_string().contains("ana@example.com"));
        assert!(board.get(&admin, "/api/tickets/1").await.1.to_string().contains("ana@example.com"));

        assert_eq!(board.assign(&admin, "1", caro_id).await.0, 200);
        assert_eq!(board.get(&beto, "/api/tickets/1").await.0, 404);
        let (status, again) = accept().await;
        assert_eq!((status, shows(&again)), (200, vec![]), "the answer that was kept: {again}");

        for state in ["aceptado", "en-camino", "entregado"] {
            let (status, answer) = board.step(&caro, "1", json!({ "estado": state })).await;
            assert_eq!(status, 200, "{answer}");
            assert_eq!(shows(&answer).is_empty(), state == "entregado", "{answer}");
        }
        for path in ["/api/tickets/1", "/api/tickets", "/api/tickets/1/eventos"] {
            let (status, over) = board.get(&caro, path).await;
            assert_eq!((status, shows(&over)), (200, vec![]), "{path}: {over}");
        }
        assert_eq!(board.get(&caro, "/api/tickets?q=cabildo").await.1["tickets"], json!([]), "nor by searching");
        assert_eq!(shows(&board.get(&admin, "/api/tickets/1").await.1), PERSONAL, "administrators see it");
    }
}
