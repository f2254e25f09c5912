//! One press leads to insights, as the same person.

use belgrano_runtime::passage::{Origin, Signed};

use super::{ADMIN, ORIGIN, stage_with};

#[tokio::test]
async fn an_administrator_goes_to_insights_by_a_signed_link() {
    let mut stage = stage_with(&[("INSIGHTS_URL", "https://datos.example/b")]).await;
    assert!(stage.browser.get("/insights").await.location.starts_with("/ingresar"), "log in first");
    stage.log_in(ADMIN).await;
    assert!(stage.browser.get("/reportes").await.body.contains("href=\"/insights\""));
    let sent = stage.browser.get("/insights").await;
    let link = url::Url::parse(&sent.location).expect("a link");
    assert_eq!((sent.status, link.host_str(), link.path()), (303, Some("datos.example"), "/b/entrar"));
    let signed = Signed::of(&link).expect("a link");
    let who = signed.open(&stage.app.secrets, stage.app.ambient.now()).expect("it holds").passage;
    assert_eq!((who.from, who.role.as_str(), who.email.as_str()), (Origin::Board, "admin", ADMIN));
}

#[tokio::test]
async fn without_insights_there_is_no_way_to_it() {
    let mut stage = stage_with(&[("PUBLIC_URL", "https://reparto.example"), ("ALLOWED_ORIGINS", ORIGIN)]).await;
    stage.log_in(ADMIN).await;
    assert!(!stage.browser.get("/reportes").await.body.contains("href=\"/insights\""));
    assert_eq!(stage.browser.get("/insights").await.status, 404);
}
