//! What surrounds every page: the head, the navigation, the notice, the foot; and the texts in the visitor's language.

use std::borrow::Borrow;

use askama::Template;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use belgrano_runtime::problem::Problem;
use belgrano_wire::money::Money;
use belgrano_wire::texts::{Catalogue, Language, Message, Text};
use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::zone::Zone;
use belgrano_wire::{Priority, TicketState};

use super::assets;
use super::flash::{Flash, Notice};
use super::pieces::{Badge, Drawing, Icon};
use super::return_to::LOGIN_PATH;
use super::service::Service;

/// A link of the navigation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Where it leads.
    pub href: &'static str,
    /// The key of what it says.
    pub text: &'static str,
    /// Its drawing in `icons.svg`.
    pub icon: &'static str,
    /// How many there are behind it, where that is worth a number.
    pub count: Option<i64>,
    /// Of what is behind one more button: the key of the heading that begins here.
    pub heading: Option<&'static str>,
    /// Where there is room for it.
    pub room: Room,
    /// Whether it takes [`Layout::carried`] along.
    pub carries: bool,
}

/// Where a link has its place. One that stands beside the others on a wide screen is behind the button on a phone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Room {
    /// On every screen.
    #[default]
    Always,
    /// On a wide screen alone.
    Wide,
    /// On a phone alone.
    Narrow,
}

/// The button that has more links behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct More {
    /// The key of what it says.
    pub text: &'static str,
    /// Its drawing in `icons.svg`.
    pub icon: &'static str,
}

impl More {
    /// What is somebody's own.
    pub const ACCOUNT: Self = Self { text: "nav-account", icon: "person" };
    /// What else there is.
    pub const REST: Self = Self { text: "nav-more", icon: "more" };
}

impl Room {
    /// The class that a sheet knows it by.
    #[must_use]
    pub fn class(self) -> &'static str {
        match self {
            Self::Always => "",
            Self::Wide => "on-wide",
            Self::Narrow => "on-narrow",
        }
    }
}

impl Link {
    /// A link.
    #[must_use]
    pub const fn new(href: &'static str, text: &'static str, icon: &'static str) -> Self {
        Self { href, text, icon, count: None, heading: None, room: Room::Always, carries: false }
    }

    /// The same where there is room for it.
    #[must_use]
    pub const fn at(self, room: Room) -> Self {
        Self { room, ..self }
    }

    /// The same, with what a visitor chose on this page.
    #[must_use]
    pub const fn carrying(self) -> Self {
        Self { carries: true, ..self }
    }

    /// The same, below a heading that begins with it.
    #[must_use]
    pub const fn below(self, heading: Option<&'static str>) -> Self {
        Self { heading, ..self }
    }
}

/// The frame of one page for one visitor. Every template has it as `layout`, and its texts as `layout.t("key")`.
#[derive(Clone, Debug)]
pub struct Layout {
    /// Whose page this is.
    pub service: &'static Service,
    /// What the visitor reads.
    pub language: Language,
    /// The main navigation of whoever is looking.
    pub links: Vec<Link>,
    /// What is needed less often, behind one more button.
    pub more: Vec<Link>,
    /// What that button says.
    pub more_button: More,
    /// The query that links take along which carry what a visitor chose, with its question mark; empty for none.
    pub carried: String,
    /// The name of whoever is logged in.
    pub who: Option<String>,
    /// Where that name leads: to what is somebody's own, unless that stands in the navigation.
    pub own: Option<Link>,
    /// The path of this page.
    pub here: String,
    /// The path of this page with its query, to come back to.
    pub address: String,
    /// What the last form has to say.
    pub flash: Flash,
}

impl Layout {
    /// The frame of a request, for somebody who is not known yet.
    #[must_use]
    pub fn of(parts: &Parts, service: &'static Service) -> Self {
        let address = parts.uri.path_and_query().map_or_else(|| parts.uri.path().to_owned(), ToString::to_string);
        Self {
            service,
            language: Language::of(&parts.headers),
            links: Vec::new(),
            more: Vec::new(),
            more_button: More::ACCOUNT,
            carried: String::new(),
            who: None,
            own: None,
            here: parts.uri.path().to_owned(),
            address,
            flash: Flash::of(&parts.headers),
        }
    }

    /// A frame without a visitor, for what goes wrong before anybody knows who is asking.
    #[must_use]
    pub fn bare(language: Language) -> Self {
        Self {
            service: &Service::BARE,
            language,
            links: vec![Link::new("/", "nav-home", "home")],
            more: Vec::new(),
            more_button: More::ACCOUNT,
            carried: String::new(),
            who: None,
            own: None,
            here: String::new(),
            address: "/".to_owned(),
            flash: Flash::default(),
        }
    }

    /// The text called `key`; what varies in it follows: `layout.t("cart-of").with("name", name)`.
    pub fn t(&self, key: impl Borrow<&'static str>) -> Text {
        self.language.t(key.borrow())
    }

    /// A text that came as one.
    #[must_use]
    pub fn say(&self, message: &Message) -> Text {
        self.language.say(message.clone())
    }

    /// The name of the zone whose time pages show, for scripts that write times.
    #[must_use]
    pub fn zone(&self) -> &'static str {
        Zone::here().name()
    }

    /// A price.
    pub fn money(&self, amount: impl Borrow<Money>) -> String {
        self.language.money(amount)
    }

    /// A price where there is little room: without centavos when there are none.
    pub fn price(&self, amount: impl Borrow<Money>) -> String {
        self.language.price(amount)
    }

    /// A date with its time.
    pub fn moment(&self, at: impl Borrow<UnixMillis>) -> String {
        self.language.moment(at)
    }

    /// A date.
    pub fn day(&self, at: impl Borrow<UnixMillis>) -> String {
        self.language.day(at)
    }

    /// A time.
    pub fn time(&self, at: impl Borrow<UnixMillis>) -> String {
        self.language.time(at)
    }

    /// How long ago that was.
    pub fn age(&self, at: impl Borrow<UnixMillis>, now: impl Borrow<UnixMillis>) -> Text {
        self.language.age(at, now)
    }

    /// A state.
    pub fn state(&self, state: impl Borrow<TicketState>) -> Text {
        self.language.state(state)
    }

    /// A stored sentence of ours, or what a person wrote.
    #[must_use]
    pub fn kept(&self, text: &str) -> String {
        self.language.kept(text)
    }

    /// A priority.
    pub fn priority(&self, priority: impl Borrow<Priority>) -> Text {
        self.language.priority(priority)
    }

    /// A way to pay.
    #[must_use]
    pub fn payment(&self, method: &str) -> String {
        self.language.payment(method)
    }

    /// What modules say, by key, their variables left as `{$name}`.
    #[must_use]
    pub fn script_texts(&self) -> Vec<(&'static str, String)> {
        self.texts("js-")
    }

    /// The texts whose key begins with `prefix`, their variables left as `{$name}`: what the modules of one page say goes
    /// into a `<template id="page-texts">` of that page.
    #[must_use]
    pub fn texts(&self, prefix: &'static str) -> Vec<(&'static str, String)> {
        Catalogue::of(self.language).beginning_with(prefix).collect()
    }

    /// The other languages this page exists in.
    #[must_use]
    pub fn other_languages(&self) -> Vec<Language> {
        Language::ALL.into_iter().filter(|language| *language != self.language).collect()
    }

    /// The address of an asset.
    #[must_use]
    pub fn asset(&self, name: &str) -> String {
        assets::url(name)
    }

    /// A drawing of the sprite: `layout.icon("bike")`. It says nothing to who cannot see it.
    #[must_use]
    pub fn icon(&self, name: &str) -> Icon {
        Icon::new(name)
    }

    /// What stands for a product without a photo: what it is by its name, else by the slug of its category.
    #[must_use]
    pub fn drawing_of(&self, name: &str, category: &str) -> Drawing {
        Drawing::of_product(name, category)
    }

    /// What stands for a category, by its slug.
    #[must_use]
    pub fn drawing(&self, category: &str) -> Drawing {
        Drawing::of(category)
    }

    /// A state as a badge.
    pub fn badge(&self, state: impl Borrow<TicketState>) -> Badge {
        let state = state.borrow();
        Badge::new(format!("state-{state}"), self.state(state))
    }

    /// A priority as a badge.
    pub fn priority_badge(&self, priority: impl Borrow<Priority>) -> Badge {
        let priority = priority.borrow();
        Badge::new(format!("priority-{priority}"), self.priority(priority))
    }

    /// Where to log in.
    #[must_use]
    pub fn login_path(&self) -> &'static str {
        LOGIN_PATH
    }

    /// The notice to show above the page.
    #[must_use]
    pub fn notice(&self) -> Option<&Notice> {
        self.flash.0.as_ref().filter(|notice| notice.beside.is_none())
    }

    /// The notice about what has this id.
    #[must_use]
    pub fn beside(&self, id: &str) -> Option<&str> {
        let notice = self.flash.0.as_ref().filter(|notice| notice.beside.as_deref() == Some(id));
        notice.map(|notice| notice.text.as_str())
    }

    /// Whether `href` is this page or the list it belongs to.
    #[must_use]
    pub fn is_here(&self, href: &str) -> bool {
        self.here == href || (href != "/" && self.here.strip_prefix(href).is_some_and(|rest| rest.starts_with('/')))
    }

    /// Where a link leads from here.
    #[must_use]
    pub fn href(&self, link: &Link) -> String {
        format!("{}{}", link.href, if link.carries { self.carried.as_str() } else { "" })
    }

    /// The class of the button when this page is one of those behind it, on every screen or on a phone.
    #[must_use]
    pub fn more_class(&self) -> Option<&'static str> {
        let here = self.more.iter().find(|link| self.is_here(link.href))?;
        Some(if here.room == Room::Narrow { "here-on-narrow" } else { "here" })
    }

    /// The page, 200.
    pub fn show(&self, template: &impl Template) -> Result<Response, Problem> {
        self.show_as(StatusCode::OK, template)
    }

    /// The page with another status: a form that was refused.
    pub fn show_as(&self, status: StatusCode, template: &impl Template) -> Result<Response, Problem> {
        let body = template.render().map_err(|error| Problem::internal(&error))?;
        let mut response = (status, body).into_response();
        self.describe(response.headers_mut());
        if let Some(cookie) = self.flash.taken_back() {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        Ok(response)
    }

    /// What a page is, and what it depends on.
    pub(super) fn describe(&self, headers: &mut HeaderMap) {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(self.language.tag()));
        headers.append(header::VARY, HeaderValue::from_static("accept-language, cookie"));
    }
}

#[cfg(test)]
mod tests {
    use super::{Language, Layout};

    #[test]
    fn knows_where_it_is() {
        let layout = Layout { here: "/pedidos/BA-1".to_owned(), ..Layout::bare(Language::Spanish) };
        assert!(layout.is_here("/pedidos") && layout.is_here("/pedidos/BA-1"));
        assert!(!layout.is_here("/") && !layout.is_here("/ped"));
    }
}
