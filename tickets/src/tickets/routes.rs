//! `GET /api/tickets` and one of them.

use axum::extract::{RawQuery, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use belgrano_runtime::http::{Json, Page, Path, check_fields};
use belgrano_runtime::idempotency::StoredAnswer;
use belgrano_runtime::problem::{Problem, ProblemDocument};
use belgrano_runtime::storage::Session as Connection;
use belgrano_runtime::{fetch, fetch_scalar};
use belgrano_web::picture::Picture;
use belgrano_wire::free_text;
use belgrano_wire::texts::Message;
use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::zone::LocalDay;
use belgrano_wire::{OrderNumber, TicketState, TicketView, UnknownWord};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::detail::Detail;
use super::history::{Entry, history};
use super::search::{Filter, search};
use crate::app::App;
use crate::sessions::{Principal, Session};
use crate::unit::{Ticket, TicketRow, select_tickets};

/// Search, one ticket, its history, its proofs.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(one)).routes(routes!(events)).routes(routes!(proof))
}

/// A page of tickets.
#[derive(Serialize, ToSchema)]
pub(crate) struct Tickets {
    pub(crate) tickets: Vec<TicketView>,
    pub(crate) cursor: Option<String>,
}

/// Searches tickets, newest first; drivers see theirs.
#[utoipa::path(get, path = "/api/tickets", tag = "tickets", params(
    ("estado" = Option<String>, Query, description = "One or several states, repeated or separated by commas."),
    ("repartidor" = Option<i64>, Query), ("prioridad" = Option<String>, Query), ("barrio" = Option<String>, Query),
    ("q" = Option<String>, Query, description = "Words of the number, the barrio, or the customer's name, address or telephone. When no ticket has all of them, those that have some, the most first."),
    ("desde" = Option<String>, Query), ("hasta" = Option<String>, Query, description = "Orders up to this moment; a day counts as a whole."),
    ("cursor" = Option<String>, Query), ("limit" = Option<u32>, Query)),
    responses((status = 200, body = Tickets), (status = 401, body = ProblemDocument), (status = 422, body = ProblemDocument)))]
async fn list(
    State(app): State<App>,
    Session(by): Session,
    page: Page,
    RawQuery(query): RawQuery,
) -> Result<Json<Tickets>, Problem> {
    let filter = read_filter(query.as_deref().unwrap_or_default())?;
    list_for(&app, &by, filter, &page).await.map(Json)
}

/// A page of what `filter` lets through of the tickets that `by` may see, newest first.
pub(crate) async fn list_for(app: &App, by: &Principal, mut filter: Filter, page: &Page) -> Result<Tickets, Problem> {
    if let Some(driver_id) = by.only_driver() {
        filter.driver_id = Some(driver_id);
        if filter.text.is_some() {
            // Of what is over nobody finds out by searching who it was for.
            let open = |state: &TicketState| !state.is_final();
            let asked = if filter.states.is_empty() { TicketState::ALL.to_vec() } else { filter.states };
            filter.states = asked.into_iter().filter(open).collect();
            if filter.states.is_empty() {
                return Ok(Tickets { tickets: Vec::new(), cursor: None });
            }
        }
    }
    let mut session = app.db.read().await?;
    let found = search(&mut session, &filter, page.position()?, page.limit).await?;
    let tickets = found.tickets.into_iter().map(|ticket| as_seen(ticket, by)).collect();
    Ok(Tickets { tickets, cursor: found.next.map(|next| Page::encode(&next)) })
}

/// The filters of a query; what is not among them is ignored.
pub(crate) fn read_filter(query: &str) -> Result<Filter, Problem> {
    let mut filter = Filter::default();
    let query = &*free_text::clean_query(query);
    check_fields(url::form_urlencoded::parse(query.as_bytes()))?;
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        // What is searched for without a letter finds nothing, a blank too: only an empty field is as one left out.
        if &*name == "q" && !value.is_empty() {
            filter.text = Some(value.trim().to_owned());
            continue;
        }
        let value = value.trim();
        if value.is_empty() {
            continue;
        }
        let wrong = |message: Message| Problem::invalid_field(name.to_string(), message);
        match &*name {
            "estado" => {
                for word in value.split(',').filter(|word| !word.trim().is_empty()) {
                    filter.states.push(word.parse().map_err(|error: UnknownWord| wrong(error.into()))?);
                }
            }
            "repartidor" => {
                filter.driver_id = Some(value.parse().map_err(|_| wrong(Message::new("error-id")))?);
            }
            "prioridad" => filter.priority = Some(value.parse().map_err(|error: UnknownWord| wrong(error.into()))?),
            "barrio" => filter.neighbourhood = Some(value.to_owned()),
            "desde" => filter.from = Some(time(value).ok_or_else(|| wrong(NOT_A_TIME))?),
            "hasta" => {
                // A day is meant as a whole, however long it is.
                let until = day(value).map(|day| day.ends).or_else(|| time(value));
                filter.until = Some(until.ok_or_else(|| wrong(NOT_A_TIME))?);
            }
            _ => {}
        }
    }
    Ok(filter)
}

const NOT_A_TIME: Message = Message::new("error-day-or-moment");
/// `2026-11-21`.
const DAY_CHARS: usize = 10;

fn day(text: &str) -> Option<LocalDay> {
    LocalDay::of(Some(text).filter(|text| text.len() == DAY_CHARS)?.parse().ok()?)
}

/// In a query, the `+` of an offset arrives as a blank.
fn time(text: &str) -> Option<UnixMillis> {
    UnixMillis::parse(text).or_else(|| UnixMillis::parse(&text.replace(' ', "+")))
}

/// One ticket; drivers see theirs.
#[utoipa::path(get, path = "/api/tickets/{numero}", tag = "tickets", params(("numero" = String, Path)), responses(
    (status = 200, body = Detail, description = "With its version as `ETag`."), (status = 404, body = ProblemDocument)))]
async fn one(
    State(app): State<App>,
    Session(by): Session,
    Path(number): Path<OrderNumber>,
) -> Result<Response, Problem> {
    let mut session = app.db.read().await?;
    let mut ticket = visible(&mut session, &number, &by).await?;
    ticket.view = as_seen(ticket.view, &by);
    let etag = HeaderValue::try_from(format!("\"{}\"", ticket.view.version)).ok();
    let mut response = Json(Detail::from(ticket)).into_response();
    if let Some(etag) = etag {
        response.headers_mut().insert(header::ETAG, etag);
    }
    Ok(response)
}

/// A page of a history.
#[derive(Serialize, ToSchema)]
pub(crate) struct Events {
    pub(crate) eventos: Vec<Entry>,
    pub(crate) cursor: Option<String>,
}

/// The history of a ticket, from the first change to the last.
#[utoipa::path(get, path = "/api/tickets/{numero}/eventos", tag = "tickets", params(("numero" = String, Path),
    ("cursor" = Option<String>, Query), ("limit" = Option<u32>, Query)),
    responses((status = 200, body = Events), (status = 404, body = ProblemDocument)))]
async fn events(
    State(app): State<App>,
    Session(by): Session,
    Path(number): Path<OrderNumber>,
    page: Page,
) -> Result<Json<Events>, Problem> {
    let mut session = app.db.read().await?;
    let ticket = visible(&mut session, &number, &by).await?;
    let after = page.position()?.unwrap_or(0);
    let mut eventos = history(&mut session, ticket.view.ticket_id, after, page.limit).await?;
    if by.only_driver().is_some() && ticket.view.state.is_final() {
        for entry in &mut eventos {
            (entry.instructions, entry.reason) = (None, None);
        }
    }
    let full = eventos.len() == page.limit as usize;
    let cursor = eventos.last().filter(|_| full).map(|last| Page::encode(&last.version()));
    Ok(Json(Events { eventos, cursor }))
}

#[derive(sqlx::FromRow)]
struct Proof {
    media_type: String,
    content: Vec<u8>,
    drawn: bool,
}

/// The picture or the signature of a delivery.
#[utoipa::path(get, path = "/api/tickets/{numero}/pruebas/{tipo}", tag = "tickets",
    params(("numero" = String, Path), ("tipo" = String, Path, description = "`foto` or `firma`")),
    responses((status = 200, content_type = "image/*"), (status = 404, body = ProblemDocument)))]
async fn proof(
    State(app): State<App>,
    Session(by): Session,
    Path((number, kind)): Path<(OrderNumber, String)>,
) -> Result<Response, Problem> {
    const FIND: &str = "SELECT media_type, content, drawn FROM proofs WHERE ticket_id = $1 AND kind = $2";
    let mut session = app.db.read().await?;
    let ticket = visible(&mut session, &number, &by).await?;
    if by.only_driver().is_some() && ticket.view.state.is_final() {
        return Err(Problem::not_found(Message::new("refusal-no-proof")));
    }
    let found = fetch!(optional, session, Proof, FIND, ticket.view.ticket_id, kind.as_str())?;
    drop(session);
    let proof = found.ok_or_else(|| Problem::not_found(Message::new("refusal-no-proof")))?;
    if !proof.drawn
        && let Ok(picture) = Picture::draw(proof.content.clone()).await
    {
        // One that an older version stored as it came, and that has not been drawn yet.
        return Ok(([(header::CONTENT_TYPE, picture.media_type())], picture.content().to_vec()).into_response());
    }
    Ok(([(header::CONTENT_TYPE, proof.media_type)], proof.content).into_response())
}

/// What the delivery was proved with: `foto`, `firma`.
pub(crate) async fn proof_kinds(session: &mut Connection, ticket_id: i64) -> Result<Vec<String>, Problem> {
    const FIND: &str = "SELECT kind FROM proofs WHERE ticket_id = $1 ORDER BY kind DESC";
    Ok(fetch_scalar!(all, *session, String, FIND, ticket_id)?)
}

/// What `by` sees of a ticket that it may see.
fn as_seen(ticket: TicketView, by: &Principal) -> TicketView {
    if by.only_driver().is_some() { ticket.for_driver() } else { ticket }
}

/// The answer to a step, as whoever took it may see it now: one that was kept under a key is told again later, when the ticket may
/// be another driver's.
pub(crate) async fn answer_as_seen(
    app: &App,
    by: &Principal,
    number: &OrderNumber,
    answer: StoredAnswer,
) -> Result<StoredAnswer, Problem> {
    let Some(driver_id) = by.only_driver() else { return Ok(answer) };
    let now = find(&mut app.db.read().await?, number).await?;
    let carried = now.is_some_and(|now| now.view.driver_id == Some(driver_id) && !now.view.state.is_final());
    let unreadable = |error: serde_json::Error| Problem::internal(&error);
    let mut whole: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(&answer.body).map_err(unreadable)?;
    let mut ticket = serde_json::from_str::<TicketView>(&answer.body).map_err(unreadable)?.for_driver();
    if !carried {
        ticket.forget_customer();
    }
    if let serde_json::Value::Object(seen) = serde_json::to_value(&ticket).map_err(unreadable)? {
        whole.extend(seen);
    }
    let body = serde_json::to_string(&whole).map_err(unreadable)?;
    Ok(StoredAnswer { body, ..answer })
}

/// A ticket, whoever may see it.
pub(crate) async fn find(session: &mut Connection, number: &OrderNumber) -> Result<Option<Ticket>, Problem> {
    let row = fetch!(optional, *session, TicketRow, select_tickets!("WHERE number = $1"), number.as_str())?;
    Ok(row.map(Ticket::try_from).transpose()?)
}

/// A ticket that `by` may see; another driver's does not exist for them.
pub(crate) async fn visible(session: &mut Connection, number: &OrderNumber, by: &Principal) -> Result<Ticket, Problem> {
    find(session, number)
        .await?
        .filter(|ticket| by.only_driver().is_none_or(|driver| ticket.view.driver_id == Some(driver)))
        .ok_or_else(|| Problem::not_found(Message::new("refusal-no-ticket").with("number", number)))
}

#[cfg(test)]
mod tests {
    use belgrano_wire::TicketState;
    use belgrano_wire::timestamp::UnixMillis;
    use belgrano_wire::zone::Zone;

    use super::read_filter as filter;

    #[test]
    fn reads_every_way_to_ask() {
        let asked = filter("estado=pendiente,asignado&estado=en_camino&repartidor=3&q=+Ana&hasta=2026-11-21&limit=7")
            .expect("readable");
        assert_eq!(asked.states, [TicketState::Pending, TicketState::Assigned, TicketState::OnTheWay]);
        assert_eq!((asked.driver_id, asked.text.as_deref()), (Some(3), Some("Ana")));
        assert_eq!(asked.until, UnixMillis::parse("2026-11-22T00:00:00-03:00"));
        Zone::settle_for_test("Europe/Madrid");
        let long = filter("desde=2026-10-25&hasta=2026-10-25").expect("a day");
        assert_eq!(
            (long.from, long.until),
            (UnixMillis::parse("2026-10-24T22:00:00Z"), UnixMillis::parse("2026-10-25T23:00:00Z"))
        );
        Zone::settle_for_test(Zone::USUAL);
        let from = filter("desde=2026-11-21T15:04:05+00:00").expect("readable").from;
        assert_eq!(from, UnixMillis::parse("2026-11-21T15:04:05Z"));
        for (wrong, field) in [("estado=perdido", "estado"), ("repartidor=beto", "repartidor"), ("desde=ayer", "desde")]
        {
            assert_eq!(filter(wrong).expect_err("refused").errors()[0].field, field);
        }
    }
}
