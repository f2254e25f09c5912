//! What a customer says of an order: stars for each product and for the delivery, words if they want. One form, which is
//! whole without script.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use belgrano_runtime::http::Path;
use belgrano_runtime::problem::{FieldError, Problem};
use belgrano_web::pages::{Form, Layout, Notice};
use belgrano_wire::OrderNumber;
use belgrano_wire::texts::Message;

use super::frame::Frame;
use crate::accounts::Session;
use crate::app::App;
use crate::orders::{self, OrderView};
use crate::reviews::{self, OwnReview, RatingBody, RatingOf, ReviewsBody, Stars};

#[derive(Template)]
#[template(path = "review.html")]
struct ReviewPage<'a> {
    layout: &'a Layout,
    order: OrderView,
    subjects: Vec<Subject>,
    /// Something was said before.
    again: bool,
    /// What is wrong with all of it.
    refusal: Option<String>,
}

/// What can be rated: a product, or the delivery.
struct Subject {
    /// The end of its fields' names: the product's id, or `entrega`.
    key: String,
    /// What the product was called; `None` for the delivery.
    name: Option<String>,
    stars: Option<i64>,
    words: String,
    /// What is wrong with its stars, and with its words.
    errors: [Option<String>; 2],
    /// It was hidden by an administrator, for this reason.
    hidden: Option<String>,
}

/// The key of what so many stars mean.
fn meaning(stars: i64) -> &'static str {
    match stars {
        1 => "review-stars-1",
        2 => "review-stars-2",
        3 => "review-stars-3",
        4 => "review-stars-4",
        _ => "review-stars-5",
    }
}

impl ReviewPage<'_> {
    fn choices() -> std::ops::RangeInclusive<i64> {
        1..=Stars::MOST
    }
}

/// The form, with what was said before.
pub(super) async fn show(
    State(app): State<App>,
    Session(who): Session,
    Frame { layout, .. }: Frame,
    Path(number): Path<OrderNumber>,
) -> Result<Response, Problem> {
    let (order, said) = read(&app, who.account_id, &number).await?;
    if let Err(refusal) = reviews::check_rateable(order.state) {
        let why = Problem::from(refusal).to(layout.language);
        return Ok(Notice::failed(why).then(&format!("/pedidos/{number}")));
    }
    let subjects = subjects(&order, &said);
    layout.show(&ReviewPage { layout: &layout, order, subjects, again: !said.is_empty(), refusal: None })
}

/// Takes what the customer says, and shows the order.
pub(super) async fn send(
    State(app): State<App>,
    Session(who): Session,
    Frame { layout, .. }: Frame,
    Path(number): Path<OrderNumber>,
    form: Form,
) -> Result<Response, Problem> {
    let (order, said) = read(&app, who.account_id, &number).await?;
    let mut subjects = subjects(&order, &said);
    let sent = match body(&mut subjects, &form) {
        Ok(body) => reviews::rate_order(&app, &who, &number, body).await,
        Err(problem) => Err(problem),
    };
    let problem = match sent {
        Ok(()) => return Ok(Notice::done(layout.t("review-thanks")).then(&format!("/pedidos/{number}"))),
        Err(problem) if Form::takes(&problem) => problem,
        Err(problem) => return Err(problem),
    };
    let rest = place(&mut subjects, &problem, &layout);
    let page = ReviewPage { layout: &layout, order, subjects, again: !said.is_empty(), refusal: rest };
    let status = if problem.status().is_client_error() { problem.status() } else { StatusCode::UNPROCESSABLE_ENTITY };
    layout.show_as(status, &page)
}

async fn read(app: &App, account_id: i64, number: &OrderNumber) -> Result<(OrderView, Vec<OwnReview>), Problem> {
    let order = orders::view_of(app, account_id, number).await?;
    let said = reviews::of_order(&mut app.db.read().await?, account_id, number).await?;
    Ok((order, said))
}

/// The products of an order, each once, and the delivery at the end.
fn subjects(order: &OrderView, said: &[OwnReview]) -> Vec<Subject> {
    let mut products: Vec<(i64, &str)> = order.items.iter().map(|item| (item.product_id, item.name.as_str())).collect();
    products.sort_by_key(|(id, _)| *id);
    products.dedup_by_key(|(id, _)| *id);
    let products = products.into_iter().map(|(id, name)| (Some(id), Some(name.to_owned())));
    let subject = |(product_id, name): (Option<i64>, Option<String>)| {
        let said = said.iter().find(|review| review.product_id == product_id);
        Subject {
            key: product_id.map_or_else(|| "entrega".to_owned(), |id| id.to_string()),
            name,
            stars: said.map(|review| review.stars.count()),
            words: said.map(|review| review.words.clone()).unwrap_or_default(),
            errors: [None, None],
            hidden: said.filter(|review| review.hidden).and_then(|review| review.reason.clone()),
        }
    };
    products.chain(std::iter::once((None, None))).map(subject).collect()
}

/// What a form says, which the subjects hold from then on. Words without stars are asked about.
fn body(subjects: &mut [Subject], form: &Form) -> Result<ReviewsBody, Problem> {
    let (mut body, mut errors) = (ReviewsBody::default(), Vec::new());
    for subject in subjects {
        let Subject { key, stars, words, .. } = subject;
        *stars = form.given(&format!("estrellas_{key}")).and_then(|text| text.parse().ok());
        form.value(&format!("texto_{key}")).clone_into(words);
        match (*stars, words.trim().is_empty()) {
            (None, true) => {}
            (None, false) => {
                errors.push(FieldError::new(field(key, "estrellas"), Message::new("error-words-need-stars")));
            }
            (Some(estrellas), _) => {
                let rating = RatingBody { estrellas, texto: words.clone() };
                match key.parse() {
                    Ok(producto_id) => body.productos.push(RatingOf { producto_id, rating }),
                    Err(_) => body.entrega = Some(rating),
                }
            }
        }
    }
    if errors.is_empty() { Ok(body) } else { Err(Problem::invalid(errors)) }
}

fn field(key: &str, part: &str) -> String {
    format!("{key}.{part}")
}

/// Puts what is wrong beside what it is about. What is about nothing that is shown is given back.
fn place(subjects: &mut [Subject], problem: &Problem, layout: &Layout) -> Option<String> {
    // The API numbers what was sent; the form knows it by its key.
    let sent: Vec<String> =
        subjects.iter().filter(|subject| subject.stars.is_some()).map(|subject| subject.key.clone()).collect();
    let mut rest = None;
    for error in problem.errors() {
        let at = error.field.strip_prefix("productos[").and_then(|text| text.split(']').next()?.parse::<usize>().ok());
        let key = at.and_then(|at| sent.get(at).cloned());
        let key = key.or_else(|| error.field.split('.').next().map(str::to_owned)).unwrap_or_default();
        match subjects.iter_mut().find(|subject| subject.key == key) {
            Some(subject) => {
                let part = usize::from(error.field.rsplit_once('.').is_some_and(|(_, part)| part == "texto"));
                subject.errors[part] = Some(error.to(layout.language));
            }
            None => rest = Some(error.to(layout.language)),
        }
    }
    if problem.errors().is_empty() { Some(problem.to(layout.language)) } else { rest }
}
