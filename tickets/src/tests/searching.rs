//! Finding tickets by words, however they are written.

use belgrano_runtime::on_both_engines;
use serde_json::json;
use url::form_urlencoded::byte_serialize;

use super::board::{Board, Client, order};
use crate::housekeeping;

/// The numbers of the tickets that `field=text` finds.
async fn found(board: &Board, admin: &Client, field: &str, text: &str) -> Vec<String> {
    let text: String = byte_serialize(text.as_bytes()).collect();
    let (status, page) = board.get(admin, &format!("/api/tickets?{field}={text}")).await;
    assert_eq!(status, 200, "{page}");
    let tickets = page["tickets"].as_array().expect("a list");
    tickets.iter().map(|ticket| ticket["numero"].as_str().expect("text").to_owned()).collect()
}

async fn hand_in(board: &Board, number: &str, name: &str, address: &str, neighbourhood: &str) {
    let mut order = order(number);
    order["cliente_nombre"] = json!(name);
    order["cliente_direccion"] = json!(address);
    order["cliente_telefono"] = json!("+54 11 5555-0101");
    order["barrio"] = json!(neighbourhood);
    assert_eq!(board.intake(&order).await.0, 201);
}

on_both_engines! {
    async fn neither_case_nor_accents_nor_blanks_matter(database) {
        let board = Board::start(database).await;
        let admin = board.admin().await;
        hand_in(&board, "BA-1", "Ramón PEÑA", "avenida  córdoba 1200", "NÚÑEZ").await;
        hand_in(&board, "BA-2", "Ñandú Sosa", "Güemes 3", "Palermo").await;
        for text in ["peña", "PENA", "AVENIDA Córdoba", " avenida CORDOBA 1200 ", "Ramo\u{301}n", "ba-1"] {
            assert_eq!(found(&board, &admin, "q", text).await, ["BA-1"], "{text}");
        }
        for text in ["Ñandú", "nandu", "ÑANDÚ sosa", "guemes"] {
            assert_eq!(found(&board, &admin, "q", text).await, ["BA-2"], "{text}");
        }
        for text in ["5555 0101", "55550101", "+54 9 11 5555-0101", "011 15 5555.0101", "555501"] {
            assert_eq!(found(&board, &admin, "q", text).await.len(), 2, "{text}");
        }
        for text in ["sosa palermo", "palermo", "güemes SOSA"] {
            assert_eq!(found(&board, &admin, "q", text).await, ["BA-2"], "{text}");
        }
        // None has every word: the most words first.
        assert_eq!(found(&board, &admin, "q", "ramón sosa córdoba").await, ["BA-1", "BA-2"]);
        assert_eq!(found(&board, &admin, "q", "nadie palermo").await, ["BA-2"]);
        assert!(found(&board, &admin, "q", "nadie nunca").await.is_empty());
        let (_, page) = board.get(&admin, "/api/tickets?q=ramon+sosa+cordoba&limit=1").await;
        let cursor = page["cursor"].as_str().expect("more");
        let (_, page) = board.get(&admin, &format!("/api/tickets?q=ramon+sosa+cordoba&limit=1&cursor={cursor}")).await;
        assert_eq!(page["tickets"][0]["numero"], "BA-2", "{page}");
        for text in ["Núñez", "nunez", "NUÑEZ"] {
            assert_eq!(found(&board, &admin, "barrio", text).await, ["BA-1"], "{text}");
        }
        assert_eq!(found(&board, &admin, "barrio", "nun").await.len(), 0);
    }

    async fn tickets_of_an_older_version_are_found_after_the_next_start_and_round(database) {
        const BY_OLDER: &str = "UPDATE tickets SET search = NULL, neighbourhood_search = NULL";
        let board = Board::start(database).await;
        hand_in(&board, "BA-1", "Ramón Peña", "Córdoba 1200", "Núñez").await;
        database.execute(&board.app.db, BY_OLDER).await;
        let board = Board::start(database).await;
        let admin = board.admin().await;
        assert_eq!(found(&board, &admin, "q", "PENA").await, ["BA-1"]);
        assert_eq!(found(&board, &admin, "barrio", "nuñez").await, ["BA-1"]);

        // Taken in by a process that has not been replaced yet.
        database.execute(&board.app.db, BY_OLDER).await;
        assert_eq!(found(&board, &admin, "q", "PENA").await.len(), 0);
        housekeeping::round(&board.app).await.expect("done");
        assert_eq!(found(&board, &admin, "q", "PENA").await, ["BA-1"]);
    }
}
