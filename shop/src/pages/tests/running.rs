//! What merchants and administrators do.

use axum::http::Method;
use belgrano_testing::{Browser, TestDatabase};
use serde_json::json;

use super::PASSWORD;
use crate::testing::{ADMIN, TestShop};

pub(super) async fn merchant(shop: &TestShop) -> Browser {
    let mut visitor = shop.visitor();
    let account = [
        ("nombre", "Ana"),
        ("email", "ana@example.com"),
        ("password", PASSWORD),
        ("rol", "comerciante"),
        ("nombre_negocio", "Almacén Ana"),
        ("cuit", "20-12345678-6"),
        ("direccion_comercial", "Juramento 1000"),
    ];
    visitor.follow("/registro", &account).await;
    visitor
}

#[tokio::test]
async fn a_merchant_keeps_its_business() {
    let database = TestDatabase::sqlite();
    let shop = TestShop::new(&database).await;
    let mut ana = merchant(&shop).await;
    let page = ana.get("/comercio").await;
    assert!(page.body.contains("value=\"20123456786\"") && page.body.contains("Juramento 1000"), "{}", page.body);
    let wrong = ana.post("/comercio", &[("nombre_negocio", "Otro"), ("cuit", "1")]).await;
    assert!(wrong.status == 422 && wrong.body.contains("id=\"cuit-error\"") && wrong.body.contains("\"Otro\""));
    let page = ana.follow("/comercio", &[("nombre_negocio", "Otro"), ("cuit", "30-50001091-2")]).await;
    assert!(page.body.contains("30500010912"), "{}", page.body);
}

#[tokio::test]
async fn a_package_is_made_changed_and_run() {
    let database = TestDatabase::sqlite();
    let shop = TestShop::new(&database).await;
    let mut ana = merchant(&shop).await;
    assert!(ana.get("/paquetes").await.body.contains("Todavía no hay ninguno"));
    let form = ana.get("/paquetes/nuevo").await;
    let key = form.hidden("clave_unica");
    let fields = [
        ("clave_unica", key.as_str()),
        ("nombre", "Desayuno"),
        ("frecuencia", "semanal"),
        ("producto", "1"),
        ("cantidad", "3"),
        ("producto", ""),
        ("cantidad", ""),
    ];
    let empty = ana.post("/paquetes/nuevo", &fields[..3]).await;
    assert!(empty.status == 422 && empty.body.contains("vacío") && empty.body.contains("Desayuno"), "{}", empty.body);
    ana.follow("/paquetes/nuevo", &fields).await;
    let list = ana.follow("/paquetes/nuevo", &fields).await;
    assert_eq!(list.body.matches("<li class=\"card package\">").count(), 1, "made once: {}", list.body);

    let path = list.body.split("href=\"/paquetes/").nth(2).and_then(|rest| rest.split('"').next()).expect("a package");
    let path = format!("/paquetes/{path}");
    let page = ana.get(&path).await;
    assert!(page.body.contains("value=\"3\" aria-label=\"Cantidad del producto 1\""), "{}", page.body);
    let changed = [("nombre", "Merienda"), ("frecuencia", "mensual"), ("producto", "1"), ("cantidad", "5")];
    let page = ana.follow(&path, &changed).await;
    assert!(page.body.contains("<h1>Merienda</h1>") && page.body.contains("value=\"5\""), "{}", page.body);
    let wrong =
        ana.post(&path, &[("nombre", ""), ("frecuencia", "mensual"), ("producto", "1"), ("cantidad", "0")]).await;
    assert!(wrong.status == 422 && wrong.body.contains("id=\"nombre-error\""), "{}", wrong.body);

    let page = ana.follow(&format!("{path}/pausar"), &[]).await;
    assert!(page.body.contains("En pausa") && page.body.contains("Reanudar"));
    ana.follow(&format!("{path}/reanudar"), &[]).await;
    let asked = ana.get(&format!("{path}/ejecutar")).await;
    assert!(asked.body.contains("¿Pedir «Merienda» ahora?") && asked.body.contains("Juramento 1000"), "{}", asked.body);
    assert!(asked.body.contains("Pedir por $ 21.000"), "five at 4200: {}", asked.body);
    assert_eq!(order_count(&mut ana).await, 0, "asking is not ordering");
    let yes = [("clave_unica", asked.hidden("clave_unica")), ("total_visto", asked.hidden("total_visto"))];
    let yes = yes.each_ref().map(|(name, value)| (*name, value.as_str()));
    let order = ana.follow(&format!("{path}/ejecutar"), &yes).await;
    assert!(order.body.contains("El paquete se pidió.") && order.body.contains("Pedido BA-"), "{}", order.body);
    ana.follow(&format!("{path}/ejecutar"), &yes).await;
    assert_eq!(order_count(&mut ana).await, 1, "an impatient finger");
    assert!(ana.get(&path).await.body.contains("A mano"), "it is in its history");
    assert!(ana.follow(&format!("{path}/borrar"), &[]).await.body.contains("Todavía no hay ninguno"));
    assert_eq!(ana.get(&path).await.status, 404);
    assert_eq!(ana.post(&format!("{path}/bailar"), &[]).await.status, 404);
}

/// How many orders its list shows.
async fn order_count(visitor: &mut Browser) -> usize {
    visitor.get("/pedidos").await.body.matches("/repetir\"").count()
}

#[tokio::test]
async fn a_package_that_was_not_ordered_says_so_and_offers_what_there_is() {
    let database = TestDatabase::sqlite();
    let mut shop = TestShop::new(&database).await;
    let mut ana = merchant(&shop).await;
    let lines = [("producto", "1"), ("cantidad", "2"), ("producto", "2"), ("cantidad", "6")];
    ana.follow("/paquetes/nuevo", &[vec![("nombre", "Desayuno"), ("frecuencia", "semanal")], lines.to_vec()].concat())
        .await;
    database.execute(&shop.app.db, "UPDATE products SET stock = 5 WHERE id = 2").await;
    shop.clock.advance_ms(8 * 24 * 3600 * 1000);
    crate::merchants::run_due(&shop.app, crate::merchants::RunHour::DEFAULT).await.expect("a run");
    for page in ["/paquetes", "/paquetes/1"] {
        let page = ana.get(page).await;
        assert!(page.body.contains("No se pidió el ") && page.body.contains("quedan 5 y pedís 6"), "{}", page.body);
        assert!(page.body.contains("/paquetes/1/ejecutar"), "{}", page.body);
    }
    crate::notices::delivery(&shop.app).expect("a delivery").round().await;
    let mail = shop.mails.try_recv().expect("a mail");
    assert_eq!((mail.to.as_str(), mail.subject.as_str()), ("ana@example.com", "No se pidió tu paquete"));
    assert!(mail.text.contains("«Desayuno»") && mail.text.contains("/paquetes/1"), "{}", mail.text);
    let asked = ana.get("/paquetes/1/ejecutar").await;
    assert!(asked.body.contains("Habías pedido 6; quedan 5."), "{}", asked.body);
    let yes = [("clave_unica", asked.hidden("clave_unica")), ("total_visto", asked.hidden("total_visto"))];
    let yes = yes.each_ref().map(|(name, value)| (*name, value.as_str()));
    let order = ana.follow("/paquetes/1/ejecutar", &yes).await;
    assert!(order.body.contains("El paquete se pidió."), "{}", order.body);
    assert!(!ana.get("/paquetes").await.body.contains("No se pidió el "), "it was ordered since");
}

#[tokio::test]
async fn a_package_is_ordered_at_the_price_that_was_shown() {
    let database = TestDatabase::sqlite();
    let shop = TestShop::new(&database).await;
    let mut ana = merchant(&shop).await;
    let package = [("nombre", "Desayuno"), ("frecuencia", "semanal"), ("producto", "1"), ("cantidad", "2")];
    ana.follow("/paquetes/nuevo", &package).await;
    let asked = ana.get("/paquetes/1/ejecutar").await;
    let yes = [("clave_unica", asked.hidden("clave_unica")), ("total_visto", asked.hidden("total_visto"))];
    let yes = yes.each_ref().map(|(name, value)| (*name, value.as_str()));
    shop.send(&mut shop.admin().await, Method::PATCH, "/api/productos/1", Some(json!({"precio": 5000}))).await;
    let again = ana.follow("/paquetes/1/ejecutar", &yes).await;
    assert!(again.body.contains("ahora son $ 10.000") && again.body.contains("Pedir por $ 10.000"), "{}", again.body);
    assert_eq!(order_count(&mut ana).await, 0);

    shop.send(&mut shop.admin().await, Method::PATCH, "/api/productos/1", Some(json!({"activo": false}))).await;
    let refused = ana.follow("/paquetes/1/ejecutar", &yes).await;
    assert!(refused.body.contains("«Yerba mate 1 kg» ya no se vende"), "{}", refused.body);
    assert!(refused.body.contains("Así no se puede pedir") && !refused.body.contains("Pedir por"), "{}", refused.body);
    for page in ["/paquetes", "/paquetes/1"] {
        let page = ana.get(page).await;
        assert!(page.body.contains("«Yerba mate 1 kg» ya no se vende. Hasta que"), "{}", page.body);
    }
    let saved = ana.post("/paquetes/1", &package).await;
    assert!(saved.status == 422 && saved.body.contains("«Yerba mate 1 kg» ya no se vende"), "{}", saved.body);
    assert_eq!(order_count(&mut ana).await, 0);
    let mut other = shop.visitor();
    assert_ne!(other.get("/paquetes/1/ejecutar").await.status, 200, "somebody else's");
}

#[tokio::test]
async fn the_outbox_is_for_administrators() {
    let database = TestDatabase::sqlite();
    let shop = TestShop::new(&database).await;
    let mut ana = merchant(&shop).await;
    assert_eq!(ana.get("/envios").await.status, 403);
    ana.follow("/carrito/1/agregar", &[]).await;
    let form = ana.get("/finalizar").await;
    let (key, item) = (form.hidden("clave_unica"), form.hidden("item"));
    ana.follow(
        "/finalizar",
        &[("clave_unica", &key), ("item", &item), ("direccion", "Juramento 1000"), ("telefono", "11 5555 0101")],
    )
    .await;

    let mut admin = shop.visitor();
    assert_eq!(admin.post("/ingresar", &[("email", ADMIN.0), ("password", ADMIN.1)]).await.location, "/envios");
    let page = admin.get("/envios?estado=pendiente").await;
    assert!(page.body.contains("Pedido nuevo") && page.body.contains("state-pendiente"), "{}", page.body);
    let path = page.body.split("<a href=\"/envios/").nth(1).and_then(|rest| rest.split('"').next()).expect("a message");
    let path = format!("/envios/{path}");
    let detail = admin.get(&path).await;
    assert!(detail.body.contains("Juramento 1000") && detail.body.contains("Mandar de nuevo ahora"), "{}", detail.body);
    assert!(detail.body.contains("El pedido se cancela y su stock vuelve al estante"), "{}", detail.body);
    assert!(admin.follow(&format!("{path}/reintentar"), &[]).await.body.contains("Se va a mandar enseguida."));
    let blank = admin.post(&format!("{path}/descartar"), &[("motivo", " ")]).await;
    assert!(blank.status == 422 && blank.body.contains("id=\"motivo-error\""), "{}", blank.body);
    let gone = admin.follow(&format!("{path}/descartar"), &[("motivo", "duplicado")]).await;
    assert!(gone.body.contains("Descartado") && gone.body.contains("duplicado"), "{}", gone.body);
    assert!(admin.follow("/envios/reintentar", &[]).await.body.contains("0 mensajes"));
    assert_eq!(admin.get("/envios?estado=perdido").await.status, 422);
}
