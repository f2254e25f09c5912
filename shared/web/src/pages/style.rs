//! `/_estilo`: every piece of the look on one page, for whoever builds pages. In development only.

use askama::Template;
use axum::Router;
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::get;
use belgrano_runtime::http::compress_pages;
use belgrano_runtime::problem::{FieldError, Problem};
use belgrano_wire::money::Money;
use belgrano_wire::texts::Message;
use belgrano_wire::{Priority, TicketState};

use super::{Choice, Form, Layout, Link, Service};

#[derive(Template)]
#[template(path = "style.html")]
struct StylePage<'a> {
    layout: &'a Layout,
    form: Form,
    icons: Vec<&'static str>,
    price: Money,
}

impl StylePage<'_> {
    fn payments(&self) -> Vec<Choice> {
        ["efectivo", "tarjeta"].map(|method| Choice::new(method, self.layout.payment(method))).into()
    }
}

const DRAWINGS: [&str; 11] = [
    "almacen",
    "lacteos",
    "bebidas",
    "frescos",
    "limpieza",
    "panaderia",
    "carniceria",
    "higiene",
    "mascotas",
    "congelados",
    "otros",
];

pub(super) fn routes<S: Clone + Send + Sync + 'static>(service: &'static Service) -> Router<S> {
    compress_pages(Router::new().route("/_estilo", get(async move |parts: Parts| show(service, &parts))))
}

fn show(service: &'static Service, parts: &Parts) -> Result<Response, Problem> {
    let mut layout = Layout::of(parts, service);
    layout.links = vec![Link::new("/", "nav-home", "home"), Link::new("/_estilo", "nav-style", "eye")];
    layout.who = Some("Rosa Quiroga".to_owned());
    let sprite = include_str!("../../static/vendor/icons.svg");
    let icons = sprite.split("<symbol id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let form = Form::filled([("nombre", "Beto"), ("email", "beto@")]);
    let form = form.refused(&Problem::invalid(vec![FieldError::new("email", Message::new("error-email"))]));
    let price = Money::from_cents(345_050).unwrap_or_default();
    layout.show(&StylePage { layout: &layout, form, icons, price })
}
