//! What housekeeping throws away, and what it keeps.

use belgrano_shared::on_both_engines;

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
}
