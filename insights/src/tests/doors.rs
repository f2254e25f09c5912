//! What stands at the door: the log-in page, `/` for programs and people, the API's documentation, pages of other sites.

use axum::body::Body;
use axum::http::{HeaderMap, Request};
use belgrano_runtime::on_both_engines;
use belgrano_testing::TestDatabase;
use serde_json::{Value, json};

use super::house::{Caller, House, cookie};

const HTML: (&str, &str) = ("accept", "text/html,application/xhtml+xml");
const THEIRS: &str = "https://tablero.example";

async fn ask(
    house: &House,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> (u16, HeaderMap, String) {
    let request = Request::builder().method(method).uri(path);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    house.exchange(request.body(Body::from(body.to_owned())).expect("a request")).await
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).map_or("", |value| value.to_str().expect("text"))
}

on_both_engines! {
    async fn the_platform_hears_that_it_is_ready(database) {
        let house = House::start(database).await;
        let (status, _, text) = ask(&house, "GET", "/ready", &[], "").await;
        assert_eq!(status, 200, "{text}");
    }
}

#[tokio::test]
async fn a_program_reads_what_there_is_and_a_browser_is_led_to_the_pages() {
    let database = TestDatabase::sqlite();
    let house = House::start(&database).await;
    let (status, _, text) = ask(&house, "GET", "/", &[("accept", "*/*")], "").await;
    let welcome: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!((status, &welcome["docs"]), (200, &json!("/docs")));
    let (status, headers, _) = ask(&house, "GET", "/", &[HTML], "").await;
    assert_eq!((status, header(&headers, "location")), (303, "/ingresar"));
    let Caller::Cookie(session) = house.admin().await else { panic!("a cookie") };
    let (status, _, page) = ask(&house, "GET", "/", &[HTML, ("cookie", &session)], "").await;
    assert!(status == 200 && page.contains("aria-current"), "{status} {page}");
    let (status, _, text) = ask(&house, "GET", "/health", &[], "").await;
    let health: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!((status, &health["status"], &health["service"]), (200, &json!("ok"), &json!("insights")));
}

#[tokio::test]
async fn a_person_logs_in_on_a_page_and_goes_on() {
    let database = TestDatabase::sqlite();
    let house = House::start(&database).await;
    let (status, _, page) = ask(&house, "GET", "/ingresar?volver=/docs", &[HTML], "").await;
    assert!(
        status == 200 && page.contains("name=\"volver\" value=\"/docs\"") && page.contains("Belgrano Insights"),
        "{page}"
    );
    let english = ask(&house, "GET", "/ingresar", &[HTML, ("accept-language", "en")], "").await.2;
    assert!(english.contains("Log in"), "{english}");
    let form = ("content-type", "application/x-www-form-urlencoded");
    let wrong = "email=admin%40belgrano.local&password=no&volver=%2Fdocs";
    let (status, _, page) = ask(&house, "POST", "/ingresar", &[HTML, form], wrong).await;
    assert!(
        status == 401 && page.contains("no son correctos") && page.contains("admin@belgrano.local"),
        "{status} {page}"
    );
    let right = "email=admin%40belgrano.local&password=una+clave+larga&volver=%2Fdocs";
    let (status, headers, _) = ask(&house, "POST", "/ingresar", &[HTML, form], right).await;
    assert_eq!((status, header(&headers, "location")), (303, "/docs"));
    let caller = cookie(&headers).expect("a session");
    assert_eq!(house.get(&caller, "/api/me").await.0, 200);
    let Caller::Cookie(session) = &caller else { panic!("a cookie") };
    let (status, headers, _) = ask(&house, "POST", "/salir", &[HTML, form, ("cookie", session)], "").await;
    assert_eq!((status, header(&headers, "location")), (303, "/ingresar"));
    assert_eq!(house.get(&caller, "/api/me").await.0, 401);
}

#[tokio::test]
async fn no_page_of_another_site_sends_a_form_and_no_script_reads_the_session() {
    let database = TestDatabase::sqlite();
    let house = House::start_with(&database, &[("PUBLIC_URL", "https://datos.example")]).await;
    let form = ("content-type", "application/x-www-form-urlencoded");
    let right = "email=admin%40belgrano.local&password=una+clave+larga&volver=%2Fdocs";
    let (_, headers, _) =
        ask(&house, "POST", "/ingresar", &[HTML, form, ("sec-fetch-site", "same-origin")], right).await;
    let session = header(&headers, "set-cookie").to_owned();
    assert!(["; HttpOnly", "; SameSite=Lax", "; Secure"].iter().all(|part| session.contains(part)), "{session}");
    let session = session.split(';').next().expect("a cookie");
    let theirs = [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://otro.example"),
        ("origin", "null"),
    ];
    for (path, body) in [
        ("/ingresar", right),
        ("/salir", ""),
        ("/idioma", "idioma=en&volver=%2F"),
        ("/vistas", "nombre=x&direccion=%2F"),
        ("/vistas/1/borrar", ""),
        ("/consola", "sql=SELECT+1"),
        ("/consola/respuesta.csv", "sql=SELECT+1"),
    ] {
        for sent in theirs {
            let (status, headers, _) = ask(&house, "POST", path, &[HTML, form, ("cookie", session), sent], body).await;
            assert_eq!((status, header(&headers, "set-cookie")), (403, ""), "{path} {sent:?}");
        }
    }
    assert_eq!(house.get(&Caller::Cookie(session.to_owned()), "/api/me").await.0, 200, "still logged in");
}

#[tokio::test]
async fn the_api_is_documented_three_times() {
    let database = TestDatabase::sqlite();
    let house = House::start(&database).await;
    let document: Value = serde_json::from_str(&ask(&house, "GET", "/openapi.json", &[], "").await.2).expect("JSON");
    assert!(document["paths"]["/api/kpis"]["get"]["security"].to_string().contains("clave"), "{document}");
    assert!([200, 303].contains(&ask(&house, "GET", "/docs", &[HTML], "").await.0));
    let (status, headers, page) = ask(&house, "GET", "/redoc", &[HTML], "").await;
    assert!(status == 200 && page.contains("spec-url=\"/openapi.json\""), "{page}");
    let policy = header(&headers, "content-security-policy");
    assert!(policy.contains("script-src 'self'") && policy.contains("style-src 'unsafe-inline'"), "{policy}");
    let (status, headers, script) = ask(&house, "GET", "/redoc/redoc.standalone.js", &[], "").await;
    assert!(
        status == 200 && script.contains("ReDoc") && header(&headers, "content-type").starts_with("text/javascript")
    );
    let packed = ask(&house, "GET", "/redoc/redoc.standalone.js", &[("accept-encoding", "gzip")], "").await;
    assert_eq!(header(&packed.1, "content-encoding"), "gzip");
}

#[tokio::test]
async fn pages_of_allowed_origins_read_the_api_and_no_others() {
    let database = TestDatabase::sqlite();
    let house = House::start_with(&database, &[("ALLOWED_ORIGINS", THEIRS)]).await;
    let key = ("x-api-key", "fedcba9876543210");
    let preflight = [("access-control-request-method", "GET"), ("access-control-request-headers", "x-api-key")];
    for (origin, allowed) in [(THEIRS, true), ("https://otro.example", false), ("null", false)] {
        let asked = [("origin", origin), preflight[0], preflight[1]];
        let (status, headers, _) = ask(&house, "OPTIONS", "/api/kpis", &asked, "").await;
        let told = if allowed { origin } else { "" };
        assert_eq!((status, header(&headers, "access-control-allow-origin")), (204, told));
        assert_eq!(header(&headers, "access-control-allow-headers").contains("x-api-key"), allowed);
        for (path, sent, expected) in
            [("/api/kpis", Some(key), 200), ("/api/kpis", None, 401), ("/api/nada", None, 404)]
        {
            let sent: Vec<_> = [("origin", origin)].into_iter().chain(sent).collect();
            let (status, headers, _) = ask(&house, "GET", path, &sent, "").await;
            assert_eq!((status, header(&headers, "access-control-allow-origin")), (expected, told), "{path}");
            assert_eq!(header(&headers, "access-control-allow-credentials"), if allowed { "true" } else { "" });
            let varies =
                headers.get_all("vary").iter().any(|value| value.to_str().is_ok_and(|text| text.contains("origin")));
            assert!(varies, "{headers:?}");
        }
    }
    let (_, headers, _) = ask(&house, "GET", "/ingresar", &[HTML, ("origin", THEIRS)], "").await;
    assert_eq!(header(&headers, "access-control-allow-origin"), "", "pages are nobody else's");
    let database = TestDatabase::sqlite();
    let none = House::start(&database).await;
    let (_, headers, _) = ask(&none, "GET", "/api/kpis", &[("origin", THEIRS), key], "").await;
    assert_eq!(header(&headers, "access-control-allow-origin"), "");
}
