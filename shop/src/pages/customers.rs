//! Customers that somebody chose in insights, for administrators: who they are and how to reach them, one by one or all at once.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use belgrano_runtime::http::Query;
use belgrano_runtime::problem::Problem;
use belgrano_web::pages::Layout;
use serde::Deserialize;

use super::frame::Frame;
use crate::accounts::{Admin, Chosen, chosen};
use crate::app::App;

#[derive(Template)]
#[template(path = "customers.html")]
struct CustomersPage<'a> {
    layout: &'a Layout,
    customers: Vec<Chosen>,
    /// Whether somebody was asked for at all.
    asked: bool,
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
    layout.show(&CustomersPage { layout: &layout, customers, asked: !ids.is_empty() })
}

impl CustomersPage<'_> {
    /// The addresses of those who may still log in, as a mail program takes them.
    fn addresses(&self) -> String {
        let open = self.customers.iter().filter(|customer| customer.active);
        open.map(|customer| customer.email.as_str()).collect::<Vec<_>>().join(", ")
    }
}
