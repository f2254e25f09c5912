//! What people paste: the same order, account and search, whatever stands unseen between the letters.

use belgrano_runtime::on_both_engines;
use serde_json::json;

use super::board::{Board, order};

on_both_engines! {
    async fn an_order_is_the_same_however_its_texts_are_written(database) {
        let board = Board::start(database).await;
        let mut pasted = order("BA-1");
        pasted["cliente_nombre"] = json!("\u{2068}Ana Di\u{301}az\u{2069}");
        pasted["cliente_direccion"] = json!("Av.\u{a0}Cabildo 2040\u{200b}");
        pasted["cliente_telefono"] = json!("\u{202a}+54 11 ５５５５\u{2011}０１０１\u{202c}");
        pasted["numero"] = json!("BA\u{2011}1\u{feff}");
        assert_eq!(board.intake(&pasted).await.0, 201);
        let mut plain = order("BA-1");
        plain["cliente_telefono"] = json!("+54 11 5555-0101");
        let (status, body) = board.intake(&plain).await;
        assert_eq!((status, &body["idempotent"]), (200, &json!(true)), "{body}");
        let admin = board.admin().await;
        let (_, ticket) = board.get(&admin, "/api/tickets/BA-1").await;
        assert_eq!(
            [&ticket["cliente_nombre"], &ticket["cliente_direccion"], &ticket["cliente_telefono"]],
            ["Ana Díaz", "Av. Cabildo 2040", "+54 11 5555-0101"]
        );
        for nothing in ["\u{200b}", "\u{3164}", "\u{2800}", "\u{301}"] {
            let mut nameless = order("BA-2");
            nameless["cliente_nombre"] = json!(nothing);
            assert_eq!(board.intake(&nameless).await.0, 422, "{nothing:?}");
        }
    }

    async fn an_account_is_the_same_however_its_address_is_written(database) {
        const APART_BY_OLDER: &str = "UPDATE users SET email = 'n' || '\u{303}u@flota.example' WHERE email = 'beto@flota.example'";
        let board = Board::start(database).await;
        let admin = board.admin().await;
        let user = |email: &str, name: &str| json!({ "nombre": name, "email": email, "password": "la sen\u{303}al de ajuste", "rol": "flota" });
        let (status, made) = board.post(&admin, "/api/usuarios", user("\u{202a}jose\u{301}@flota.example\u{202c}", "Jose\u{301}\u{200b}")).await;
        assert_eq!((status, &made["email"], &made["nombre"]), (201, &json!("josé@flota.example"), &json!("José")));
        assert_eq!(board.post(&admin, "/api/usuarios", user("JOSÉ@flota.example", "Otro")).await.0, 409);
        assert!(board.log_in("jose\u{301}@flota.example", "la se\u{f1}al de ajuste").await.is_ok());
        for nothing in ["\u{200b}", "\u{3164}", " "] {
            assert_eq!(board.post(&admin, "/api/usuarios", user("otro@flota.example", nothing)).await.0, 422, "{nothing:?}");
        }
        board.driver(&admin, "beto").await;
        assert_eq!(database.execute(&board.app.db, APART_BY_OLDER).await, 1);
        let board = Board::seeded(database, 8, &[]).await;
        for email in ["\u{f1}u@flota.example", "n\u{303}u@flota.example"] {
            assert!(board.log_in(email, "reparto1234").await.is_ok(), "{email:?}");
        }
    }

    async fn a_search_without_a_letter_finds_nothing(database) {
        let board = Board::start(database).await;
        let admin = board.admin().await;
        board.order("BA-1").await;
        for (query, finds) in [
            ("", 1), ("q=", 1), ("q=cabildo", 1), ("q=cabil%C2%ADdo", 1), ("q=%25", 0), ("q=_", 0), ("q=...", 0),
            ("q=%F0%9F%94%A5", 0), ("q=+", 0), ("q=%E2%80%8B", 0), ("q=%27", 0), ("q=%5C", 0),
        ] {
            let (status, page) = board.get(&admin, &format!("/api/tickets?{query}")).await;
            assert_eq!((status, page["tickets"].as_array().expect("a list").len()), (200, finds), "{query}");
        }
    }
}
