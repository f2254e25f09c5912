//! What a proof tells: nothing but what it shows, whenever it came.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use belgrano_runtime::{execute, fetch_scalar, on_both_engines};
use belgrano_testing::pictures::{self, SECRET, data_url, tells};
use http_body_util::BodyExt;
use serde_json::json;

use super::board::Board;
use crate::housekeeping;

async fn stored(board: &Board, kind: &str) -> Vec<u8> {
    let mut session = board.app.db.read().await.expect("a connection");
    fetch_scalar!(one, session, Vec<u8>, "SELECT content FROM proofs WHERE kind = $1", kind).expect("a proof")
}

on_both_engines! {
    async fn a_proof_tells_nothing_but_what_it_shows(database) {
        const AS_IT_CAME: &str = "UPDATE proofs SET content = $1, drawn = FALSE WHERE kind = 'foto'";
        const BROKEN: &str = "UPDATE proofs SET content = $1, drawn = FALSE WHERE kind = 'firma'";
        let board = Board::start(database).await;
        let admin = board.admin().await;
        let (driver, id) = board.driver(&admin, "beto").await;
        board.order("BA-1").await;
        board.assign(&admin, "BA-1", id).await;
        let (photo, signature) = (pictures::jpeg_of_a_camera(), pictures::png_with_texts());
        let delivered = |photo: &[u8]| json!({ "estado": "entregado", "foto": data_url(photo), "firma": data_url(&signature) });
        for step in [json!({ "estado": "aceptado" }), json!({ "estado": "en-camino" })] {
            assert_eq!(board.step(&driver, "BA-1", step).await.0, 200);
        }
        for broken in [&photo[..60], &pictures::png_that_claims(60_000, 60_000)] {
            let (status, problem) = board.step(&driver, "BA-1", delivered(broken)).await;
            assert_eq!((status, &problem["errors"][0]["field"]), (422, &json!("foto")));
        }
        assert_eq!(board.step(&driver, "BA-1", delivered(&photo)).await.0, StatusCode::OK.as_u16());
        let drawn = stored(&board, "foto").await;
        assert!(!tells(&drawn) && !tells(&stored(&board, "firma").await));

        let mut session = database.begin(&board.app.db).await;
        execute!(session, AS_IT_CAME, photo).expect("changed");
        execute!(session, BROKEN, SECRET.as_bytes().to_vec()).expect("changed");
        session.commit().await.expect("a commit");
        assert!(tells(&stored(&board, "foto").await));
        let request = Request::get("/api/tickets/BA-1/pruebas/foto").header("cookie", admin.cookie());
        let shown = board.answer(request.body(Body::empty()).expect("a request")).await.into_body();
        assert_eq!(shown.collect().await.expect("a body").to_bytes(), drawn, "drawn when it is shown");
        housekeeping::round(&board.app).await.expect("done");
        assert_eq!(stored(&board, "foto").await, drawn);
        assert_eq!(stored(&board, "firma").await, SECRET.as_bytes(), "it may be all that proves the delivery");
        assert_eq!(board.count("SELECT COUNT(*) FROM proofs WHERE NOT drawn").await, 0);
    }
}
