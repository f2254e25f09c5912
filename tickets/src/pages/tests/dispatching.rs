//! What an administrator does all day.

use belgrano_testing::{Browser, TestDatabase};

use super::{ADMIN, Stage, stage_with};

#[tokio::test]
async fn the_board_shows_and_moves_what_is_open() {
    let mut stage = Stage::as_admin().await;
    stage.order("BA-1", "Belgrano").await;
    stage.order("BA-2", "Núñez").await;
    let beto = stage.driver("beto").await;
    let browser = &mut stage.browser;
    let board = browser.get("/tablero").await;
    assert!(
        board.body.contains("data-board=\"/ws\"")
            && board.body.contains("data-epoch=\"")
            && board.body.contains("data-after=\"2\"")
    );
    assert!(board.body.contains("data-key=\"BA-1\"") && board.body.contains("Ana &#60;Díaz&#62;"), "{}", board.body);
    let some = browser.get("/tablero?barrio=belgrano&estado=&repartidor=&q=").await;
    assert!(some.body.contains("data-key=\"BA-1\"") && !some.body.contains("data-key=\"BA-2\""));
    let wrong = browser.get("/tablero?estado=perdido").await;
    assert!(wrong.status == 200 && wrong.body.contains("id=\"estado-error\""), "{}", wrong.body);

    let here = [("volver", "/tablero?barrio=Belgrano")];
    let nobody = browser.follow("/tickets/BA-1/asignar", &[here[0], ("repartidor_id", "auto")]).await;
    assert!(nobody.body.contains("No hay ningún repartidor en turno"), "{}", nobody.body);
    assert!(nobody.body.contains("value=\"Belgrano\""), "back to the same view");
    let board = browser.follow("/tickets/BA-1/asignar", &[here[0], ("repartidor_id", &beto)]).await;
    assert!(board.body.contains("BA-1 se ofreció a beto."), "{}", board.body);
    assert!(board.body.contains(&format!("data-column=\"driver-{beto}\" data-n=\"1\"")), "{}", board.body);
    let carried = browser.get(&format!("/tablero?repartidor={beto}")).await;
    assert!(carried.body.contains("data-key=\"BA-1\"") && !carried.body.contains("data-key=\"BA-2\""));
    let board = browser.follow("/tickets/BA-1/desasignar", &here).await;
    assert!(board.body.contains("volvió a los pendientes"));
    let board = browser.follow("/tickets/BA-1/editar", &[here[0], ("prioridad", "urgente")]).await;
    assert!(board.body.contains("data-priority=\"urgente\""), "{}", board.body);
    let bulk = [here[0], ("accion", "prioridad"), ("prioridad", "alta"), ("numeros", "BA-1"), ("numeros", "BA-77")];
    let board = browser.follow("/tablero/lote", &bulk).await;
    assert!(board.body.contains("Hecho en 1 de 2. BA-77: No hay ningún ticket BA-77."), "{}", board.body);
    assert!(browser.follow("/tablero/lote", &[("accion", "asignar")]).await.body.contains("elegí al menos un ticket"));
    let why = [here[0], ("estado", "cancelado"), ("motivo", " ")];
    assert!(browser.follow("/tickets/BA-1/estado", &why).await.body.contains("contá por qué"));
    let why = [here[0], ("estado", "cancelado"), ("motivo", "se arrepintió")];
    let board = browser.follow("/tickets/BA-1/estado", &why).await;
    assert!(!board.body.contains("data-key=\"BA-1\""), "{}", board.body);
    let away = browser.post("/tickets/BA-2/editar", &[("prioridad", "alta"), ("volver", "//evil.example")]).await;
    assert_eq!(away.location, "/");
}

#[tokio::test]
async fn a_ticket_tells_its_history_and_takes_it_back() {
    let mut stage = Stage::as_admin().await;
    stage.order("BA-1", "Belgrano").await;
    let beto = stage.driver("beto").await;
    let browser = &mut stage.browser;
    browser.follow("/tickets/BA-1/asignar", &[("repartidor_id", &beto)]).await;
    let page = browser.get("/tickets/BA-1").await;
    assert!(page.body.contains("state-asignado") && page.body.contains("Yerba 1 kg"), "{}", page.body);
    assert!(!page.body.contains("<option value=\"asignado\">"), "giving it has a form of its own");
    let version = page.hidden("version");
    let too_late = browser.follow("/tickets/BA-1/deshacer", &[("version", "1")]).await;
    assert!(too_late.body.contains("lo cambió antes: Asignado, beto."), "{}", too_late.body);
    let page = browser.follow("/tickets/BA-1/deshacer", &[("version", &version)]).await;
    assert!(page.body.contains("Se deshizo") && page.body.contains("state-pendiente"), "{}", page.body);
    let page = browser.follow("/tickets/BA-1/editar", &[("prioridad", "alta"), ("indicaciones", "Timbre <2B>")]).await;
    assert!(page.body.contains("Timbre &#60;2B&#62;"), "{}", page.body);
    let page = browser.follow("/tickets/BA-1/editar", &[("prioridad", "alta"), ("indicaciones", "")]).await;
    assert!(!page.body.contains("2B&#62;</textarea>") && page.body.contains("Sin indicaciones"), "{}", page.body);
    assert_eq!(browser.get("/tickets/BA-9").await.status, 404);
}

/// The lines of a ticket's history, newest first: what was done, and the state where the words do not say it.
fn history(page: &str) -> Vec<String> {
    let (_, history) = page.split_once("class=\"timeline history\"").expect("a history");
    let lines = history.split("<p><strong>").skip(1).filter_map(|rest| rest.split("</p>").next());
    lines.map(|line| line.replace("</strong>", "").split('<').next().unwrap_or_default().trim().to_owned()).collect()
}

#[tokio::test]
async fn a_history_says_who_got_it_from_whom_in_either_language() {
    let mut stage = Stage::as_admin().await;
    stage.order("BA-1", "Belgrano").await;
    let (ana, bruno) = (stage.driver("ana").await, stage.driver("bruno").await);
    let browser = &mut stage.browser;
    let give = async |browser: &mut Browser, driver: &str| {
        browser.follow("/tickets/BA-1/asignar", &[("repartidor_id", driver)]).await
    };
    give(browser, &ana).await;
    browser.follow("/tickets/BA-1/estado", &[("estado", "aceptado")]).await;
    let page = browser.get("/tickets/BA-1").await;
    assert!(!page.body.contains(&format!("<option value=\"{ana}\"")), "she has it: {}", page.body);
    let page = give(browser, &bruno).await;
    let version = page.hidden("version");
    browser.follow("/tickets/BA-1/deshacer", &[("version", &version)]).await;
    let changed = [("prioridad", "urgente"), ("indicaciones", "Timbre 2B")];
    browser.follow("/tickets/BA-1/editar", &changed).await;
    browser.follow("/tickets/BA-1/desasignar", &[]).await;
    let why = [("estado", "cancelado"), ("motivo", "cancelado por el cliente")];
    let page = browser.follow("/tickets/BA-1/estado", &why).await;
    let spanish = [
        "Cancelado",
        "Desasignado de ana",
        "Prioridad: de Normal a Urgente · Indicaciones: «Timbre 2B»",
        "Deshecho: vuelve a ana",
        "De ana a bruno",
        "Aceptado",
        "Asignado a ana",
        "Recibido",
    ];
    assert_eq!(history(&page.body), spanish);
    browser.post("/idioma", &[("idioma", "en"), ("volver", "/")]).await;
    let page = browser.get("/tickets/BA-1").await;
    let english = [
        "Cancelled",
        "Taken from ana",
        "Priority: from Normal to Urgent · Instructions: “Timbre 2B”",
        "Undone: back with ana",
        "From ana to bruno",
        "Accepted",
        "Assigned to ana",
        "Received",
    ];
    assert_eq!(history(&page.body), english);
    assert!(page.body.contains("cancelled by the customer"), "what the program gave as a reason: {}", page.body);
}

#[tokio::test]
async fn the_boards_form_answers_in_the_language_of_its_page() {
    let mut stage = Stage::as_admin().await;
    stage.order("BA-1", "Belgrano").await;
    let ana = stage.driver("ana").await;
    let browser = &mut stage.browser;
    browser.post("/idioma", &[("idioma", "en"), ("volver", "/")]).await;
    let on_shift = [("nombre", "ana"), ("telefono", ""), ("capacidad", "3"), ("barrio", ""), ("en_turno", "true")];
    browser.post(&format!("/flota/{ana}"), &on_shift).await;
    let ask = [("accion", "asignar"), ("repartidor_id", "auto"), ("numeros", "BA-1"), ("version-BA-1", "1")];
    let answer = browser.post_for_json("/tablero/lote", &ask).await;
    let row = &answer["resultados"][0];
    assert_eq!(row["porque"], "the least loaded, carrying 0 of 3 tickets");
    assert_eq!((&row["ticket"]["estado"], &row["ticket"]["version"]), (&"asignado".into(), &2.into()));
    let answer = browser.post_for_json("/tablero/lote", &ask).await;
    let row = &answer["resultados"][0];
    assert_eq!(row["error"], "Administración changed it first: Assigned, ana.", "{row}");
    assert_eq!(row["ticket"]["version"], 2, "as it is now");
}

#[tokio::test]
async fn each_stale_row_tells_who_was_first_and_does_without_when_that_cannot_be_read() {
    let mut stage = Stage::as_admin().await;
    for number in ["BA-1", "BA-2", "BA-3"] {
        stage.order(number, "Belgrano").await;
    }
    let beto = stage.driver("beto").await;
    let browser = &mut stage.browser;
    browser.follow("/tickets/BA-1/asignar", &[("repartidor_id", &beto)]).await;
    let mut ask = vec![("accion", "prioridad"), ("prioridad", "alta")];
    for (number, version) in [("BA-1", "version-BA-1"), ("BA-2", "version-BA-2"), ("BA-3", "version-BA-3")] {
        ask.extend([("numeros", number), (version, if number == "BA-3" { "1" } else { "9" })]);
    }
    let errors = async |browser: &mut Browser| {
        let answer = browser.post_for_json("/tablero/lote", &ask).await;
        let rows = answer["resultados"].as_array().expect("rows").iter();
        rows.map(|row| row["error"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    let told = errors(browser).await;
    assert!(told[0].starts_with("Administración") && told[1].starts_with("la tienda"), "{told:?}");
    assert_eq!(told[2], "");
    TestDatabase::sqlite().execute(&stage.app.db, "ALTER TABLE events RENAME TO events_away").await;
    let told = errors(browser).await;
    assert!(told[..2].iter().all(|error| error.contains("versión")), "{told:?}");
}

#[tokio::test]
async fn the_fleet_is_kept_and_counted() {
    let mut stage = Stage::as_admin().await;
    stage.order("BA-1", "Belgrano").await;
    assert!(stage.browser.get("/flota").await.body.contains("Todavía no hay nadie"));
    let beto = stage.driver("beto").await;
    let browser = &mut stage.browser;
    let fields = [("nombre", "Caro"), ("email", "caro"), ("password", super::PASSWORD), ("capacidad", "0")];
    let wrong = browser.post("/flota", &fields).await;
    assert!(wrong.status == 422 && wrong.body.contains("value=\"Caro\""), "{}", wrong.body);
    let path = format!("/flota/{beto}");
    let form = browser.get(&path).await;
    assert!(form.body.contains("<option value=\"false\" selected>"), "not on shift: {}", form.body);
    let change = [("nombre", "Beto B."), ("telefono", ""), ("capacidad", "3"), ("barrio", ""), ("en_turno", "true")];
    let page = browser.follow(&path, &change).await;
    assert!(page.body.contains("Beto B.") && page.body.contains("En turno") && page.body.contains("0 de 3"));
    assert_eq!(browser.get("/flota/999").await.status, 404);

    browser.follow("/tickets/BA-1/asignar", &[("repartidor_id", "auto")]).await;
    let reports = browser.get("/reportes").await;
    assert!(reports.body.contains("Beto B.") && reports.body.contains("2026-11-21"), "{}", reports.body);
    assert!(reports.body.contains("estado=asignado\">Asignado</a></th>"), "{}", reports.body);
    let raised = browser.follow(&format!("{path}/capacidad"), &[("capacidad", "7")]).await;
    assert!(raised.body.contains("Beto B. lleva hasta 7 a la vez.") && raised.body.contains("de 7"), "{}", raised.body);
    let wrong = browser.follow(&format!("{path}/capacidad"), &[("capacidad", "0")]).await;
    assert!(wrong.body.contains("class=\"notice failed\"") && wrong.body.contains("de 7"), "{}", wrong.body);
}

#[tokio::test]
async fn every_ticket_is_found_and_downloaded() {
    let mut stage = Stage::as_admin().await;
    stage.order("BA-1", "Belgrano").await;
    stage.order("BA-2", "Núñez").await;
    let browser = &mut stage.browser;
    browser.follow("/tickets/BA-2/estado", &[("estado", "cancelado"), ("motivo", "=cmd|calc")]).await;
    let away = browser.get("/tablero?estado=cancelado").await;
    assert_eq!(
        (away.status, away.location.as_str()),
        (303, "/tickets?estado=cancelado"),
        "what is over is not on the board"
    );
    let found = browser.get(&away.location).await;
    assert!(found.body.contains("/tickets/BA-2") && !found.body.contains("/tickets/BA-1"), "{}", found.body);
    let csv = browser.get("/tickets.csv?estado=cancelado").await;
    let lines: Vec<&str> = csv.body.split_terminator("\r\n").collect();
    assert_eq!(lines.len(), 2, "{}", csv.body);
    assert!(lines[0].starts_with("\u{feff}Número;Estado;"), "{}", lines[0]);
    assert!(lines[1].starts_with("BA-2;Cancelado;Normal;Ana <Díaz>;Av. Cabildo 2040;Núñez;'+54 11 5555-0101;6901,00;"));
    assert!(lines[1].contains(";'=cmd|calc;"), "no formula: {}", lines[1]);
    assert_eq!(browser.get("/tickets.csv").await.body.matches("\r\n").count(), 3, "all of them");
    assert_eq!(browser.get("/tickets.csv?estado=perdido").await.status, 422);
    let days = browser.get("/reportes/dias.csv").await;
    assert!(days.body.contains("2026-11-21;2;0;1\r\n"), "{}", days.body);
    assert!(browser.get("/reportes/repartidores.csv").await.body.contains("Mediana (min)"));
}

#[tokio::test]
async fn what_cannot_be_undone_is_not_offered() {
    let mut stage = Stage::as_admin().await;
    stage.order("BA-1", "Belgrano").await;
    let browser = &mut stage.browser;
    let offers = |body: &str| body.contains("/deshacer");
    assert!(!offers(&browser.get("/tickets/BA-1").await.body), "nothing happened yet");
    browser.follow("/tickets/BA-1/editar", &[("prioridad", "alta"), ("indicaciones", "")]).await;
    let page = browser.get("/tickets/BA-1").await;
    assert!(offers(&page.body));
    let version = page.hidden("version");
    assert!(!offers(&browser.follow("/tickets/BA-1/deshacer", &[("version", &version)]).await.body), "an undo stays");
    let over = browser.follow("/tickets/BA-1/estado", &[("estado", "cancelado"), ("motivo", "se arrepintió")]).await;
    assert!(over.body.contains("Cancelado") && !offers(&over.body), "the stock is back");
}

#[tokio::test]
async fn the_rules_can_be_read() {
    let mut stage = Stage::as_admin().await;
    let page = stage.browser.get("/ajustes").await;
    assert!(page.body.contains("1 minuto") && page.body.contains("OFFER_TIMEOUT"), "{}", page.body);
}

#[tokio::test]
async fn a_map_is_asked_for_the_city_of_the_setting() {
    for (city, asked) in
        [(None, "Belgrano%2C+Ciudad+Aut"), (Some("Rosario, Argentina"), "Belgrano%2C+Rosario%2C+Argentina")]
    {
        let more: Vec<_> = city.map(|city| ("ADDRESS_CITY", city)).into_iter().collect();
        let mut stage = stage_with(&more).await;
        stage.log_in(ADMIN).await;
        stage.order("BA-1", "Belgrano").await;
        let page = stage.browser.get("/tickets/BA-1").await;
        assert!(page.body.contains(asked), "{asked}: {}", page.body);
    }
}
