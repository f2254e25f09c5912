//! What pages show when something is not as it should be.

use axum::body::Body;
use axum::http::Request;
use belgrano_testing::TestDatabase;

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
async fn a_page_whose_figures_take_long_says_so_and_shows_them_later() {
    let database = TestDatabase::sqlite();
    let house = House::start_with(&database, &[("REQUEST_TIMEOUT", "1")]).await;
    let Caller::Cookie(session) = house.admin().await else { panic!("a cookie") };
    let nothing_moves = house.app.answers.hold_still().await;
    for path in ["/", "/resumen", "/ventas", "/mapa", "/productos", "/clientes", "/entregas", "/detalle"] {
        let (status, shown) = page(&house, &session, path).await;
        assert!(status == 503 && shown.contains("todavía se están calculando"), "{path}: {shown}");
        assert!(shown.contains("<nav") && shown.contains("data-working"), "{path}: {shown}");
    }
    let (status, shown) = page(&house, &session, "/fuentes").await;
    assert!(status == 503 && shown.contains("Servicios que se siguen"), "{shown}");
    drop(nothing_moves);
    // Whatever was begun goes on between one try and the next, or a slow machine would never get to its end.
    while page(&house, &session, "/resumen").await.0 != 200 {}
}

#[tokio::test]
async fn readiness_warns_of_a_lake_that_takes_nothing_and_of_tables_that_cannot_be_made() {
    let database = TestDatabase::sqlite();
    let mut house = House::start(&database).await;
    let came = |number: &'static str| ("pedido", number, order(number, "pendiente", "2026-11-21T12:00:00-03:00", 2));
    house.came("shop", &[came("BA-1")]).await;
    house.stored().await;
    let ready = async |house: &House| house.get(&Caller::Nobody, "/ready").await;
    let (status, told) = ready(&house).await;
    assert!(status == 200 && !told.to_string().contains("lake: "), "{told}");

    house.lose_the_lake();
    house.came("shop", &[came("BA-2")]).await;
    house.app.store.flush().await.expect_err("no lake");
    house.app.runner.build_gold(false).await.expect("tried");
    let (status, told) = ready(&house).await;
    assert!(status == 200 && told.to_string().contains("the lake takes nothing"), "{told}");
    assert!(told.to_string().contains("could not be made"), "{told}");
    house.app.warehouse.note_away(true);
    let (_, told) = ready(&house).await;
    assert!(told.to_string().contains("the lake cannot be reached"), "{told}");
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
