//! `/estado`, `/deshacer` and the edit of one ticket.

use axum::extract::{DefaultBodyLimit, State};
use belgrano_runtime::http::{KeyOnly, Keyed, Path};
use belgrano_runtime::idempotency::{Once, StoredAnswer};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use belgrano_web::picture::{MAX_PICTURE_BYTES, Picture};
use belgrano_wire::free_text;
use belgrano_wire::pin;
use belgrano_wire::signature::SigningSecrets;
use belgrano_wire::texts::Message;
use belgrano_wire::{ClientMoment, ClientTime, OrderNumber, Priority, TicketState, limits};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Edit, GivenProofs, IfMatch, SentAt, Step, TakeStep, Undo, take};
use crate::app::App;
use crate::sessions::{Admin, Principal, Session};
use crate::tickets::{Detail, answer_as_seen};
use crate::unit::Actor;

/// Two pictures in base64 and the rest of a step.
pub(crate) const STEP_BODY_BYTES: usize = MAX_PICTURE_BYTES / 3 * 8 + 64 * 1024;

/// The routes that move and edit one ticket.
pub fn routes() -> OpenApiRouter<App> {
    let step = OpenApiRouter::new().routes(routes!(take_step)).layer(DefaultBodyLimit::max(STEP_BODY_BYTES));
    OpenApiRouter::new().routes(routes!(undo)).routes(routes!(edit)).merge(step)
}

/// `POST /api/tickets/{numero}/estado`.
#[derive(Deserialize, ToSchema)]
pub(crate) struct StepBody {
    /// Where the ticket goes.
    #[serde(rename = "estado")]
    pub(crate) state: TicketState,
    /// Why, for `fallido`, `devuelto` and `cancelado`.
    #[serde(rename = "motivo")]
    pub(crate) reason: Option<String>,
    /// When it happened, if not just now, by the clock of whoever sends it. Corrected by what `X-Belgrano-Enviado` says of
    /// that clock, and moved to what is possible; never refused.
    #[serde(rename = "ocurrido")]
    pub(crate) occurred: Option<ClientTime>,
    /// The digits the customer knows.
    pub(crate) pin: Option<String>,
    /// A picture of the delivery, as a data URL.
    #[serde(rename = "foto")]
    pub(crate) photo: Option<String>,
    /// The customer's signature, as a data URL.
    #[serde(rename = "firma")]
    pub(crate) signature: Option<String>,
}

impl StepBody {
    /// The step as `by` takes it of ticket `number`.
    pub(crate) async fn command(
        self,
        app: &App,
        by: Principal,
        number: OrderNumber,
        IfMatch(if_match): IfMatch,
        SentAt(sent): SentAt,
    ) -> Result<TakeStep, Problem> {
        let given = self.proofs(&app.secrets, &number).await?;
        let (step, when) = (self.step()?, ClientMoment { occurred: self.occurred, sent });
        Ok(TakeStep { number, step, by, when, if_match, required: app.settings.proofs.clone(), given })
    }

    fn step(&self) -> Result<Step, Problem> {
        Ok(match self.state {
            TicketState::Assigned => {
                return Err(Problem::invalid_field("estado", Message::new("error-assign-elsewhere")));
            }
            TicketState::Pending => Step::Release,
            TicketState::Accepted => Step::Accept,
            TicketState::OnTheWay => Step::Start,
            TicketState::Delivered => Step::Deliver,
            TicketState::Failed => Step::Fail(required_reason(self.reason.as_deref())?),
            TicketState::Returned => Step::Return(required_reason(self.reason.as_deref())?),
            TicketState::Cancelled => Step::Cancel(required_reason(self.reason.as_deref())?),
        })
    }

    async fn proofs(&self, secrets: &SigningSecrets, number: &OrderNumber) -> Result<GivenProofs, Problem> {
        if self.state != TicketState::Delivered {
            return Ok(GivenProofs::default());
        }
        let (photo, signature) =
            (drawn("foto", self.photo.as_deref()).await?, drawn("firma", self.signature.as_deref()).await?);
        let pin = self.pin.as_deref().map(|given| pin::verify(secrets, number, given));
        Ok(GivenProofs { pin, photo, signature })
    }
}

/// The picture that came as a data URL in `field`, if one came.
async fn drawn(field: &'static str, text: Option<&str>) -> Result<Option<Picture>, Problem> {
    let Some(text) = text else { return Ok(None) };
    Picture::draw_data_url(text).await.map(Some).map_err(|message| Problem::invalid_field(field, message))
}

/// A reason that is given and not too long.
pub(crate) fn required_reason(reason: Option<&str>) -> Result<String, Problem> {
    match free_text::check(reason.unwrap_or_default(), limits::REASON) {
        Ok("") => Err(Problem::invalid_field("motivo", Message::new("error-reason"))),
        Ok(reason) => Ok(reason.to_owned()),
        Err(wrong) => Err(Problem::invalid_field("motivo", wrong)),
    }
}

/// Whose key it is and for what, so that no two callers and no two commands can meet under one.
pub(crate) fn key_scope(by: &Principal, command: &str, number: &OrderNumber) -> String {
    format!("{command}:{}:{number}", by.user_id)
}

/// Moves a ticket: drivers theirs, administrators any.
#[utoipa::path(post, path = "/api/tickets/{numero}/estado", tag = "tickets", request_body = StepBody,
    params(("numero" = String, Path), ("X-Belgrano-Enviado" = Option<ClientTime>, Header)),
    responses((status = 200, body = Detail), (status = 404, body = ProblemDocument),
    (status = 409, body = ProblemDocument, description = "An illegal step; `legales` names the possible ones."),
    (status = 412, body = ProblemDocument), (status = 422, body = ProblemDocument)))]
async fn take_step(
    State(app): State<App>,
    Session(by): Session,
    Path(number): Path<OrderNumber>,
    seen: IfMatch,
    sent: SentAt,
    body: Keyed<StepBody>,
) -> Result<StoredAnswer, Problem> {
    let (body, key) = body.scoped(|| key_scope(&by, "estado", &number));
    let step: TakeStep = body.command(&app, by.clone(), number.clone(), seen, sent).await?;
    let answer = take(&app, step, key).await?;
    answer_as_seen(&app, &by, &number, answer).await
}

/// Undoes the last change, up to ten minutes after it.
#[utoipa::path(post, path = "/api/tickets/{numero}/deshacer", tag = "tickets", params(("numero" = String, Path)),
    responses((status = 200, body = Detail), (status = 404, body = ProblemDocument),
    (status = 409, body = ProblemDocument), (status = 412, body = ProblemDocument)))]
async fn undo(
    State(app): State<App>,
    Admin(by): Admin,
    Path(number): Path<OrderNumber>,
    IfMatch(if_match): IfMatch,
    key: KeyOnly,
) -> Result<StoredAnswer, Problem> {
    let offer_timeout_ms = app.settings.offer_timeout_ms();
    let key = key.scoped(|| key_scope(&by, "deshacer", &number));
    let undo = Undo { number, if_match, by: by.actor(), offer_timeout_ms };
    Ok(app.writer.submit_for(&by, Once::new(undo, key)).await?)
}

/// `PATCH /api/tickets/{numero}`; what is left out stays.
#[derive(Deserialize, ToSchema)]
pub(crate) struct EditBody {
    #[serde(rename = "prioridad")]
    pub(crate) priority: Option<Priority>,
    /// Empty takes them away.
    #[serde(rename = "indicaciones")]
    pub(crate) instructions: Option<String>,
}

impl EditBody {
    /// The edit as `by` makes it of ticket `number`.
    pub(crate) fn command(self, by: Actor, number: OrderNumber, IfMatch(if_match): IfMatch) -> Result<Edit, Problem> {
        let Self { priority, instructions } = self;
        if let Some(Err(wrong)) = instructions.as_deref().map(|text| free_text::check(text, limits::INSTRUCTIONS)) {
            return Err(Problem::invalid_field("indicaciones", wrong));
        }
        Ok(Edit { number, priority, instructions, if_match, by })
    }
}

/// Changes the priority or the instructions.
#[utoipa::path(patch, path = "/api/tickets/{numero}", tag = "tickets", request_body = EditBody,
    params(("numero" = String, Path)), responses((status = 200, body = Detail), (status = 404, body = ProblemDocument),
    (status = 409, body = ProblemDocument), (status = 412, body = ProblemDocument), (status = 422, body = ProblemDocument)))]
async fn edit(
    State(app): State<App>,
    Admin(by): Admin,
    Path(number): Path<OrderNumber>,
    seen: IfMatch,
    body: Keyed<EditBody>,
) -> Result<StoredAnswer, Problem> {
    let (body, key) = body.scoped(|| key_scope(&by, "editar", &number));
    let edit: Edit = body.command(by.actor(), number, seen)?;
    Ok(app.writer.submit_for(&by, Once::new(edit, key)).await?)
}
