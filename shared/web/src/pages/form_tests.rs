//! Forms: read into the types of the API, and shown again with what is wrong.

use axum::extract::{FromRequest, Request};
use belgrano_runtime::problem::Problem;
use belgrano_wire::Priority;
use belgrano_wire::texts::{Language, Message};
use serde::Deserialize;

use super::Form;
use crate::seen::{Fields, Seen};

#[derive(Debug, Deserialize, PartialEq)]
struct Driver {
    nombre: String,
    capacidad: u32,
    barrio: Option<String>,
    prioridad: Option<Priority>,
}

#[tokio::test]
async fn what_was_pasted_is_read_as_it_is_meant() {
    let body = "nombre=%E2%80%AAA%E2%80%8Bna%E2%80%AC&capacidad=%EF%BC%94&password=n%CC%83%E2%80%8B";
    let request = Request::post("/").header("content-type", "application/x-www-form-urlencoded");
    let form = Form::from_request(request.body(body.into()).expect("valid"), &()).await.expect("a form");
    assert_eq!((form.value("nombre"), form.value("password")), ("Ana", "n\u{303}\u{200b}"));
    assert_eq!(form.read::<Driver>().expect("a driver").capacidad, 4);
    assert_eq!(Form::of_query("q=man%CC%83ana").value("q"), "mañana");
}

#[test]
fn reads_into_the_types_of_the_api() {
    let form = Form::filled([("nombre", "Beto"), ("capacidad", " 4 "), ("barrio", " "), ("prioridad", "alta")]);
    let expected = Driver { nombre: "Beto".to_owned(), capacidad: 4, barrio: None, prioridad: Some(Priority::High) };
    assert_eq!(form.read::<Driver>().expect("a driver"), expected);
}

#[test]
fn a_form_changes_what_was_touched_and_looks_again_when_somebody_was_faster() {
    #[derive(Debug, Deserialize, PartialEq)]
    struct Change {
        nombre: Option<String>,
        capacidad: Option<u32>,
        barrio: Option<String>,
        clave: Option<String>,
        visto: Seen,
    }
    let shown = Fields::default().text("nombre", "Ana").number("capacidad", 4).text("barrio", "Núñez");
    let mut form = Form::showing(&shown);
    form.set("barrio", " ");
    form.set("clave", "");
    let change = form.read_changes::<Change>().expect("a change");
    assert_eq!((change.nombre, change.capacidad, change.clave), (None, None, None));
    assert_eq!((change.barrio.as_deref(), &change.visto), (Some(" "), &form.seen()));

    let now = Fields::default().text("nombre", "Anabella").number("capacidad", 4).text("barrio", "Saavedra");
    let changed = change.visto.check(&now, &[("barrio", Some(String::new()))]).expect_err("somebody was faster");
    let form = form.refused(&changed.into());
    assert_eq!((form.value("nombre"), form.value("barrio")), ("Anabella", ""), "touched stays");
    assert!(form.error("barrio").is_some() && form.error("nombre").is_none());
    let again = form.read_changes::<Change>().expect("a change");
    again.visto.check(&now, &[("barrio", again.barrio)]).expect("it was told");
}

#[test]
fn says_which_field_is_wrong_and_keeps_what_was_typed() {
    let refusal = |pairs: [(&'static str, &'static str); 2]| {
        let problem = Form::filled(pairs).read::<Driver>().expect_err("refused");
        let error = &problem.errors()[0];
        (error.field.clone(), error.message.clone())
    };
    let said = |field: &str, message: &str| (field.to_owned(), message.to_owned());
    assert_eq!(refusal([("nombre", "Beto"), ("capacidad", "")]), said("capacidad", "falta este dato"));
    assert_eq!(refusal([("nombre", "Beto"), ("capacidad", "x")]), said("capacidad", "tiene que ser un número"));

    let form = Form::filled([("nombre", "<Beto>"), ("clave", "secreta")]);
    let form = form.refused(&Problem::invalid_field("nombre", Message::new("error-missing")));
    let field = form.text("nombre", "Nombre").to_string();
    assert!(field.contains("value=\"&#60;Beto&#62;\"") && field.contains("falta este dato"), "{field}");
    assert!(field.contains("aria-invalid") && field.contains("aria-describedby=\"nombre-error\""), "{field}");
    assert!(!form.password("clave", "Clave").to_string().contains("secreta"));
    assert_eq!(form.other_errors(&["clave"]).len(), 1);
    assert!(field.contains(" autofocus") && !form.password("clave", "Clave").to_string().contains(" autofocus"));
    let errors = ["clave", "nombre"]
        .map(|field| belgrano_runtime::problem::FieldError::new(field, Message::new("error-missing")));
    let both = form.clone().refused(&Problem::invalid(errors.into()));
    assert!(both.begins_with("nombre") && !both.begins_with("clave"), "the first of the page, not of the list");
    let english = form.text("nombre", Language::English.t("account-name")).optional().to_string();
    assert!(english.contains("Name") && english.contains("(optional)"), "{english}");
    let form = form.refused(&Problem::invalid_field("nombre", Message::new("error-missing")));
    let english = form.text("nombre", Language::English.t("account-name")).to_string();
    assert!(english.contains("this is missing"), "{english}");
    let form = form.refused(&Problem::conflict("existe", Message::new("refusal-email-taken")));
    let taken = Language::English.t("refusal-email-taken").to_string();
    assert_eq!(form.refusal(Language::English), Some(taken));
}
