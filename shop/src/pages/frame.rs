//! What surrounds a page of the shop, for whoever is looking.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use belgrano_runtime::problem::Problem;
use belgrano_web::pages::{Layout, Link, Service};

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
    categories: &["shopping", "food"],
    shortcuts: &[
        Link::new("/pedidos", "nav-orders", "receipt"),
        Link::new("/#ofertas", "nav-offers", "tag"),
        Link::new("/carrito", "nav-cart", "cart"),
    ],
    kept: None,
    robots: ROBOTS,
};

/// The catalog is for everybody; what is somebody's own is nobody else's to read. The link of an order may be fetched: its page
/// says `noindex`, and who may not read that could list its address.
const ROBOTS: &str = "User-agent: *\nAllow: /$\nAllow: /productos\nDisallow: /administrar/\nDisallow: /api/\n\
     Disallow: /avisos\nDisallow: /carrito\nDisallow: /comercio\nDisallow: /envios\nDisallow: /finalizar\nDisallow: /ingresar\n\
     Disallow: /insights\nDisallow: /paquetes\nDisallow: /pedidos\nDisallow: /perfil\nDisallow: /recuperar\nDisallow: /registro\nDisallow: /seguridad\n";

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
        (layout.links, layout.more) = links(role, cart::units(app, whose).await?);
        if matches!(role, Some(Role::Admin | Role::Merchant)) && app.insights.leads_to().await.is_some() {
            layout.more.insert(1, INSIGHTS);
        }
        if who.as_ref().is_some_and(|who| who.owes_factor) {
            // Nothing of it would open.
            (layout.links, layout.more) = (Vec::new(), Vec::new());
        }
        layout.who = role.map(|role| layout.t(role_text(role)).into());
        Ok(Self { layout, who })
    }
}

/// For who has something to see there, when it is there.
const INSIGHTS: Link = Link::new("/insights", "nav-insights", "chart");

fn role_text(role: Role) -> &'static str {
    match role {
        Role::Customer => "role-customer",
        Role::Merchant => "role-merchant",
        Role::Admin => "role-admin",
    }
}

/// The main navigation, five at most, because more do not fit on a phone; and what goes behind its last button.
fn links(role: Option<Role>, in_cart: i64) -> (Vec<Link>, Vec<Link>) {
    const PRODUCTS: Link = Link::new("/productos", "nav-products", "store");
    const CART: Link = Link::new("/carrito", "nav-cart", "cart");
    const LOG_IN: Link = Link::new("/ingresar", "nav-log-in", "person");
    const REGISTER: Link = Link::new("/registro", "nav-register", "plus");
    const ORDERS: Link = Link::new("/pedidos", "nav-orders", "receipt");
    const ACCOUNT: Link = Link::new("/perfil", "nav-account", "person");
    const DETAILS: Link = Link { text: "nav-details", ..ACCOUNT };
    const PACKAGES: Link = Link::new("/paquetes", "nav-packages", "box");
    const BUSINESS: Link = Link::new("/comercio", "nav-business", "store");
    const PRICES: Link = Link::new("/administrar/productos", "nav-manage", "tag");
    const CUSTOMERS: Link = Link::new("/administrar/clientes", "nav-customers", "people");
    const MERCHANTS: Link = Link::new("/administrar/comercios", "nav-merchants", "store");
    const OUTBOX: Link = Link::new("/envios", "nav-outbox", "send");
    const VISITS: Link = Link::new("/administrar/visitas", "nav-visits", "chart");
    const REVIEWS: Link = Link::new("/administrar/resenas", "nav-reviews", "star");
    const SECURITY: Link = Link::new("/seguridad", "nav-security", "key");
    let (own, more): (&[Link], &[Link]) = match role {
        None => (&[LOG_IN, REGISTER], &[]),
        Some(Role::Customer) => (&[ORDERS, ACCOUNT], &[]),
        Some(Role::Merchant) => (&[ORDERS, PACKAGES], &[BUSINESS, DETAILS]),
        Some(Role::Admin) => (&[PRICES, OUTBOX], &[MERCHANTS, CUSTOMERS, VISITS, REVIEWS, SECURITY, ORDERS, DETAILS]),
    };
    let everybody = [PRODUCTS, Link { count: Some(in_cart), ..CART }];
    (everybody.into_iter().chain(own.iter().cloned()).collect(), more.to_vec())
}

#[cfg(test)]
mod tests {
    use super::{Role, links};

    #[test]
    fn a_phone_has_room_for_all_of_it() {
        for role in [None, Some(Role::Customer), Some(Role::Merchant), Some(Role::Admin)] {
            let (links, more) = links(role, 0);
            assert!(links.len() + usize::from(!more.is_empty()) <= 5, "{role:?}");
        }
    }
}
