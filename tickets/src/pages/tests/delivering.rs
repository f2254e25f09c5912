//! What a driver does on the phone.

use belgrano_testing::pictures::{self, data_url};
use belgrano_wire::OrderNumber;
use belgrano_wire::pin;

use super::{Stage, stage_with};

#[tokio::test]
async fn a_driver_brings_what_it_was_given() {
    let mut stage = Stage::as_admin().await;
    for number in ["BA-1", "BA-2"] {
        stage.order(number, "Belgrano").await;
    }
    let beto = stage.driver("beto").await;
    let mut driver = stage.browser_of("beto@example.com").await;
    assert_eq!(driver.get("/").await.location, "/reparto");
    let page = driver.get("/reparto").await;
    assert!(page.body.contains("No estás en turno.") && page.body.contains("data-shift=\"off\""), "{}", page.body);
    let page = driver.follow("/reparto/turno", &[("activo", &page.hidden("activo"))]).await;
    assert!(page.body.contains("data-shift=\"on\"") && page.body.contains("No tenés paradas"), "{}", page.body);

    for number in ["BA-1", "BA-2"] {
        stage.browser.follow(&format!("/tickets/{number}/asignar"), &[("repartidor_id", &beto)]).await;
    }
    let page = driver.get("/reparto").await;
    assert!(page.body.contains("Quedan 60 s para aceptar") && page.body.contains("tel:+541155550101"), "{}", page.body);
    assert!(page.body.contains("destination=Av.+Cabildo+2040%2C+Belgrano"), "{}", page.body);
    driver.follow("/reparto/BA-2", &[("estado", "pendiente")]).await;
    driver.follow("/reparto/BA-1", &[("estado", "aceptado")]).await;
    let page = driver.follow("/reparto/BA-1", &[("estado", "en-camino")]).await;
    assert!(page.body.contains("Buen viaje.") && !page.body.contains("data-key=\"BA-2\""), "{}", page.body);
    let refused = driver.follow("/reparto/BA-1", &[("estado", "fallido")]).await;
    assert!(refused.body.contains("contá por qué"), "{}", refused.body);
    let page = driver.follow("/reparto/BA-1", &[("estado", "entregado")]).await;
    assert!(page.body.contains("Entregado. ¡Gracias!") && page.body.contains("No tenés paradas"), "{}", page.body);
    let gone = driver.follow("/reparto/BA-2", &[("estado", "aceptado")]).await;
    assert!(gone.body.contains("role=\"alert\">BA-2 ya no está entre tus paradas."), "{}", gone.body);
}

#[tokio::test]
async fn what_is_refused_of_a_step_is_told_where_it_was_taken_and_once() {
    let mut stage = stage_with(&[("PROOF", "pin")]).await;
    stage.log_in("admin@belgrano.local").await;
    let beto = stage.driver("beto").await;
    for number in ["BA-1", "BA-2"] {
        stage.order(number, "Belgrano").await;
        stage.browser.follow(&format!("/tickets/{number}/asignar"), &[("repartidor_id", &beto)]).await;
    }
    let mut driver = stage.browser_of("beto@example.com").await;
    driver.follow("/idioma", &[("idioma", "en"), ("volver", "/reparto")]).await;
    for number in ["BA-1", "BA-2"] {
        driver.follow(&format!("/reparto/{number}"), &[("estado", "aceptado")]).await;
        driver.follow(&format!("/reparto/{number}"), &[("estado", "en-camino")]).await;
    }
    let right = pin::of(&stage.app.secrets, &OrderNumber::parse("BA-2").expect("a number"));
    let wrong = if right == "0000" { "0001" } else { "0000" };
    let told = |part: &str, text: &str| format!("id=\"{part}-BA-2-error\" data-error role=\"alert\">{text}</p>");
    for text in ["this is not the PIN of this order"; 5] {
        let page = driver.follow("/reparto/BA-2", &[("estado", "entregado"), ("pin", wrong)]).await;
        assert!(page.body.contains(&told("pin", text)), "{}", page.body);
        let [before, field] = page.body.split("id=\"pin-BA-2\"").collect::<Vec<_>>()[..] else { panic!("no field") };
        assert!(field.split('>').next().is_some_and(|tag| tag.contains("autofocus")), "{field}");
        assert!(!before.contains("autofocus") && !page.body.contains("class=\"notice failed\""), "{}", page.body);
    }
    let page = driver.follow("/reparto/BA-2", &[("estado", "entregado"), ("pin", &right)]).await;
    assert!(page.body.contains(&told("pin", "too many tries; it can be tried again in 15 min")), "{}", page.body);
    let page = driver.follow("/reparto/BA-2", &[("estado", "fallido")]).await;
    assert!(page.body.contains("id=\"motivo-BA-2-error\" data-error role=\"alert\">"), "{}", page.body);
    let page = driver.follow("/reparto/BA-1", &[("estado", "aceptado")]).await;
    assert!(page.body.contains("tabindex=\"-1\" autofocus>A ticket that is"), "{}", page.body);
    let page = driver.get("/reparto").await;
    assert!(!page.body.contains("autofocus"), "told once: {}", page.body);
}

#[tokio::test]
async fn each_keeps_to_its_own_pages() {
    let mut stage = Stage::as_admin().await;
    stage.driver("beto").await;
    let mut driver = stage.browser_of("beto@example.com").await;
    for page in ["/tablero", "/flota", "/usuarios", "/reportes", "/tickets/BA-1"] {
        assert_eq!(driver.get(page).await.status, 403, "{page}");
        assert_eq!(stage.browser.another().get(page).await.status, 303, "{page}");
    }
    assert_eq!(stage.browser.get("/reparto").await.status, 403);
}

#[tokio::test]
async fn a_reason_is_in_the_language_of_the_board_whoever_chose_it() {
    let mut stage = Stage::as_admin().await;
    stage.order("BA-1", "Belgrano").await;
    let beto = stage.driver("beto").await;
    stage.browser.follow("/tickets/BA-1/asignar", &[("repartidor_id", &beto)]).await;
    let mut driver = stage.browser_of("beto@example.com").await;
    let page = driver.follow("/idioma", &[("idioma", "en"), ("volver", "/reparto")]).await;
    assert!(page.body.contains("value=\"No había nadie\" required>Nobody was there</label>"), "{}", page.body);
}

#[tokio::test]
async fn a_delivery_is_proved() {
    let mut stage = stage_with(&[("PROOF", "pin,foto,firma")]).await;
    stage.log_in("admin@belgrano.local").await;
    stage.order("BA-1", "Belgrano").await;
    let beto = stage.driver("beto").await;
    stage.browser.follow("/tickets/BA-1/asignar", &[("repartidor_id", &beto)]).await;
    let mut driver = stage.browser_of("beto@example.com").await;
    driver.follow("/reparto/BA-1", &[("estado", "aceptado")]).await;
    let page = driver.follow("/reparto/BA-1", &[("estado", "en-camino")]).await;
    assert!(
        page.body.contains("name=\"pin\"") && page.body.contains("data-photo") && page.body.contains("data-signature")
    );

    let right = pin::of(&stage.app.secrets, &OrderNumber::parse("BA-1").expect("a number"));
    let wrong = if right == "0000" { "0001" } else { "0000" };
    // As large as a page without script sends it.
    let photo = data_url(&[pictures::jpeg(64, 64, 1), vec![0; 300_000]].concat());
    let signature = data_url(&pictures::jpeg(8, 8, 2));
    let mut proof = [("estado", "entregado"), ("pin", right.as_str()), ("foto", photo.as_str()), ("firma", "")];
    let unsigned = driver.follow("/reparto/BA-1", &proof).await;
    assert!(unsigned.body.contains("hace falta la firma"), "{}", unsigned.body);
    (proof[1].1, proof[3].1) = (wrong, signature.as_str());
    assert!(driver.follow("/reparto/BA-1", &proof).await.body.contains("no es el PIN de este pedido"));
    proof[1].1 = &right;
    let page = driver.follow("/reparto/BA-1", &proof).await;
    assert!(page.body.contains("Entregado. ¡Gracias!"), "{}", page.body);
}
