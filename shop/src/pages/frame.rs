//! What surrounds a page of the shop, for whoever is looking.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use belgrano_shared::pages::{Flash, Layout, Link};
use belgrano_shared::problem::Problem;

use crate::accounts::{MaybeSession, Principal, Role};
use crate::app::App;

/// The layout of this request. Nobody is refused: a page that is not for everybody asks for a session as well.
pub(super) struct Frame {
    pub(super) layout: Layout,
    pub(super) who: Option<Principal>,
}

impl FromRequestParts<App> for Frame {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let MaybeSession(who) = MaybeSession::from_request_parts(parts, app).await?;
        let Ok(flash) = Flash::from_request_parts(parts, app).await;
        let role = who.as_ref().map(|who| who.role);
        let layout = Layout {
            service: "Belgrano Ahorro",
            links: links(role),
            who: role.map(|role| role_text(role).to_owned()),
            here: parts.uri.path().to_owned(),
            flash,
        };
        Ok(Self { layout, who })
    }
}

fn role_text(role: Role) -> &'static str {
    match role {
        Role::Customer => "Cliente",
        Role::Merchant => "Comercio",
        Role::Admin => "Administración",
    }
}

fn links(role: Option<Role>) -> Vec<Link> {
    const EVERYBODY: [Link; 2] =
        [Link { href: "/productos", text: "Productos" }, Link { href: "/carrito", text: "Carrito" }];
    const NOBODY: [Link; 2] =
        [Link { href: "/ingresar", text: "Ingresar" }, Link { href: "/registro", text: "Crear cuenta" }];
    const KNOWN: [Link; 2] =
        [Link { href: "/pedidos", text: "Mis pedidos" }, Link { href: "/perfil", text: "Mi cuenta" }];
    const MERCHANT: [Link; 2] =
        [Link { href: "/paquetes", text: "Paquetes" }, Link { href: "/comercio", text: "Mi comercio" }];
    const ADMIN: [Link; 1] = [Link { href: "/envios", text: "Envíos al tablero" }];
    let own: [&[Link]; 2] = match role {
        None => [&NOBODY, &[]],
        Some(Role::Customer) => [&KNOWN, &[]],
        Some(Role::Merchant) => [&KNOWN, &MERCHANT],
        Some(Role::Admin) => [&KNOWN, &ADMIN],
    };
    EVERYBODY.iter().chain(own.into_iter().flatten()).cloned().collect()
}
