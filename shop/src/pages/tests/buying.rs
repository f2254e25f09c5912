//! From the cart to an order that is followed.

use belgrano_shared::testing::{Browser, TestDatabase};

use super::PASSWORD;
use crate::testing::TestShop;

/// A customer with two of the first product in the cart.
async fn with_a_cart(shop: &TestShop) -> Browser {
    let mut visitor = shop.visitor();
    let account =
        [("nombre", "Ana"), ("email", "ana@example.com"), ("password", PASSWORD), ("direccion", "Av. Cabildo 2040")];
    visitor.follow("/registro", &account).await;
    visitor.follow("/carrito/1/agregar", &[("cantidad", "2")]).await;
    visitor
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
    let other = visitor.post("/finalizar", &[&fields[..5], &[("notas", "Timbre 3C")]].concat()).await;
    assert_eq!(other.location, "/pedidos", "another order under the same key is told apart");
    let list = visitor.get("/pedidos").await;
    assert_eq!(list.body.matches("<li class=\"card\">").count(), 1, "{}", list.body);
    assert_eq!(visitor.get("/finalizar").await.location, "/carrito", "the cart is empty");
}

#[tokio::test]
async fn an_order_is_followed_cancelled_and_repeated() {
    let database = TestDatabase::sqlite();
    let shop = TestShop::new(&database).await;
    let mut visitor = with_a_cart(&shop).await;
    let form = visitor.get("/finalizar").await;
    let fields = [("clave_unica", form.hidden("clave_unica")), ("item", form.hidden("item"))];
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let placed = visitor.post("/finalizar", &fields).await;
    let order = visitor.get(&placed.location).await;
    assert!(order.body.contains("Recibimos tu pedido."), "{}", order.body);
    assert!(order.body.contains(&format!("data-live=\"/api{}/ws\"", placed.location)));
    assert!(order.body.contains("<li class=\"current\" aria-current=\"step\">Recibido <time"));
    assert!(!order.body.contains("Código de entrega"), "nobody carries it yet");

    let cancel = format!("{}/cancelar", placed.location);
    let order = visitor.follow(&cancel, &[("motivo", "me equivoqué")]).await;
    assert!(order.body.contains("Pediste cancelarlo") && !order.body.contains("name=\"motivo\""), "{}", order.body);

    let again = [("clave_unica", order.hidden("clave_unica"))];
    let again = [(again[0].0, again[0].1.as_str())];
    let repeat = format!("{}/repetir", placed.location);
    visitor.follow(&repeat, &again).await;
    let list = visitor.follow(&repeat, &again).await;
    assert_eq!(list.body.matches("<li class=\"card\">").count(), 2, "repeated once: {}", list.body);

    let mut stranger = shop.visitor();
    stranger.follow("/registro", &[("nombre", "Eva"), ("email", "eva@example.com"), ("password", PASSWORD)]).await;
    assert_eq!(stranger.get(&placed.location).await.status, 404);
    assert_eq!(stranger.post(&cancel, &[]).await.status, 404);
}

#[tokio::test]
async fn what_cannot_be_sold_is_told() {
    let database = TestDatabase::sqlite();
    let shop = TestShop::new(&database).await;
    let mut visitor = with_a_cart(&shop).await;
    let form = visitor.get("/finalizar").await;
    let key = form.hidden("clave_unica");
    let other = visitor.post("/finalizar", &[("clave_unica", &key), ("item", "1:9")]).await;
    assert!(other.status == 409 && other.body.contains("El carrito cambió"), "{}", other.body);
    assert_eq!(other.hidden("item"), "1:2", "what is bought is what is shown");
    database.execute(&shop.app.db, "UPDATE products SET active = FALSE WHERE id = 1").await;
    let refused = visitor.post("/finalizar", &[("clave_unica", &key), ("item", "1:2")]).await;
    assert!(refused.status == 422 && refused.body.contains("no está a la venta"), "{}", refused.body);
    let odd = visitor.post("/finalizar", &[("clave_unica", &key), ("item", "uno")]).await;
    assert!(odd.status == 422 && odd.body.contains("no se entiende el carrito"), "{}", odd.body);
    assert_eq!(shop.visitor().get("/finalizar").await.location, "/ingresar?volver=%2Ffinalizar");
}
