use belgrano_runtime::{fetch_scalar, on_both_engines};
use belgrano_testing::TestDatabase;

use super::board::{Account, Board};
use super::client::Place;
use crate::housekeeping;
use crate::users::Role;

/// What is kept of the log: how many events, and the first of them.
async fn kept(board: &Board) -> (i64, Option<i64>) {
    let mut session = board.app.db.read().await.expect("a connection");
    let count = fetch_scalar!(one, session, i64, "SELECT COUNT(*) FROM events").expect("a count");
    (count, fetch_scalar!(one, session, Option<i64>, "SELECT MIN(seq) FROM events").expect("a row"))
}

/// What somebody gets who comes back after event `after`: the kind of the frame and its `seq`.
async fn resumed(board: &Board, account: &Account, after: i64) -> (String, i64) {
    let mut client = board.client(account).await;
    client.resume(&Place { epoch: board.app.live.hub().epoch().to_owned(), after }).await;
    let frame = client.hear().await.expect("an open socket");
    (frame["type"].as_str().expect("a type").to_owned(), frame["seq"].as_i64().expect("a seq"))
}

on_both_engines! {
    async fn a_resume_from_before_what_is_kept_is_a_snapshot(database) {
        let settings = [("LIVE_RING_EVENTS", "16")];
        let board = Board::start(database, &settings).await;
        let admin = board.account(Role::Admin).await;
        for number in 1..=40 {
            board.receive(&format!("BA-{number}")).await;
        }
        // A clock that went back does not make a hole.
        database.execute(&board.app.db, "UPDATE events SET recorded_at = 0 WHERE seq <= 20 OR seq = 30").await;
        housekeeping::round(&board.app).await.expect("done");
        assert_eq!(kept(&board).await, (20, Some(21)));
        assert_eq!(resumed(&board, &admin, 20).await, ("event".to_owned(), 21));
        assert_eq!(resumed(&board, &admin, 19).await, ("snapshot".to_owned(), 40));
        assert_eq!(resumed(&board, &admin, 0).await, ("snapshot".to_owned(), 40));

        database.execute(&board.app.db, "UPDATE events SET recorded_at = 0").await;
        housekeeping::round(&board.app).await.expect("done");
        assert_eq!(kept(&board).await, (0, None));
        let again = Board::start(database, &settings).await;
        assert_eq!(resumed(&again, &admin, 39).await, ("snapshot".to_owned(), 40));
        again.receive("BA-41").await;
        assert_eq!(kept(&again).await, (1, Some(41)), "numbers never start again");
        assert_eq!(resumed(&again, &admin, 40).await, ("event".to_owned(), 41));
        again.stop().await;
        board.stop().await;
    }
}

#[tokio::test]
async fn who_comes_from_an_instance_that_knows_more_goes_on_without_a_snapshot() {
    let database = TestDatabase::postgres();
    // Nobody looks at the log by the clock.
    let settings = [("LIVE_POLL", "3600")];
    let (one, other) = (Board::start(&database, &settings).await, Board::start(&database, &settings).await);
    let admin = one.account(Role::Admin).await;
    for number in 1..=5 {
        one.receive(&format!("BA-{number}")).await;
    }
    // The other instance has heard of nothing yet.
    assert_eq!(other.app.live.hub().head(), 0);
    let mut moved = other.client(&admin).await;
    moved.resume(&Place { epoch: one.app.live.hub().epoch().to_owned(), after: 4 }).await;
    assert_eq!(moved.event().await, (5, false));
    assert_eq!(resumed(&other, &admin, 99).await, ("snapshot".to_owned(), 5), "of a life that was taken back");
    drop(moved);
    other.stop().await;
    one.stop().await;
    database.remove().await;
}
