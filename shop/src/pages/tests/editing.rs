//! Two windows at once: who comes second overwrites nothing unseen.

use axum::http::Method;
use belgrano_testing::{TestDatabase, assert_forms_say_what_they_saw, pictures};
use serde_json::{Value, json};

use super::running::merchant;
use crate::testing::{ADMIN, TestShop};

#[test]
fn every_form_says_what_it_saw() {
    // What is put into a cart, and the address of whom to erase, is all that these forms say.
    let say_all = ["/carrito/", "/administrar/clientes/"];
    assert_forms_say_what_they_saw(concat!(env!("CARGO_MANIFEST_DIR"), "/templates"), &say_all);
}

#[tokio::test]
async fn a_package_that_changed_meanwhile_is_told_and_not_overwritten() {
    let database = TestDatabase::sqlite();
    let shop = TestShop::new(&database).await;
    let mut ana = merchant(&shop).await;
    let lines = [("producto", "1"), ("cantidad", "2")];
    ana.follow("/paquetes/nuevo", &[[("nombre", "Desayuno"), ("frecuencia", "semanal")], lines].concat()).await;
    let opened = ana.get("/paquetes/1").await.hidden("visto");
    let form = |visto, nombre, cantidad| {
        [
            ("visto", visto),
            ("nombre", nombre),
            ("frecuencia", "semanal"),
            ("metodo_pago", "efectivo"),
            ("producto", "1"),
            ("cantidad", cantidad),
            ("notas", "Timbre"),
        ]
    };
    let first = ana.post("/paquetes/1", &form(&opened, "Desayuno", "7")).await;
    assert_eq!(first.status, 303, "{}", first.body);
    let second = ana.post("/paquetes/1", &form(&opened, "Merienda", "2")).await;
    assert_eq!(second.status, 409);
    assert!(second.body.contains("× 7»; guardá de nuevo"), "{}", second.body);
    assert!(second.body.contains("value=\"Merienda\"") && second.body.contains("value=\"7\""), "{}", second.body);
    let again = second.hidden("visto");
    let insisted = ana.post("/paquetes/1", &form(&again, "Merienda", "2")).await;
    assert_eq!(insisted.status, 303, "{}", insisted.body);
    assert!(ana.get("/paquetes/1").await.body.contains("value=\"2\" aria-label"), "what was typed");
}

#[tokio::test]
async fn an_account_and_a_business_open_in_two_windows_are_not_overwritten() {
    let database = TestDatabase::sqlite();
    let shop = TestShop::new(&database).await;
    let mut ana = merchant(&shop).await;
    let opened = ana.get("/perfil").await.hidden("visto");
    let moved = [("visto", opened.as_str()), ("nombre", "Ana"), ("direccion", "Cuba 2000"), ("telefono", "")];
    assert_eq!(ana.post("/perfil", &moved).await.status, 303);
    let named = [moved[0], ("nombre", "Anabella"), ("direccion", ""), ("telefono", "")];
    assert_eq!(ana.post("/perfil", &named).await.status, 303);
    let seen = ana.get("/perfil").await.hidden("visto");
    assert!(seen.contains("Cuba 2000") && seen.contains("Anabella"), "the old window changes what was touched: {seen}");
    let other = [moved[0], ("nombre", "Ana"), ("direccion", "Olleros 1800"), ("telefono", "")];
    let refused = ana.post("/perfil", &other).await;
    assert!(refused.status == 409 && refused.body.contains("ahora dice «Cuba 2000»"), "{}", refused.body);

    let opened = ana.get("/comercio").await.hidden("visto");
    let kind = [
        ("visto", opened.as_str()),
        ("nombre_negocio", "Almacén Ana"),
        ("cuit", "20-12345678-6"),
        ("direccion_comercial", "Juramento 1000"),
        ("tipo_negocio", "Almacén"),
    ];
    assert_eq!(ana.post("/comercio", &kind).await.status, 303);
    let older = ana.post("/comercio", &kind[..4]).await;
    assert!(older.status == 409 && older.body.contains("ahora dice «Almacén»"), "{}", older.body);
}

#[tokio::test]
async fn a_photo_that_another_put_meanwhile_stays() {
    let database = TestDatabase::sqlite();
    let shop = TestShop::new(&database).await;
    let mut admin = shop.visitor();
    admin.follow("/ingresar", &[("email", ADMIN.0), ("password", ADMIN.1)]).await;
    let mut api = shop.admin().await;
    let put = async |api: &mut crate::testing::Browser, seed| {
        let picture = Some(("image/jpeg", pictures::jpeg(8, 8, seed).into()));
        let (head, body) = shop.send_bytes(api, Method::PUT, "/api/productos/1/foto", picture).await;
        assert_eq!(head.status, 200, "{body:?}");
        let product: Value = serde_json::from_slice(&body).expect("JSON");
        product["imagen"].as_str().expect("an address").to_owned()
    };
    let (first, second) = (put(&mut api, 1).await, put(&mut api, 9).await);
    assert_ne!(first, second);
    let refused = admin.post("/administrar/productos/1/sin-foto", &[("visto", &first)]).await;
    assert_eq!(refused.status, 409);
    assert!(refused.body.contains("otra persona cambió la foto"), "{}", refused.body);
    assert_eq!(shop.get(&mut api, "/api/productos/1").await.body["imagen"], json!(second));
    assert_eq!(admin.post("/administrar/productos/1/sin-foto", &[("visto", &second)]).await.status, 303);
}
