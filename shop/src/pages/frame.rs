//! What surrounds a page of the shop, for whoever is looking.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use belgrano_shared::pages::{Layout, Link, Service};
use belgrano_shared::problem::Problem;

use crate::accounts::{MaybeSession, Principal, Role};
use crate::app::App;
use crate::cart::{self, Whose};

/// The shop as its pages know it.
pub(super) static SERVICE: Service = Service {
    name: "Belgrano Ahorro",
    short_name: "Belgrano",
    purpose: "shop-purpose",
    sheet: Some("shop.css"),
    start: "/",
    kept: None,
};

/// The layout of this request. Nobody is refused: a page that is not for everybody asks for a session as well.
pub(super) struct Frame {
    pub(super) layout: Layout,
    pub(super) who: Option<Principal>,
}

impl FromRequestParts<App> for Frame {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let MaybeSession(who) = MaybeSession::from_request_parts(parts, app).await?;
        let role = who.as_ref().map(|who| who.role);
        let mut layout = Layout::of(parts, &SERVICE);
        let whose = Whose::from_request_parts(parts, app).await?;
        layout.links = links(role, cart::units(app, whose).await?);
        layout.who = role.map(|role| layout.t(role_text(role)).into());
        Ok(Self { layout, who })
    }
}

fn role_text(role: Role) -> &'static str {
    match role {
        Role::Customer => "role-customer",
        Role::Merchant => "role-merchant",
        Role::Admin => "role-admin",
    }
}

fn links(role: Option<Role>, in_cart: i64) -> Vec<Link> {
    const PRODUCTS: Link = Link::new("/productos", "nav-products", "store");
    const CART: Link = Link::new("/carrito", "nav-cart", "cart");
    const NOBODY: [Link; 2] =
        [Link::new("/ingresar", "nav-log-in", "person"), Link::new("/registro", "nav-register", "plus")];
    const KNOWN: [Link; 2] =
        [Link::new("/pedidos", "nav-orders", "receipt"), Link::new("/perfil", "nav-account", "person")];
    const MERCHANT: [Link; 2] =
        [Link::new("/paquetes", "nav-packages", "box"), Link::new("/comercio", "nav-business", "store")];
    const ADMIN: [Link; 2] =
        [Link::new("/administrar/productos", "nav-manage", "tag"), Link::new("/envios", "nav-outbox", "send")];
    let own: [&[Link]; 2] = match role {
        None => [&NOBODY, &[]],
        Some(Role::Customer) => [&KNOWN, &[]],
        Some(Role::Merchant) => [&KNOWN, &MERCHANT],
        Some(Role::Admin) => [&KNOWN, &ADMIN],
    };
    let everybody = [PRODUCTS, Link { count: Some(in_cart), ..CART }];
    everybody.into_iter().chain(own.into_iter().flatten().cloned()).collect()
}
