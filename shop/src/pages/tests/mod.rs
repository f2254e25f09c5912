//! The pages as a person meets them, in front of the whole router.

mod buying;
mod customers;
mod editing;
mod insights;
mod managing;
mod outbox;
mod running;
mod second_factor;

use axum::http::Method;
use belgrano_testing::TestDatabase;
use serde_json::json;

use crate::testing::TestShop;

const PASSWORD: &str = "correcto caballo";

#[tokio::test]
async fn anybody_may_look_around() {
    let database = TestDatabase::sqlite();
    let shop = TestShop::new(&database).await;
    let mut visitor = shop.visitor();
    let home = visitor.get("/").await;
    assert_eq!(home.status, 200);
    assert!(home.body.contains("Categorías") && home.body.contains("href=\"/productos?negocio="), "{}", home.body);
    assert!(home.body.contains("href=\"/ingresar\"") && !home.body.contains("action=\"/salir\""));

    let all = visitor.get("/productos").await;
    assert!(all.body.contains("action=\"/carrito/"), "{}", all.body);
    let some = visitor.get("/productos?q=yerba&categoria=&negocio=").await;
    assert!(some.body.contains("value=\"yerba\"") && some.body.contains("Yerba"), "{}", some.body);
    let none = visitor.get("/productos?q=%3Cscript%3E").await;
    assert!(none.body.contains("No encontramos nada") && none.body.contains("value=\"&#60;script&#62;\""));
    assert!(!some.body.contains("Nada se llama"), "{}", some.body);
    let close = visitor.get("/productos?q=yerva").await;
    assert!(close.body.contains("Nada se llama «yerva»") && close.body.contains("Yerba mate 1 kg"), "{}", close.body);
    let many = visitor.get("/productos?q=a+b+c+d+e+f+g+h+i").await;
    assert!(many.status == 200 && many.body.contains("id=\"q-error\""), "{}", many.body);

    let product = visitor.get("/productos/1").await;
    assert!(product.status == 200 && product.body.contains("Agregar al carrito"), "{}", product.body);
    for missing in ["/productos/999999", "/productos/x", "/nada"] {
        let seen = visitor.get(missing).await;
        assert!(seen.status == 404 && seen.body.contains("No encontrado"), "{missing}: {}", seen.body);
    }
}

#[tokio::test]
async fn what_is_somebodys_is_kept_by_no_cache() {
    let database = TestDatabase::sqlite();
    let shop = TestShop::new(&database).await;
    let mut ana = shop.customer("ana@example.com").await;
    for path in ["/", "/perfil", "/perfil/clave", "/pedidos", "/carrito", "/api/me", "/api/pedidos", "/api/yo/datos"] {
        let (head, _) = shop.send_bytes(&mut ana, Method::GET, path, None).await;
        let kept = head.headers["cache-control"].to_str().expect("text");
        assert_eq!((head.status.as_u16(), kept), (200, "no-store"), "{path}");
    }
}

#[tokio::test]
async fn nothing_lies_beside_what_is_served() {
    let database = TestDatabase::sqlite();
    let shop = TestShop::new(&database).await;
    let mut visitor = shop.visitor();
    let sheet = belgrano_web::pages::assets::url("belgrano.css");
    assert_eq!(visitor.get(&sheet).await.status, 200);
    let folder = sheet.trim_end_matches("belgrano.css");
    for name in ["", "vendor/", "..%2fCargo.toml", "%2e%2e/Cargo.toml", "belgrano.css.bak", ".DS_Store", "tokens.css"] {
        let path = format!("{folder}{name}");
        assert_eq!(visitor.get(&path).await.status, 404, "{path}");
    }
    let usual = [
        "/static/",
        "/fotos/",
        "/fotos/1/",
        "/.git/config",
        "/.env",
        "/Thumbs.db",
        "/shop.db",
        "/Cargo.toml",
        "/data/",
    ];
    for path in usual {
        assert_eq!(visitor.get(path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn everybody_reads_in_their_language() {
    let database = TestDatabase::sqlite();
    let shop = TestShop::new(&database).await;
    let mut visitor = shop.visitor();
    let page = visitor.get("/ingresar?volver=%2Fcarrito").await;
    assert!(page.body.contains("<html lang=\"es-AR\">") && page.body.contains("Contraseña"), "{}", page.body);
    // The first hidden field of that name is the form's own.
    let back = page.body.rsplit("name=\"volver\" value=\"").next().and_then(|rest| rest.split('"').next());
    assert_eq!(back, Some("/ingresar?volver=%2Fcarrito"));

    let english = visitor.follow("/idioma", &[("idioma", "en"), ("volver", "/ingresar")]).await;
    assert!(english.body.contains("<html lang=\"en\">") && english.body.contains("Password"), "{}", english.body);
    let refused = visitor.post("/ingresar", &[("email", "nobody"), ("password", "x")]).await;
    assert!(refused.status == 422 && refused.body.contains("this is not an email address"), "{}", refused.body);
    let refused = visitor.post("/ingresar", &[("email", "ana@example.com"), ("password", "x")]).await;
    assert!(refused.status == 401 && refused.body.contains("is not right"), "{}", refused.body);
    let missing = visitor.get("/nada").await;
    assert!(missing.status == 404 && missing.body.contains("There is no such address."), "{}", missing.body);

    visitor.follow("/idioma", &[("idioma", "xx"), ("volver", "/ingresar")]).await;
    assert!(visitor.get("/ingresar").await.body.contains("<html lang=\"en\">"), "nobody speaks that");
    assert_eq!(visitor.post("/idioma", &[("idioma", "es-AR"), ("volver", "//evil.example")]).await.location, "/");
    assert!(visitor.get("/ingresar").await.body.contains("<html lang=\"es-AR\">"));
}

#[tokio::test]
async fn a_cart_comes_along_when_an_account_is_made() {
    let database = TestDatabase::sqlite();
    let shop = TestShop::new(&database).await;
    let mut visitor = shop.visitor();
    assert!(visitor.get("/carrito").await.body.contains("Todavía no hay nada"));
    visitor.follow("/carrito/1/agregar", &[("volver", "/productos?q=yerba")]).await;
    let cart = visitor.follow("/carrito/1/agregar", &[("cantidad", "2")]).await;
    assert!(cart.body.contains("Está en el carrito.") && cart.body.contains("value=\"3\""), "{}", cart.body);
    let odd = visitor.follow("/carrito/1", &[("cantidad", "muchos")]).await;
    assert!(odd.body.contains("tiene que ser un número") && odd.body.contains("value=\"3\""));
    let gone = visitor.follow("/carrito/999999/agregar", &[]).await;
    assert!(gone.body.contains("role=\"alert\""), "{}", gone.body);

    let form = visitor.get("/registro?volver=%2Fcarrito").await;
    let (volver, rol) = (form.hidden("volver"), form.hidden("rol"));
    let mut fields = [
        ("nombre", "<Ana>"),
        ("email", "no es un correo"),
        ("password", PASSWORD),
        ("rol", rol.as_str()),
        ("volver", volver.as_str()),
    ];
    let refused = visitor.post("/registro", &fields).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("id=\"email-error\"") && refused.body.contains("value=\"&#60;Ana&#62;\""));
    assert!(!refused.body.contains(PASSWORD));
    fields[1].1 = "ana@example.com";
    let cart = visitor.follow("/registro", &fields).await;
    assert!(cart.body.contains("<h1>Carrito</h1>") && cart.body.contains("value=\"3\""), "{}", cart.body);
    let cart = visitor.follow("/carrito/1", &[("cantidad", "0")]).await;
    assert!(cart.body.contains("Todavía no hay nada"));

    assert_eq!(visitor.post("/salir", &[]).await.location, "/");
    assert_eq!(visitor.get("/perfil").await.location, "/ingresar?volver=%2Fperfil");
    // An impatient finger, whose first answer never came.
    let mut again = shop.visitor();
    assert_eq!(again.post("/registro", &fields).await.location, volver);
    assert_eq!(again.get("/perfil").await.status, 200, "whoever knows the password is in");
    let business = [("nombre_negocio", "Kiosco Ana"), ("cuit", "30-50001091-2"), ("rol", "comerciante")];
    let as_merchant: Vec<_> = fields.iter().copied().filter(|(name, _)| *name != "rol").chain(business).collect();
    let other = shop.visitor().post("/registro", &as_merchant).await;
    assert!(
        other.status == 409 && other.body.contains("Kiosco Ana"),
        "a business is not dropped in silence: {}",
        other.body
    );
    fields[2].1 = "otra clave distinta";
    let twice = shop.visitor().post("/registro", &fields).await;
    assert!(twice.status == 409 && twice.body.contains("id=\"email-error\">Ya hay una cuenta"), "{}", twice.body);
    assert!(twice.body.contains("href=\"/ingresar?volver=%2Fcarrito\"") && !twice.body.contains("role=\"alert\""));
    let focused = twice.body.split("<input ").find(|input| input.contains(" autofocus")).expect("where to go on");
    assert!(focused.starts_with("id=\"email\"") && focused.contains("aria-describedby=\"email-error\""), "{focused}");
}

#[tokio::test]
async fn a_merchant_has_a_cuit() {
    let database = TestDatabase::sqlite();
    let shop = TestShop::new(&database).await;
    let mut visitor = shop.visitor();
    let form = visitor.get("/registro/comercio").await;
    let rol = form.hidden("rol");
    let mut fields = [
        ("nombre", "Ana"),
        ("email", "ana@example.com"),
        ("password", PASSWORD),
        ("rol", rol.as_str()),
        ("nombre_negocio", "Almacén Ana"),
        ("cuit", "20-12345678-5"),
    ];
    let refused = visitor.post("/registro", &fields).await;
    assert!(refused.status == 422 && refused.body.contains("id=\"cuit-error\""), "{}", refused.body);
    assert!(refused.body.contains("value=\"Almacén Ana\""));
    fields[5].1 = "20-12345678-6";
    assert_eq!(visitor.post("/registro", &fields).await.location, "/");
    let profile = visitor.get("/perfil").await;
    assert!(profile.body.contains("20123456786") && profile.body.contains("value=\"Almacén Ana\""), "{}", profile.body);
}

#[tokio::test]
async fn an_account_is_changed_and_recovered() {
    let database = TestDatabase::sqlite();
    let mut shop = TestShop::new(&database).await;
    let mut visitor = shop.visitor();
    let account = [("nombre", "Ana"), ("email", "ana@example.com"), ("password", PASSWORD), ("telefono", "11 5555")];
    visitor.follow("/registro", &account).await;
    let seen = visitor.get("/perfil").await.hidden("visto");
    let seen = ("visto", seen.as_str());
    let blank = [seen, ("nombre", ""), ("apellido", "Díaz"), ("telefono", ""), ("direccion", "")];
    let refused = visitor.post("/perfil", &blank).await;
    assert!(refused.status == 422 && refused.body.contains("value=\"Díaz\""), "{}", refused.body);
    let page = visitor.follow("/perfil", &[seen, ("nombre", "Ana María"), ("telefono", "")]).await;
    assert!(page.body.contains("quedaron guardados") && page.body.contains("value=\"Ana María\""));
    assert!(!page.body.contains("11 5555"), "a blank field takes it away");

    let wrong = visitor.post("/perfil/clave", &[("password_actual", "no"), ("password_nueva", "otra más larga")]).await;
    assert!(wrong.status == 422 && wrong.body.contains("id=\"password_actual-error\""), "{}", wrong.body);
    visitor.follow("/perfil/clave", &[("password_actual", PASSWORD), ("password_nueva", "otra más larga")]).await;

    let mut lost = shop.visitor();
    let page = lost.follow("/recuperar", &[("email", "ana@example.com")]).await;
    assert!(page.body.contains("Si hay una cuenta"), "{}", page.body);
    assert!(page.body.contains("value=\"ana@example.com\" readonly"), "asked for once: {}", page.body);
    assert!(!shop.visitor().get("/recuperar/codigo").await.body.contains("readonly"), "who comes by a mail types it");
    let mail = shop.mails.recv().await.expect("a mail");
    let code = mail.text.lines().next().and_then(|line| line.split(": ").nth(1)).expect("a code").to_owned();
    let brought = format!("http://shop.test/recuperar/codigo#email=ana%40example.com&codigo={code}");
    assert!(mail.text.contains(&brought) && !mail.text.contains('?'), "{}", mail.text);
    let fields = |code| [("email", "ana@example.com"), ("codigo", code), ("password", "una tercera")];
    let wrong = lost.post("/recuperar/codigo", &fields("00000-00000")).await;
    assert!(wrong.status == 422 && wrong.body.contains("id=\"codigo-error\""), "{}", wrong.body);
    lost.follow("/recuperar/codigo", &fields(&code)).await;
    assert!(!lost.get("/recuperar").await.body.contains("ana@example.com"), "nobody asks for it any more");
    let back = lost.post("/ingresar", &[("email", "ana@example.com"), ("password", "una tercera")]).await;
    assert_eq!((back.status, back.location.as_str()), (303, "/"));
}

#[tokio::test]
async fn cookies_are_for_https_where_the_shop_is_reached_by_it() {
    let database = TestDatabase::sqlite();
    for (public_url, secure) in [("https://tienda.example", true), ("http://shop.test", false)] {
        let shop = TestShop::with(&database, &[("PUBLIC_URL", public_url)]).await;
        let mut visitor = shop.visitor();
        for (path, fields) in
            [("/idioma", [("idioma", "en"), ("volver", "/")]), ("/recuperar", [("email", "ana@example.com"), ("", "")])]
        {
            let set = visitor.post(path, &fields).await.set_cookies;
            assert!(
                !set.is_empty() && set.iter().all(|cookie| cookie.ends_with("; Secure") == secure),
                "{path}: {set:?}"
            );
        }
    }
}

#[tokio::test]
async fn search_engines_read_the_catalog_and_nothing_of_anybody() {
    let database = TestDatabase::sqlite();
    let shop = TestShop::new(&database).await;
    let robots = shop.visitor().get("/robots.txt").await.body;
    for closed in ["/pedidos", "/perfil", "/finalizar", "/administrar/", "/api/"] {
        assert!(robots.contains(&format!("Disallow: {closed}\n")), "{closed}: {robots}");
    }
    assert!(!robots.contains("/seguimiento"), "who may not fetch it does not read its noindex: {robots}");
    assert!(robots.contains("Allow: /productos\n") && !robots.contains("Disallow: /\n"), "{robots}");
}

#[tokio::test]
async fn what_cannot_be_sent_is_not_offered() {
    let database = TestDatabase::sqlite();
    let shop = TestShop::without_mail(&database).await;
    let mut ana = shop.customer("ana@example.com").await;
    let page = shop.visitor().get("/recuperar").await;
    assert!(page.body.contains("no manda correos") && !page.body.contains("Te mandamos"), "{}", page.body);
    assert!(!page.body.contains("action=\"/recuperar\""), "{}", page.body);
    let asked = shop.visitor().post("/recuperar", &[("email", "ana@example.com")]).await;
    assert!(asked.status == 409 && asked.body.contains("no manda correos"), "{}", asked.body);
    let asked = shop.post(&mut ana, "/api/password/forgot", json!({ "email": "ana@example.com" })).await;
    assert_eq!((asked.status, asked.headers.get("location")), (409, None), "{asked:?}");
    assert_eq!(
        shop.send(&mut ana, Method::PUT, "/api/avisos/correo", Some(json!({ "activo": true }))).await.status,
        409
    );
}
