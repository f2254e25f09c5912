//! From the cart to an order that is followed.

use axum::http::Method;
use belgrano_testing::{Browser, Seen, TestDatabase};
use serde_json::json;

use super::PASSWORD;
use crate::testing::TestShop;

const PHONE: (&str, &str) = ("telefono", "11 5555 0101");

/// A customer with two of the first product in the cart.
async fn with_a_cart(shop: &TestShop) -> Browser {
    let mut visitor = shop.visitor();
    let account = [
        ("nombre", "Ana"),
        ("email", "ana@example.com"),
        ("password", PASSWORD),
        ("direccion", "Av. Cabildo 2040"),
        PHONE,
    ];
    visitor.follow("/registro", &account).await;
    visitor.follow("/carrito/1/agregar", &[("cantidad", "2")]).await;
    visitor
}

/// What the hidden fields of a page say.
fn hidden(page: &Seen, names: &[&'static str]) -> Vec<(&'static str, String)> {
    names.iter().map(|name| (*name, page.hidden(name))).collect()
}

/// A form as it is sent, from a customer who can be called.
fn sent<'a>(fields: &'a [(&'static str, String)]) -> Vec<(&'static str, &'a str)> {
    fields.iter().map(|(name, value)| (*name, value.as_str())).chain([PHONE]).collect()
}

#[tokio::test]
async fn an_impatient_finger_adds_once_and_whoever_means_it_again() {
    let database = TestDatabase::sqlite();
    let shop = TestShop::new(&database).await;
    let mut visitor = with_a_cart(&shop).await;
    let key = visitor.get("/productos/1").await.hidden("clave_unica");
    for (product, quantity) in [("1", "1"), ("1", "1"), ("1", "3"), ("2", "1")] {
        let fields = [("clave_unica", key.as_str()), ("cantidad", quantity)];
        visitor.follow(&format!("/carrito/{product}/agregar"), &fields).await;
    }
    let cart = visitor.get("/carrito").await.body;
    assert!(cart.contains("value=\"6\""), "2, 1 once, and 3: {cart}");
    let again = visitor.get("/productos/1").await.hidden("clave_unica");
    assert_ne!(again, key);
    let cart = visitor.follow("/carrito/1/agregar", &[("clave_unica", again.as_str())]).await.body;
    assert!(cart.contains("value=\"7\""), "{cart}");
    let cart = visitor.follow("/carrito/1/agregar", &[("cantidad", "9994")]).await.body;
    assert!(cart.contains("role=\"alert\"") && cart.contains("value=\"7\""), "more than anybody may order: {cart}");
}

#[tokio::test]
async fn an_impatient_finger_orders_once() {
    let database = TestDatabase::sqlite();
    let shop = TestShop::new(&database).await;
    let mut visitor = with_a_cart(&shop).await;
    let form = visitor.get("/finalizar").await;
    assert!(form.body.contains("value=\"Av. Cabildo 2040\""), "{}", form.body);
    let (key, item) = (form.hidden("clave_unica"), form.hidden("item"));
    assert_eq!(item, "1:2");
    let long = "x".repeat(101);
    let mut fields = [
        ("clave_unica", key.as_str()),
        ("item", item.as_str()),
        ("direccion", "Mendoza <1>"),
        ("barrio", long.as_str()),
        PHONE,
        ("metodo_pago", "transferencia"),
        ("notas", "Timbre 2B"),
    ];
    let refused = visitor.post("/finalizar", &fields).await;
    assert!(refused.status == 422 && refused.body.contains("id=\"barrio-error\""), "{}", refused.body);
    assert!(refused.body.contains("Mendoza &#60;1&#62;") && refused.body.contains("Timbre 2B"));
    assert!(refused.body.contains("value=\"transferencia\" checked"));
    assert_eq!(refused.hidden("clave_unica"), key);

    fields[3].1 = "Belgrano";
    let first = visitor.post("/finalizar", &fields).await;
    let again = visitor.post("/finalizar", &fields).await;
    assert_eq!((first.status, again.status), (303, 303));
    assert_eq!(first.location, again.location, "the same order");
    let other = visitor.post("/finalizar", &[&fields[..6], &[("notas", "Timbre 3C")]].concat()).await;
    assert_eq!(other.location, "/pedidos", "another order under the same key is told apart");
    let list = visitor.get("/pedidos").await;
    assert_eq!(list.body.matches("<li class=\"card\">").count(), 1, "{}", list.body);
    assert_eq!(visitor.get("/finalizar").await.location, "/carrito", "the cart is empty");
}

#[tokio::test]
async fn an_order_is_followed_and_cancelled() {
    let database = TestDatabase::sqlite();
    let shop = TestShop::new(&database).await;
    let mut visitor = with_a_cart(&shop).await;
    let form = visitor.get("/finalizar").await;
    let placed = visitor.post("/finalizar", &sent(&hidden(&form, &["clave_unica", "item"]))).await;
    let order = visitor.get(&placed.location).await;
    assert!(order.body.contains("Recibimos tu pedido."), "{}", order.body);
    assert!(order.body.contains(&format!("data-live=\"/api{}/ws\"", placed.location)));
    assert!(order.body.contains("<li class=\"current\" aria-current=\"step\">Recibido <time"));
    assert!(!order.body.contains("Código de entrega"), "nobody carries it yet");

    let cancel = format!("{}/cancelar", placed.location);
    assert!(!order.body.contains("name=\"motivo\""), "nothing is cancelled before it is asked: {}", order.body);
    let asked = visitor.get(&cancel).await;
    assert!(asked.body.contains("¿Cancelar el pedido?") && asked.body.contains("name=\"motivo\""), "{}", asked.body);
    let order = visitor.follow(&cancel, &[("motivo", "me equivoqué")]).await;
    assert!(order.body.contains("Pediste cancelarlo") && !order.body.contains("name=\"motivo\""), "{}", order.body);

    let mut stranger = shop.visitor();
    stranger.follow("/registro", &[("nombre", "Eva"), ("email", "eva@example.com"), ("password", PASSWORD)]).await;
    assert_eq!(stranger.get(&placed.location).await.status, 404);
    assert_eq!(stranger.post(&cancel, &[]).await.status, 404);
}

/// A customer whose last order went to a marked door, with a cart.
async fn with_a_marked_door(shop: &TestShop) -> Browser {
    let mut visitor = with_a_cart(shop).await;
    let form = visitor.get("/finalizar").await;
    let fields = hidden(&form, &["clave_unica", "item"]);
    let door = [("direccion", "Av. Cabildo 2040"), ("lat", "-34.5614"), ("lng", "-58.4563"), ("barrio", "Belgrano")];
    let placed = visitor.post("/finalizar", &[sent(&fields), door.to_vec()].concat()).await;
    assert_eq!(placed.status, 303, "{}", placed.body);
    visitor.follow("/carrito/1/agregar", &[]).await;
    visitor
}

#[tokio::test]
async fn a_pin_stays_with_the_address_it_was_set_for() {
    const LAST: &str = "SELECT lat IS NOT NULL FROM orders ORDER BY id DESC LIMIT 1";
    let database = TestDatabase::sqlite();
    let shop = TestShop::new(&database).await;
    let mut visitor = with_a_marked_door(&shop).await;
    let form = visitor.get("/finalizar").await;
    let fields = hidden(&form, &["clave_unica", "item", "lat", "lng", "pin_direccion"]);
    assert_eq!((fields[2].1.as_str(), fields[4].1.as_str()), ("-34.5614", "Av. Cabildo 2040"));
    let elsewhere = [("direccion", "Av. Rivadavia 5000, Caballito"), ("barrio", "")];
    let placed = visitor.post("/finalizar", &[sent(&fields), elsewhere.to_vec()].concat()).await;
    assert_eq!(placed.status, 303, "{}", placed.body);
    let mut session = shop.app.db.read().await.expect("a session");
    assert!(!belgrano_runtime::fetch_scalar!(one, session, bool, LAST).expect("an order"), "no pin in Belgrano");
}

#[tokio::test]
async fn a_pin_outside_the_named_barrio_is_a_question() {
    let database = TestDatabase::sqlite();
    let shop = TestShop::new(&database).await;
    let mut visitor = with_a_marked_door(&shop).await;
    let form = visitor.get("/finalizar").await;
    let fields = hidden(&form, &["clave_unica", "item", "lat", "lng", "pin_direccion"]);
    let mut elsewhere = [sent(&fields), vec![("direccion", "Av. Cabildo 2040"), ("barrio", "Caballito")]].concat();
    let asked = visitor.post("/finalizar", &elsewhere).await;
    assert!(asked.status == 422 && asked.body.contains("La marca del mapa está en Belgrano y escribiste Caballito."));
    assert!(asked.body.contains("name=\"pin_va\" value=\"marca\""), "{}", asked.body);
    elsewhere.push(("pin_va", "marca"));
    let order = visitor.follow("/finalizar", &elsewhere).await;
    assert!(order.body.contains("Av. Cabildo 2040, Belgrano"), "{}", order.body);
}

#[tokio::test]
async fn a_street_alone_is_no_address() {
    let database = TestDatabase::sqlite();
    let shop = TestShop::new(&database).await;
    let mut visitor = with_a_cart(&shop).await;
    let form = visitor.get("/finalizar").await;
    let fields = hidden(&form, &["clave_unica", "item"]);
    let refused = visitor.post("/finalizar", &[sent(&fields), vec![("direccion", "Cabildo")]].concat()).await;
    assert!(refused.status == 422 && refused.body.contains("falta la altura"), "{}", refused.body);
    let items = json!([{ "producto_id": 1, "cantidad": 1 }]);
    let mut eva = shop.customer("eva@example.com").await;
    let mut send = async |body| shop.post(&mut eva, "/api/pedidos", body).await;
    let refused = send(json!({ "items": items, "direccion": "25 de Mayo" })).await;
    assert_eq!((refused.status, &refused.body["errors"][0]["field"]), (422, &json!("direccion")), "{refused:?}");
    for there in [
        json!({ "direccion": "Cabildo y Juramento" }),
        json!({ "direccion": "Cabildo", "lat": -34.5614, "lng": -58.4563 }),
    ] {
        let mut body = json!({ "items": items });
        body.as_object_mut().expect("an object").extend(there.as_object().expect("an object").clone());
        assert_eq!(send(body).await.status, 201);
    }
}

#[tokio::test]
async fn what_is_left_goes_into_the_cart_and_the_page_says_how_many() {
    let database = TestDatabase::sqlite();
    let shop = TestShop::new(&database).await;
    database.execute(&shop.app.db, "UPDATE products SET stock = 2 WHERE id = 1").await;
    database.execute(&shop.app.db, "UPDATE products SET stock = 0 WHERE id = 2").await;
    let mut visitor = shop.visitor();
    let cart = visitor.follow("/carrito/1/agregar", &[("cantidad", "5")]).await;
    assert!(cart.body.contains("Quedan 2: pusimos 2 en el carrito."), "{}", cart.body);
    assert!(!cart.body.contains("Está en el carrito.") && cart.body.contains("href=\"/finalizar\""), "{}", cart.body);
    let cart = visitor.follow("/carrito/1/agregar", &[]).await;
    assert!(
        cart.body.contains("Quedan 2 y ya están en tu carrito.") && cart.body.contains("value=\"2\""),
        "{}",
        cart.body
    );
    let cart = visitor.follow("/carrito/1", &[("poner", "3")]).await;
    assert!(cart.body.contains("Quedan 2: son las que hay en tu carrito."), "{}", cart.body);
    let cart = visitor.follow("/carrito/2/agregar", &[("cantidad", "1")]).await;
    assert!(cart.body.contains("Se agotó: no lo pusimos") && !cart.body.contains("/carrito/2\""), "{}", cart.body);
}

#[tokio::test]
async fn what_cannot_be_sold_is_told() {
    let database = TestDatabase::sqlite();
    let shop = TestShop::new(&database).await;
    let mut visitor = with_a_cart(&shop).await;
    let form = visitor.get("/finalizar").await;
    let key = form.hidden("clave_unica");
    let other = visitor.post("/finalizar", &[("clave_unica", &key), ("item", "1:9"), PHONE]).await;
    assert!(other.status == 409 && other.body.contains("El carrito cambió"), "{}", other.body);
    assert_eq!(other.hidden("item"), "1:2", "what is bought is what is shown");
    database.execute(&shop.app.db, "UPDATE products SET active = FALSE WHERE id = 1").await;
    let refused = visitor.post("/finalizar", &[("clave_unica", &key), ("item", "1:2"), PHONE]).await;
    assert!(refused.status == 422 && refused.body.contains("no está a la venta"), "{}", refused.body);
    let odd = visitor.post("/finalizar", &[("clave_unica", &key), ("item", "uno"), PHONE]).await;
    assert!(odd.status == 422 && odd.body.contains("no se entiende el carrito"), "{}", odd.body);
    assert_eq!(shop.visitor().get("/finalizar").await.location, "/ingresar?volver=%2Ffinalizar");
}

#[tokio::test]
async fn a_driver_can_call_whoever_orders() {
    const TOLD: &str = "SELECT payload FROM outbox ORDER BY id";
    let database = TestDatabase::sqlite();
    let shop = TestShop::new(&database).await;
    let mut visitor = shop.visitor();
    let account = [("nombre", "Ana"), ("email", "ana@example.com"), ("password", PASSWORD)];
    visitor.follow("/registro", &account).await;
    visitor.follow("/carrito/1/agregar", &[]).await;
    let form = visitor.get("/finalizar").await;
    let fields = hidden(&form, &["clave_unica", "item"]);
    let order = |phone: &'static str| {
        let given = [("direccion", "Mendoza 1"), ("telefono", phone)];
        fields.iter().map(|(name, value)| (*name, value.as_str())).chain(given).collect::<Vec<_>>()
    };
    for wrong in ["", "el de siempre"] {
        let refused = visitor.post("/finalizar", &order(wrong)).await;
        assert!(refused.status == 422 && refused.body.contains("id=\"telefono-error\""), "{wrong}: {}", refused.body);
        assert!(refused.body.contains("Mendoza 1") && refused.body.contains(wrong), "{}", refused.body);
    }
    visitor.follow("/finalizar", &order("11 4444-0202")).await;
    assert!(visitor.get("/perfil").await.body.contains("value=\"11 4444-0202\""), "asked for once");

    visitor.follow("/carrito/1/agregar", &[]).await;
    let form = visitor.get("/finalizar").await;
    assert!(form.body.contains("value=\"11 4444-0202\""), "{}", form.body);
    let fields = hidden(&form, &["clave_unica", "item"]);
    let other = [("direccion", "Mendoza 1"), ("telefono", "11 3333 0303")];
    let other: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).chain(other).collect();
    visitor.follow("/finalizar", &other).await;
    assert!(visitor.get("/perfil").await.body.contains("11 4444-0202"), "another number is for that order");
    let mut session = shop.app.db.read().await.expect("a connection");
    let told = belgrano_runtime::fetch_scalar!(all, session, String, TOLD).expect("messages");
    assert!(told[0].contains("11 4444-0202") && told[1].contains("11 3333 0303"), "{told:?}");
}

#[tokio::test]
async fn nothing_is_charged_that_was_not_shown() {
    let database = TestDatabase::sqlite();
    let shop = TestShop::new(&database).await;
    let mut visitor = with_a_cart(&shop).await;
    let form = visitor.get("/finalizar").await;
    let fields = hidden(&form, &["clave_unica", "item", "total_visto"]);
    shop.send(&mut shop.admin().await, Method::PATCH, "/api/productos/1", Some(json!({"precio": 5000}))).await;
    let refused = visitor.post("/finalizar", &sent(&fields)).await;
    assert!(refused.status == 409 && refused.body.contains("ahora son $ 10.000"), "{}", refused.body);
    let fields = hidden(&refused, &["clave_unica", "item", "total_visto"]);
    assert!(visitor.follow("/finalizar", &sent(&fields)).await.body.contains("$ 10.000"));
}

#[tokio::test]
async fn an_order_is_repeated_as_it_can_be_had_today() {
    let database = TestDatabase::sqlite();
    let shop = TestShop::new(&database).await;
    let mut visitor = with_a_cart(&shop).await;
    for product in ["2", "3"] {
        visitor.follow(&format!("/carrito/{product}/agregar"), &[("cantidad", "3")]).await;
    }
    let form = visitor.get("/finalizar").await;
    let items: Vec<String> = form.body.split("name=\"item\" value=\"").skip(1).map(before_quote).collect();
    let key = form.hidden("clave_unica");
    let fields: Vec<_> =
        items.iter().map(|item| ("item", item.as_str())).chain([("clave_unica", &*key), PHONE]).collect();
    let placed = visitor.post("/finalizar", &fields).await.location;
    let repeat = format!("{placed}/repetir");
    assert!(visitor.get(&placed).await.body.contains(&format!("href=\"{repeat}\" data-ask")));
    database.execute(&shop.app.db, "UPDATE products SET price = 500000 WHERE id = 1").await;
    database.execute(&shop.app.db, "UPDATE products SET stock = 1 WHERE id = 2").await;
    database.execute(&shop.app.db, "UPDATE products SET active = FALSE WHERE id = 3").await;

    let asked = visitor.get(&repeat).await;
    for said in [
        "antes $ 4.200, ahora $ 5.000",
        "Habías pedido 3; quedan 1",
        "Ya no está a la venta",
        "Lo que falta no se pide ni se cobra",
    ] {
        assert!(asked.body.contains(said), "{said}: {}", asked.body);
    }
    let orders =
        async |visitor: &mut Browser| visitor.get("/pedidos").await.body.matches("<li class=\"card\">").count();
    assert_eq!(orders(&mut visitor).await, 1, "asking is not ordering");
    let unseen = visitor.post(&repeat, &[("clave_unica", "sin-mirar-0000000000")]).await;
    assert_eq!((unseen.status, &unseen.location, orders(&mut visitor).await), (303, &repeat, 1), "nothing unseen");

    let items: Vec<String> = asked.body.split("name=\"item\" value=\"").skip(1).map(before_quote).collect();
    assert_eq!(items, ["1:2", "2:1"]);
    let fields = hidden(&asked, &["clave_unica", "total_visto"]);
    let yes: Vec<_> = sent(&fields).into_iter().chain(items.iter().map(|item| ("item", item.as_str()))).collect();
    database.execute(&shop.app.db, "UPDATE products SET price = 510000 WHERE id = 1").await;
    let again = visitor.follow(&repeat, &yes).await;
    assert!(again.body.contains("El precio cambió") && orders(&mut visitor).await == 1, "{}", again.body);

    let fields = hidden(&again, &["clave_unica", "total_visto"]);
    let yes: Vec<_> = sent(&fields).into_iter().chain(items.iter().map(|item| ("item", item.as_str()))).collect();
    let first = visitor.post(&repeat, &yes).await;
    assert_eq!(visitor.post(&repeat, &yes).await.location, first.location, "an impatient finger");
    assert_ne!(first.location, placed);
    assert_eq!(orders(&mut visitor).await, 2);
    assert!(visitor.get(&first.location).await.body.contains("10.200"), "two of 5100");

    database.execute(&shop.app.db, "UPDATE products SET active = FALSE").await;
    let nothing = visitor.get(&repeat).await;
    assert!(nothing.body.contains("hoy no queda nada") && !nothing.body.contains("Pedir por"), "{}", nothing.body);
    let mut stranger = shop.visitor();
    stranger.follow("/registro", &[("nombre", "Eva"), ("email", "eva@example.com"), ("password", PASSWORD)]).await;
    assert_eq!(stranger.get(&repeat).await.status, 404);
    assert_eq!(stranger.post(&repeat, &yes).await.status, 404);
}

fn before_quote(rest: &str) -> String {
    rest.split('"').next().unwrap_or_default().to_owned()
}
