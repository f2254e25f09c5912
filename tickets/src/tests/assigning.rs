//! Offers: by hand, in bulk, automatic, and what becomes of those nobody answers.

use belgrano_runtime::on_both_engines;
use serde_json::json;

use super::board::Board;
use crate::assignment::Offers;

on_both_engines! {
    async fn an_offer_nobody_answers_returns_once(database) {
        let board = Board::start(database).await;
        let admin = board.admin().await;
        let (driver, id) = board.driver(&admin, "beto").await;
        board.order("BA-1").await;
        board.assign(&admin, "BA-1", id).await;
        let (_, fleet) = board.get(&admin, "/api/repartidores").await;
        assert_eq!((&fleet["repartidores"][0]["carga"], &fleet["repartidores"][0]["en_turno"]), (&json!(1), &json!(true)));
        let restarted = Board::start(database).await;
        for (at, expected) in [(59_999, [0, 0]), (1, [1, 0])] {
            for board in [&board, &restarted] {
                board.clock.advance_ms(at);
            }
            let (one, _) = Offers::default().round(&board.app).await.expect("a round");
            let (other, _) = Offers::default().round(&restarted.app).await.expect("a round");
            // The sweeper of either board may have been first; together they do it once.
            assert!(one + other <= expected[0] + expected[1]);
        }
        let (_, ticket) = board.get(&admin, "/api/tickets/BA-1").await;
        assert_eq!((&ticket["estado"], &ticket["version"]), (&json!("pendiente"), &json!(3)));
        let (_, history) = board.get(&admin, "/api/tickets/BA-1/eventos").await;
        assert_eq!((&history["eventos"][2]["tipo"], &history["eventos"][2]["actor"]), (&json!("ticket.unassigned"), &json!("sistema")));
        assert_eq!(board.step(&driver, "BA-1", json!({ "estado": "aceptado" })).await.0, 404);
    }

    async fn whatever_changes_a_ticket_answers_with_the_whole_of_it(database) {
        let board = Board::start(database).await;
        let admin = board.admin().await;
        let (driver, _) = board.driver(&admin, "beto").await;
        board.order("BA-1").await;
        let as_it_is = async || board.get(&admin, "/api/tickets/BA-1").await.1;
        let (_, assigned) = board.post(&admin, "/api/tickets/BA-1/asignar", json!({ "auto": true })).await;
        assert!(assigned["asignacion_motivo"].is_string(), "{assigned}");
        assert_eq!(assigned, as_it_is().await);
        let urgent = board.call(&admin, "PATCH", "/api/tickets/BA-1", json!({ "prioridad": "urgente" })).await.1;
        assert_eq!(urgent, as_it_is().await);
        let accepted = board.step(&driver, "BA-1", json!({ "estado": "aceptado" })).await.1;
        assert_eq!(accepted, as_it_is().await);
        let pooled = board.post(&admin, "/api/tickets/BA-1/desasignar", json!({})).await.1;
        assert_eq!((&pooled["asignacion_motivo"], &pooled), (&json!(null), &as_it_is().await));
        let (_, undone) = board.post(&admin, "/api/tickets/BA-1/deshacer", json!({})).await;
        assert_eq!((&undone["asignacion_motivo"], &undone), (&assigned["asignacion_motivo"], &as_it_is().await));
        let row = json!({ "numeros": ["BA-1"], "accion": "prioridad", "prioridad": "baja" });
        let (_, rows) = board.post(&admin, "/api/tickets/lote", row).await;
        assert_eq!(rows["resultados"][0]["ticket"], as_it_is().await);
    }

    async fn the_machine_chooses_and_says_why(database) {
        let board = Board::start(database).await;
        let admin = board.admin().await;
        let ((far, _), (near, near_id)) = (board.driver(&admin, "lejos").await, board.driver(&admin, "cerca").await);
        let report = async |client, lat: f64| {
            board.post(client, "/api/repartidores/yo/posicion", json!({ "lat": lat, "lng": -58.4563 })).await.0
        };
        assert_eq!((report(&far, -34.65).await, report(&near, -34.562).await), (204, 204));
        assert_eq!(report(&near, -34.7).await, 409, "nobody drives that fast");
        assert_eq!(report(&near, -91.0).await, 422);
        for number in ["BA-1", "BA-2", "BA-3", "BA-4"] {
            board.order(number).await;
        }
        let auto = json!({ "auto": true });
        let (status, ticket) = board.post(&admin, "/api/tickets/BA-1/asignar", auto.clone()).await;
        assert_eq!((status, &ticket["repartidor_id"]), (200, &json!(near_id)));
        let (_, detail) = board.get(&admin, "/api/tickets/BA-1").await;
        assert!(detail["asignacion_motivo"].as_str().expect("words").starts_with("el más cercano, a 0,1 km"), "{detail}");
        let body = json!({ "numeros": ["BA-2", "BA-3", "BA-4", "BA-9", "a/b", "BA-1"], "accion": "asignar", "auto": true });
        let (status, rows) = board.post(&admin, "/api/tickets/lote", body).await;
        let statuses: Vec<_> = rows["resultados"].as_array().expect("rows").iter().map(|row| row["status"].clone()).collect();
        assert_eq!((status, statuses), (200, vec![json!(200), json!(200), json!(200), json!(404), json!(422), json!(409)]));
        let (_, fleet) = board.get(&admin, "/api/repartidores").await;
        let loads: Vec<_> = fleet["repartidores"].as_array().expect("a list").iter().map(|driver| driver["carga"].clone()).collect();
        assert_eq!(loads, [json!(1), json!(3)], "near first, until there is no room");
        board.post(&far, "/api/repartidores/yo/turno", json!({ "activo": false })).await;
        board.order("BA-5").await;
        assert_eq!(board.post(&admin, "/api/tickets/BA-5/asignar", auto).await.0, 409);
        assert_eq!(board.assign(&admin, "BA-5", 77).await.1["errors"][0]["field"], "repartidor_id");
        let body = json!({ "numeros": ["BA-5"], "accion": "prioridad", "prioridad": "urgente" });
        let (_, rows) = board.post(&admin, "/api/tickets/lote", body).await;
        assert_eq!((&rows["hechos"], &rows["resultados"][0]["ticket"]["prioridad"]), (&json!(1), &json!("urgente")));
    }
}
