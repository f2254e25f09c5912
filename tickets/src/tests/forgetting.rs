//! What housekeeping throws away, and what it keeps.

use belgrano_runtime::on_both_engines;
use serde_json::Value;

use super::board::Board;
use crate::housekeeping;

on_both_engines! {
    async fn what_an_old_shop_was_not_told_is_kept(database) {
        // Nobody answers there.
        let calling = [("BELGRANO_AHORRO_URL", "http://127.0.0.1:1")];
        let board = Board::start_with(database, &calling).await;
        for number in 1..=6 {
            assert_eq!(board.order(&format!("BA-{number}")).await.0, 201);
        }
        let told = "INSERT INTO callback_cursor (id, seq) VALUES (1, 4) ON CONFLICT (id) DO UPDATE SET seq = 4";
        database.execute(&board.app.db, told).await;
        database.execute(&board.app.db, "UPDATE events SET recorded_at = 0").await;
        housekeeping::round(&board.app).await.expect("done");
        assert_eq!(board.count("SELECT MIN(seq) FROM events").await, 5);
        let board = Board::start(database).await;
        housekeeping::round(&board.app).await.expect("done");
        assert_eq!(board.count("SELECT COUNT(*) FROM events").await, 0, "there is nobody to tell");
    }

    async fn events_of_a_clock_that_was_ahead_go_with_those_after_them(database) {
        let board = Board::start(database).await;
        for number in 1..=6 {
            assert_eq!(board.order(&format!("BA-{number}")).await.0, 201);
        }
        for (seqs, recorded_at) in [("< 3", "9000000000000"), ("BETWEEN 3 AND 4", "0"), ("= 5", "9000000000000")] {
            let sql = format!("UPDATE events SET recorded_at = {recorded_at} WHERE seq {seqs}");
            database.execute(&board.app.db, sql.leak()).await;
        }
        housekeeping::round(&board.app).await.expect("done");
        assert_eq!(board.count("SELECT MIN(seq) FROM events").await, 5, "and nothing in the middle");
        assert_eq!(board.count("SELECT COUNT(*) FROM events").await, 2);
    }

    async fn undo_says_what_it_misses(database) {
        let board = Board::start(database).await;
        let admin = board.admin().await;
        let (_, id) = board.driver(&admin, "beto").await;
        for number in ["BA-1", "BA-2", "BA-3"] {
            assert_eq!(board.order(number).await.0, 201);
        }
        let undo = async |number: &str| {
            let (status, refused) = board.post(&admin, &format!("/api/tickets/{number}/deshacer"), Value::Null).await;
            assert_eq!(status, 409, "{refused}");
            refused["detail"].as_str().expect("why").to_owned()
        };
        assert_eq!(board.assign(&admin, "BA-1", id).await.0, 200);
        database.execute(&board.app.db, "UPDATE events SET recorded_at = 0 WHERE version = 1 AND ticket_id < 3").await;
        housekeeping::round(&board.app).await.expect("done");
        assert_eq!(undo("BA-1").await, "El cambio anterior ya no se conserva: no se puede deshacer.");
        assert_eq!(undo("BA-3").await, "El ticket no tiene ningún cambio que deshacer.");

        database.execute(&board.app.db, "UPDATE events SET recorded_at = 0").await;
        housekeeping::round(&board.app).await.expect("done");
        assert_eq!(undo("BA-1").await, "Pasaron más de diez minutos desde el último cambio.");
        assert_eq!(undo("BA-2").await, "El ticket no tiene ningún cambio que deshacer.");
    }
}
