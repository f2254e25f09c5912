//! One customer, for administrators: what is known of them, to be given to them, and the end of their account. For somebody who
//! asks by telephone.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use belgrano_runtime::http::{Json, Path, RequestContext};
use belgrano_runtime::problem::Problem;
use belgrano_web::pages::{Form, Layout, Notice};

use super::frame::Frame;
use crate::accounts::{Admin, Chosen};
use crate::app::App;
use crate::persons::{EraseCustomerBody, customer_of, erase_customer, open_orders_of};

#[derive(Template)]
#[template(path = "customer.html")]
struct CustomerPage<'a> {
    layout: &'a Layout,
    customer: Chosen,
    /// Orders that have to be over before the account may be erased.
    open: Vec<String>,
}

#[derive(Template)]
#[template(path = "customer_erase.html")]
struct ErasePage<'a> {
    layout: &'a Layout,
    customer: Chosen,
    /// Orders that have to be over first.
    open: Vec<String>,
    form: Form,
}

/// Who it is, and what can be done for them.
pub(super) async fn show(
    State(app): State<App>,
    admin: Admin,
    Frame { layout, .. }: Frame,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    let customer = customer_of(&app, &admin, id).await?;
    let open = open_orders_of(&app, id).await?;
    layout.show(&CustomerPage { layout: &layout, customer, open })
}

/// What goes and what stays, and the question.
pub(super) async fn ask(
    State(app): State<App>,
    admin: Admin,
    Frame { layout, .. }: Frame,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    layout.show(&erase_page(&layout, &app, &admin, id, Form::default()).await?)
}

async fn erase_page<'a>(
    layout: &'a Layout,
    app: &App,
    admin: &Admin,
    id: i64,
    form: Form,
) -> Result<ErasePage<'a>, Problem> {
    let customer = customer_of(app, admin, id).await?;
    let open = open_orders_of(app, id).await?;
    Ok(ErasePage { layout, customer, open, form })
}

/// Erases the account, or shows the question again with what is wrong.
pub(super) async fn erase(
    state: State<App>,
    admin: Admin,
    Frame { layout, .. }: Frame,
    id: Path<i64>,
    context: RequestContext,
    form: Form,
) -> Result<Response, Problem> {
    let (app, Path(account_id)) = (state.0.clone(), id);
    let erased = match form.read::<EraseCustomerBody>() {
        Ok(body) => erase_customer(state, admin.clone(), Path(account_id), context, Json(body)).await,
        Err(problem) => Err(problem),
    };
    match erased {
        Ok(_) => Ok(Notice::done(layout.t("customer-erased")).then("/administrar/clientes")),
        Err(problem) if Form::takes(&problem) => {
            let page = erase_page(&layout, &app, &admin, account_id, form.refused(&problem)).await?;
            layout.show_as(problem.status(), &page)
        }
        Err(problem) => Err(problem),
    }
}
