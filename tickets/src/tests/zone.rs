//! Days and hours are those of the zone that was set, also of what was counted under another.

use belgrano_runtime::on_both_engines;
use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::zone::Zone;
use serde_json::{Value, json};

use super::board::{Board, Client, order};

async fn days(board: &Board, admin: &Client) -> Vec<(String, Value)> {
    let (_, report) = board.get(admin, "/api/reportes/resumen").await;
    let days = report["por_dia"].as_array().expect("a list").iter();
    days.map(|day| (day["dia"].as_str().expect("text").to_owned(), day["recibidos"].clone())).collect()
}

on_both_engines! {
    async fn what_is_counted_follows_the_zone(database) {
        let board = Board::start(database).await;
        let admin = board.admin().await;
        for (number, at) in [
            ("BA-1", "2026-11-20T20:00:00Z"),
            ("BA-2", "2026-11-20T23:30:00Z"),
            ("BA-3", "2026-11-21T02:30:00Z"),
            ("BA-4", "2026-11-21T16:00:00Z"),
        ] {
            let mut order = order(number);
            order["fecha_creacion"] = json!(at);
            assert_eq!(board.intake(&order).await.0, 201);
        }
        let found = async |zone: &str| {
            Zone::settle_for_test(zone);
            days(&board, &admin).await.into_iter().map(|(day, count)| format!("{day} {count}")).collect::<Vec<_>>().join(", ")
        };
        assert_eq!(found("America/Argentina/Buenos_Aires").await, "2026-11-20 3, 2026-11-21 1");
        assert_eq!(found("Europe/Madrid").await, "2026-11-20 1, 2026-11-21 3");
        assert_eq!(found("Asia/Kathmandu").await, "2026-11-21 4", "a quarter of an hour off the others");
        assert_eq!(found("UTC").await, "2026-11-20 2, 2026-11-21 2");

        Zone::settle_for_test("Europe/Madrid");
        let (_, ticket) = board.get(&admin, "/api/tickets/BA-2").await;
        assert_eq!(ticket["fecha_creacion"], "2026-11-21T00:30:00+01:00");
        let (_, found) = board.get(&admin, "/api/tickets?desde=2026-11-21&hasta=2026-11-21").await;
        assert_eq!(found["tickets"].as_array().map(Vec::len), Some(3));
        assert_eq!(UnixMillis::parse("2026-11-21T00:30:00"), UnixMillis::parse("2026-11-20T23:30:00Z"));
    }
}
