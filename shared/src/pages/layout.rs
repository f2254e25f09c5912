//! What surrounds every page: the head, the navigation, the notice and the way out.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::assets;
use super::flash::{Flash, Notice};
use super::return_to::LOGIN_PATH;
use crate::problem::Problem;

/// A link of the navigation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Where it leads.
    pub href: &'static str,
    /// What it says.
    pub text: &'static str,
}

/// The frame of one page for one visitor. Every template has it as `layout`.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The service's name, in the title and at the top.
    pub service: &'static str,
    /// The main navigation of whoever is looking.
    pub links: Vec<Link>,
    /// The name of whoever is logged in.
    pub who: Option<String>,
    /// The path of this page.
    pub here: String,
    /// What the last form has to say.
    pub flash: Flash,
}

impl Layout {
    /// A frame without a visitor, for what goes wrong before anybody knows who is asking.
    #[must_use]
    pub fn bare() -> Self {
        Self {
            service: "Belgrano",
            links: vec![Link { href: "/", text: "Inicio" }],
            who: None,
            here: String::new(),
            flash: Flash::default(),
        }
    }

    /// The address of an asset.
    #[must_use]
    pub fn asset(&self, name: &str) -> String {
        assets::url(name)
    }

    /// Where to log in.
    #[must_use]
    pub fn login_path(&self) -> &'static str {
        LOGIN_PATH
    }

    /// The notice to show.
    #[must_use]
    pub fn notice(&self) -> Option<&Notice> {
        self.flash.0.as_ref()
    }

    /// Whether `href` is this page or the list it belongs to.
    #[must_use]
    pub fn is_here(&self, href: &str) -> bool {
        self.here == href || (href != "/" && self.here.strip_prefix(href).is_some_and(|rest| rest.starts_with('/')))
    }

    /// The page, 200.
    pub fn show(&self, template: &impl Template) -> Result<Response, Problem> {
        self.show_as(StatusCode::OK, template)
    }

    /// The page with another status: a form that was refused.
    pub fn show_as(&self, status: StatusCode, template: &impl Template) -> Result<Response, Problem> {
        let body = template.render().map_err(|error| Problem::internal(&error))?;
        let kind = (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        let mut response = (status, [kind], body).into_response();
        if let Some(cookie) = self.flash.taken_back() {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        Ok(response)
    }
}

#[cfg(test)]
mod tests {
    use super::Layout;

    #[test]
    fn knows_where_it_is() {
        let layout = Layout { here: "/pedidos/BA-1".to_owned(), ..Layout::bare() };
        assert!(layout.is_here("/pedidos") && layout.is_here("/pedidos/BA-1"));
        assert!(!layout.is_here("/") && !layout.is_here("/ped"));
    }
}
