//! The same in front of the pages.

use belgrano_testing::TestDatabase;
use belgrano_wire::TicketState;
use serde_json::json;

use super::day::{EMAIL, PASSWORD, deliver_messages, registers, told};
use crate::testing::{Browser, TestShop};

#[tokio::test]
async fn somebody_leaves_by_two_questions() {
    let database = TestDatabase::sqlite();
    let shop = TestShop::new(&database).await;
    let mut she = registers(&shop).await;
    let placed = shop.post(&mut she, "/api/pedidos", json!({ "items": [{ "producto_id": 1, "cantidad": 1 }] })).await;
    let number = placed.body["numero"].as_str().expect("a number").to_owned();

    let mut visitor = shop.visitor();
    assert_eq!(visitor.get("/perfil/borrar").await.location, "/ingresar?volver=%2Fperfil%2Fborrar");
    visitor.follow("/ingresar", &[("email", EMAIL), ("password", PASSWORD)]).await;
    let profile = visitor.get("/perfil").await;
    assert!(profile.body.contains("href=\"/api/yo/datos\"") && profile.body.contains("href=\"/perfil/borrar\""));
    let first = visitor.get("/perfil/borrar").await;
    assert!(first.body.contains(&number) && !first.body.contains("/perfil/borrar/seguro"), "{}", first.body);

    deliver_messages(&shop).await;
    told(&shop, &number, TicketState::Delivered, 2, None).await;
    let first = visitor.get("/perfil/borrar").await;
    assert!(first.body.contains("/perfil/borrar/seguro") && first.body.contains("Queda, sin vos"), "{}", first.body);
    let unsure = visitor.post("/perfil/borrar/seguro", &[("password", PASSWORD)]).await;
    assert!(unsure.status == 422 && unsure.body.contains("id=\"seguro-error\""), "{}", unsure.body);
    let wrong = visitor.post("/perfil/borrar/seguro", &[("password", "otra clave"), ("seguro", "si")]).await;
    assert!(wrong.status == 422 && wrong.body.contains("id=\"password-error\""), "{}", wrong.body);
    let home = visitor.follow("/perfil/borrar/seguro", &[("password", PASSWORD), ("seguro", "si")]).await;
    assert!(home.body.contains("Tu cuenta se borró.") && home.body.contains("href=\"/ingresar\""), "{}", home.body);
    let log_in = json!({ "email": EMAIL, "password": PASSWORD });
    assert_eq!(shop.post(&mut Browser::default(), "/api/login", log_in).await.status, 401);
}
