//! One press leads to insights, as the same person.

use belgrano_runtime::passage::{Origin, Signed};
use belgrano_testing::{Browser, TestDatabase};

use crate::testing::{ADMIN, TestShop};

const THERE: (&str, &str) = ("INSIGHTS_URL", "https://datos.example");

async fn logged_in(shop: &TestShop, email: &str, password: &str) -> Browser {
    let mut browser = shop.visitor();
    browser.follow("/ingresar", &[("email", email), ("password", password)]).await;
    browser
}

#[tokio::test]
async fn an_administrator_goes_to_insights_by_a_signed_link() {
    let database = TestDatabase::sqlite();
    let shop = TestShop::with(&database, &[THERE]).await;
    let mut admin = logged_in(&shop, ADMIN.0, ADMIN.1).await;
    assert!(admin.get("/").await.body.contains("href=\"/insights\""));
    let sent = admin.get("/insights").await;
    assert_eq!(sent.status, 303);
    let link = url::Url::parse(&sent.location).expect("a link");
    assert_eq!((link.host_str(), link.path()), (Some("datos.example"), "/entrar"));
    let signed = Signed::of(&link).expect("a link");
    let who = signed.open(&shop.app.secrets, shop.app.ambient.now()).expect("it holds").passage;
    assert_eq!((who.from, who.role.as_str(), who.email.as_str()), (Origin::Shop, "admin", ADMIN.0));
    let again = admin.get("/insights").await.location;
    assert_ne!(again, sent.location, "each link is another");
}

#[tokio::test]
async fn who_has_nothing_to_see_there_does_not_go() {
    let database = TestDatabase::sqlite();
    let shop = TestShop::with(&database, &[THERE]).await;
    assert!(shop.visitor().get("/insights").await.location.starts_with("/ingresar"), "log in first");
    shop.customer("ana@example.com").await;
    let mut ana = logged_in(&shop, "ana@example.com", "correcto caballo").await;
    assert!(!ana.get("/").await.body.contains("href=\"/insights\""));
    assert_eq!(ana.get("/insights").await.status, 403);

    // Nobody said where it is, and this is not somebody's own machine.
    let database = TestDatabase::sqlite();
    let shop = TestShop::with(&database, &[("PUBLIC_URL", "https://tienda.example")]).await;
    let mut admin = logged_in(&shop, ADMIN.0, ADMIN.1).await;
    assert!(!admin.get("/").await.body.contains("href=\"/insights\""));
    assert_eq!(admin.get("/insights").await.status, 404);
}
