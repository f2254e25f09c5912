//! What is stored and cannot be read is an error, and not something empty.

use axum::body::Body;
use axum::http::Request;
use belgrano_runtime::on_both_engines;

use super::board::Board;

/// The status of what is read under `path`.
async fn status(board: &Board, cookie: &str, path: &str) -> u16 {
    let request = Request::get(path).header("cookie", cookie).header("x-api-key", "clave");
    let request = request.body(Body::empty()).expect("a request");
    board.answer(request).await.status().as_u16()
}

on_both_engines! {
    async fn a_change_that_cannot_be_read_is_not_shown_without_its_state(database) {
        let board = Board::passive(database, 7).await;
        let admin = board.admin().await;
        let cookie = admin.cookie();
        assert_eq!(board.order("BA-1").await.0, 201);
        let paths = ["/api/tickets/BA-1/eventos", "/api/cambios"];
        for path in paths {
            assert_eq!(status(&board, cookie, path).await, 200, "{path}");
        }
        database.execute(&board.app.db, "UPDATE events SET ticket = '{\"estado\":'").await;
        for path in paths {
            assert_eq!(status(&board, cookie, path).await, 500, "{path}");
        }
    }
}
