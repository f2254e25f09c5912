//! Two administrators at once: who comes second overwrites nothing unseen.

use belgrano_testing::assert_forms_say_what_they_saw;

use super::{ADMIN, Stage};

#[test]
fn every_form_says_what_it_saw() {
    // A driver's own step is judged by the state it leads to.
    assert_forms_say_what_they_saw(concat!(env!("CARGO_MANIFEST_DIR"), "/templates"), &["/reparto/"]);
}

#[tokio::test]
async fn a_driver_that_another_changed_meanwhile_is_told_and_not_overwritten() {
    let mut stage = Stage::as_admin().await;
    let beto = stage.driver("beto").await;
    let mut other = stage.browser_of(ADMIN).await;
    let (path, browser) = (format!("/flota/{beto}"), &mut stage.browser);
    let opened = browser.get(&path).await.hidden("visto");
    assert!(opened.contains("\"capacidad\":\"2\"") && opened.contains("\"en_turno\":\"false\""), "{opened}");

    let theirs = other.get(&path).await.hidden("visto");
    let change = [
        ("visto", theirs.as_str()),
        ("nombre", "beto"),
        ("telefono", "1155554444"),
        ("capacidad", "6"),
        ("barrio", ""),
        ("en_turno", "true"),
        ("activo", "true"),
        ("password", ""),
    ];
    let said = other.follow(&path, &change).await;
    assert!(said.body.contains("flota"), "{}", said.body);

    // Only the name was touched: the shift that began meanwhile goes on, the telephone stays.
    let shown = |visto, nombre, capacidad| {
        [
            ("visto", visto),
            ("nombre", nombre),
            ("telefono", ""),
            ("capacidad", capacidad),
            ("barrio", ""),
            ("en_turno", "false"),
            ("activo", "true"),
            ("password", ""),
        ]
    };
    browser.follow(&path, &shown(&opened, "Beto B.", "2")).await;
    let now = browser.get(&path).await;
    let seen = now.hidden("visto");
    for kept in ["\"nombre\":\"Beto B.\"", "\"capacidad\":\"6\"", "\"en_turno\":\"true\"", "1155554444"] {
        assert!(seen.contains(kept), "{kept}: {seen}");
    }

    // The capacity was touched by both.
    let refused = browser.post(&path, &shown(&opened, "beto", "3")).await;
    assert_eq!(refused.status, 409);
    assert!(refused.body.contains("ahora dice «6»"), "{}", refused.body);
    assert!(refused.body.contains("value=\"3\"") && refused.body.contains("value=\"Beto B.\""), "{}", refused.body);
    let again = refused.hidden("visto");
    let insisted = browser.post(&path, &shown(&again, "Beto B.", "3")).await;
    assert_eq!(insisted.status, 303, "{}", insisted.body);
    let seen = browser.get(&path).await.hidden("visto");
    assert!(seen.contains("\"capacidad\":\"3\"") && seen.contains("\"en_turno\":\"false\""), "{seen}");
}

#[tokio::test]
async fn the_list_of_the_fleet_and_an_account_are_not_overwritten_either() {
    let mut stage = Stage::as_admin().await;
    let beto = stage.driver("beto").await;
    let mut other = stage.browser_of(ADMIN).await;
    let browser = &mut stage.browser;
    let capacity = format!("/flota/{beto}/capacidad");
    let opened = browser.get("/flota").await.hidden("visto");
    assert_eq!(opened, "{\"capacidad\":\"2\"}");
    other.follow(&capacity, &[("visto", &opened), ("capacidad", "9")]).await;
    let refused = browser.follow(&capacity, &[("visto", &opened), ("capacidad", "3")]).await;
    assert!(refused.body.contains("ahora dice «9»") && refused.hidden("visto").contains("\"9\""), "{}", refused.body);

    let path = format!("/usuarios/{beto}");
    let opened = browser.get(&path).await.hidden("visto");
    other.follow(&path, &[("visto", &opened), ("nombre", "beto"), ("rol", "admin"), ("activo", "true")]).await;
    browser.post("/idioma", &[("idioma", "en"), ("volver", "/")]).await;
    let typed = [("visto", opened.as_str()), ("nombre", "Bruno"), ("rol", "flota"), ("activo", "true")];
    browser.follow(&path, &typed).await;
    let seen = browser.get(&path).await.hidden("visto");
    assert!(seen.contains("\"rol\":\"admin\"") && seen.contains("Bruno"), "a role nobody touched stays: {seen}");
    let refused = browser.post(&path, &[typed[0], ("nombre", "Carla"), typed[2], typed[3]]).await;
    assert!(refused.status == 409 && refused.body.contains("it says “Bruno” now"), "{}", refused.body);
    let nonsense = browser.post(&path, &[("visto", "[1"), ("nombre", "Carla")]).await;
    assert_eq!(nonsense.status, 422, "{}", nonsense.body);
}
