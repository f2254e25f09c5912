//! Customers that somebody chose in insights, for administrators: who they are and how to reach them, one by one or all at once.
//! One who asks for something is found by their address.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use belgrano_runtime::auth::email::Email;
use belgrano_runtime::http::Query;
use belgrano_runtime::problem::Problem;
use belgrano_web::pages::{Form, Layout, see_other};
use belgrano_wire::texts::Message;
use serde::Deserialize;

use super::frame::Frame;
use crate::accounts::{Admin, Chosen, chosen, find_by_email};
use crate::app::App;

#[derive(Template)]
#[template(path = "customers.html")]
struct CustomersPage<'a> {
    layout: &'a Layout,
    customers: Vec<Chosen>,
    /// Whether somebody was asked for at all.
    asked: bool,
    /// Whom to look for.
    form: Form,
}

/// Who was chosen.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    /// Numbers of accounts, with commas between them; what is no number is nobody's.
    #[serde(default)]
    ids: String,
}

/// The chosen customers.
pub(super) async fn list(
    State(app): State<App>,
    admin: Admin,
    Frame { layout, .. }: Frame,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let ids: Vec<i64> = asked.ids.split(',').filter_map(|id| id.trim().parse().ok()).collect();
    let customers = if ids.is_empty() { Vec::new() } else { chosen(&app, &admin, &ids).await? };
    layout.show(&CustomersPage { layout: &layout, customers, asked: !ids.is_empty(), form: Form::default() })
}

/// Whom to look for. The address is not in that of the page, which histories and logs keep.
#[derive(Deserialize)]
struct Sought {
    email: Email,
}

/// Leads to the customer with this address, or shows the form again.
pub(super) async fn find(
    State(app): State<App>,
    admin: Admin,
    Frame { layout, .. }: Frame,
    form: Form,
) -> Result<Response, Problem> {
    let refused = match form.read::<Sought>() {
        Ok(Sought { email }) => {
            let ids: Vec<i64> = find_by_email(&app.db, &email).await?.into_iter().collect();
            let found = if ids.is_empty() { Vec::new() } else { chosen(&app, &admin, &ids).await? };
            if let Some(customer) = found.first() {
                return Ok(see_other(&format!("/administrar/clientes/{}", customer.id)));
            }
            Problem::invalid_field("email", Message::new("refusal-no-customer"))
        }
        Err(problem) => problem,
    };
    let form = form.refused(&refused);
    let page = CustomersPage { layout: &layout, customers: Vec::new(), asked: false, form };
    layout.show_as(refused.status(), &page)
}

impl CustomersPage<'_> {
    /// The addresses of those who may still log in, as a mail program takes them.
    fn addresses(&self) -> String {
        let open = self.customers.iter().filter(|customer| customer.active);
        open.map(|customer| customer.email.as_str()).collect::<Vec<_>>().join(", ")
    }
}
