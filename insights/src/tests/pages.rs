//! What pages show when something is not as it should be.

use axum::body::Body;
use axum::http::Request;
use belgrano_shared::testing::TestDatabase;

use super::house::{Caller, House};
use super::order;

async fn page(house: &House, session: &str, path: &str) -> (u16, String) {
    let request = Request::get(path).header("accept", "text/html").header("cookie", session);
    let (status, _, page) = house.exchange(request.body(Body::empty()).expect("a request")).await;
    (status, page)
}

#[tokio::test]
async fn pages_say_how_old_their_figures_are_while_the_lake_cannot_be_read() {
    let database = TestDatabase::sqlite();
    let mut house = House::start(&database).await;
    let Caller::Cookie(session) = house.admin().await else { panic!("a cookie") };
    let came = |number: &'static str| ("pedido", number, order(number, "pendiente", "2026-11-21T12:00:00-03:00", 2));
    house.came("shop", &[came("BA-1")]).await;
    house.app.store.flush().await.expect("a flush");
    let (status, shown) = page(&house, &session, "/").await;
    assert!(status == 200 && !shown.contains("los últimos números"), "{shown}");

    house.lose_the_lake();
    house.came("shop", &[came("BA-2")]).await;
    let (status, shown) = page(&house, &session, "/").await;
    assert!(
        status == 200 && shown.contains("No se puede leer lo guardado: se muestran los últimos números, de"),
        "{shown}"
    );
    let (status, shown) = page(&house, &session, "/resumen?periodo=90").await;
    assert!(status == 503 && shown.contains("No se pudieron calcular") && shown.contains("role=\"alert\""), "{shown}");
    let (status, shown) = page(&house, &session, "/fuentes").await;
    assert!(status == 200 && shown.contains("los últimos números"), "what `/` has asked for is known: {shown}");
}

#[tokio::test]
async fn sources_say_how_the_feeds_are_doing_when_nothing_else_can_be_read() {
    let database = TestDatabase::sqlite();
    let mut house = House::start(&database).await;
    let Caller::Cookie(session) = house.admin().await else { panic!("a cookie") };
    let came = ("pedido", "BA-1", order("BA-1", "pendiente", "2026-11-21T12:00:00-03:00", 2));
    house.came("shop", &[came]).await;
    house.app.store.flush().await.expect("a flush");
    house.lose_the_lake();
    let (status, shown) = page(&house, &session, "/fuentes").await;
    assert!(status == 503 && shown.contains("No se pudo leer ahora"), "{shown}");
    assert!(shown.contains("Servicios que se siguen"), "{shown}");
}
