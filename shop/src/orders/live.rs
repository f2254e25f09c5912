//! `GET /api/pedidos/{numero}/ws`: a customer watches its own order.
//!
//! The first frame is the order as it is, and so is every later one: a reader that missed some has lost nothing. Between them,
//! while the order is on its way, come the positions of whoever brings it. The socket
//! closes by itself once the order is over, and follows the rules of every socket: so many for an account, a pong for each
//! ping, an end with the session. What must never happen here: a frame to somebody whose session is over.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::response::Response;
use belgrano_runtime::http::{ClientIp, Path};
use belgrano_runtime::problem::Problem;
use belgrano_runtime::sockets::{
    Beat, Budget, Ending, FULL_RETRY_AFTER, Gone, Heard, Heartbeat, Seat, Socket, Upgrade, retry_after_ms,
};
use belgrano_wire::OrderNumber;
use belgrano_wire::live::{ClientFrame, CloseCode, ServerFrame};
use serde_json::json;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::cancel::no_such_order;
use super::history;
use super::view::OrderView;
use super::watch::Watching;
use super::whereabouts::{Carrier, Fix};
use crate::accounts::{Principal, Session, still_holds};
use crate::app::App;

/// Watches one order.
#[utoipa::path(
    get, path = "/api/pedidos/{numero}/ws", tag = "pedidos",
    params(("numero" = String, Path)),
    responses((status = 101, description = "frames {\"type\":\"pedido\",\"pedido\":{…}}, and {\"type\":\"position\",\"lat\":…,\"lng\":…,\"at\":…} while it is on its way"), (status = 401), (status = 404))
)]
pub(super) async fn watch_order(
    State(app): State<App>,
    Session(who): Session,
    Path(number): Path<OrderNumber>,
    ip: ClientIp,
    mut request: Request,
) -> Result<Response, Problem> {
    let upgrade = Upgrade::accept(&mut request, &app.settings.common.http.origins)?;
    drop(request);
    let changes = app.watch.watch(&number);
    if history::find(&app.db, who.account_id, &number).await?.is_none() {
        return Err(no_such_order());
    }
    let seat = app.sockets.seat(ip.counted()).map_err(|_| Problem::unavailable(FULL_RETRY_AFTER))?;
    let (response, socket) = upgrade.split(app.settings.sockets.write_timeout);
    let life = app.life.clone();
    life.spawn(async move {
        if let Some(socket) = socket.await {
            let mut watcher = Watcher::new(app, who, number, changes, socket, seat);
            watcher.run().await;
        }
    });
    Ok(response)
}

/// Somebody with a socket.
struct Watcher {
    app: App,
    who: Principal,
    number: OrderNumber,
    changes: Watching,
    carrier: Option<(Carrier, watch::Receiver<Option<Fix>>)>,
    socket: Socket,
    seat: Seat,
    heartbeat: Heartbeat,
    budget: Budget,
    opened: Instant,
}

/// Waits until whoever brings the order has moved; for ever while nobody does.
async fn moved(carrier: &mut Option<(Carrier, watch::Receiver<Option<Fix>>)>) {
    let moved = match carrier {
        Some((_, latest)) => latest.changed().await.is_ok(),
        None => false,
    };
    if !moved {
        std::future::pending::<()>().await;
    }
}

/// What came first.
enum Event {
    Ending(Ending),
    Deadline,
    Message(Result<Heard, Gone>),
    Changed,
    Moved,
}

impl Watcher {
    fn new(app: App, who: Principal, number: OrderNumber, changes: Watching, socket: Socket, seat: Seat) -> Self {
        let (heartbeat, budget) = (app.settings.sockets.beat(), app.settings.sockets.budget());
        Self { app, who, number, changes, carrier: None, socket, seat, heartbeat, budget, opened: Instant::now() }
    }

    /// Until the socket is closed.
    async fn run(&mut self) {
        if self.seat.take(Some(self.who.account_id), Some(&self.who.token[..])).is_err() {
            return self.close(CloseCode::TooMany).await;
        }
        self.changes.mark_changed();
        // From here on a log-out reaches this socket; one that came before is seen now.
        let mut event = Event::Ending(Ending::Revoked);
        while self.on(event).await.is_ok() {
            let due = self.opened + Duration::from_millis(self.heartbeat.due_ms());
            event = tokio::select! {
                biased;
                ending = self.seat.ending() => Event::Ending(ending),
                () = tokio::time::sleep_until(due) => Event::Deadline,
                message = self.socket.hear() => Event::Message(message),
                () = self.changes.changed() => Event::Changed,
                () = moved(&mut self.carrier) => Event::Moved,
            };
        }
    }

    async fn on(&mut self, event: Event) -> Result<(), Gone> {
        match event {
            // Something about the account has changed: perhaps not this session.
            Event::Ending(Ending::Revoked) => match still_holds(&self.app, &self.who).await {
                Ok(true) => Ok(()),
                Ok(false) => self.end(CloseCode::Unauthenticated).await,
                Err(error) => self.unavailable(&error).await,
            },
            Event::Ending(Ending::Restart) => self.bye("la tienda se reinicia").await,
            // Time may have ended the session, or somebody by hand. Who cannot be asked about is sent away for a while.
            Event::Deadline => match still_holds(&self.app, &self.who).await {
                Ok(true) => self.beat().await,
                Ok(false) => self.end(CloseCode::Unauthenticated).await,
                Err(error) => self.unavailable(&error).await,
            },
            Event::Message(Ok(Heard::Text(text))) => self.hear(&text).await,
            Event::Message(Ok(Heard::Control)) => self.charge().await,
            Event::Message(Ok(Heard::Closing)) => Ok(()),
            Event::Message(Ok(Heard::Unreadable)) => self.end(CloseCode::BadFrame).await,
            Event::Message(Err(Gone)) => Err(Gone),
            Event::Changed => self.show().await,
            Event::Moved => self.locate().await,
        }
    }

    /// The order as it now is.
    async fn show(&mut self) -> Result<(), Gone> {
        let found = match history::find_with_steps(&self.app.db, self.who.account_id, &self.number).await {
            Ok(found) => found,
            Err(error) => return self.unavailable(&error).await,
        };
        let Some((order, lines, steps)) = found else { return self.end(CloseCode::Forbidden).await };
        let frame = json!({ "type": "pedido", "pedido": OrderView::new(&order, &lines) }).to_string();
        self.socket.write([frame.into()]).await?;
        if order.state.is_final() {
            return self.end(CloseCode::Over).await;
        }
        let carrier = Carrier::of(&order, &steps);
        if carrier == self.carrier.as_ref().map(|(carrier, _)| *carrier) {
            return Ok(());
        }
        self.carrier = carrier.map(|carrier| (carrier, self.app.whereabouts.follow(carrier.driver_id)));
        self.locate().await
    }

    /// Where the driver is, while it brings this order.
    async fn locate(&mut self) -> Result<(), Gone> {
        let Some((carrier, latest)) = &mut self.carrier else { return Ok(()) };
        let latest = *latest.borrow_and_update();
        let Some(fix) = carrier.shows(latest, self.app.ambient.now()) else { return Ok(()) };
        let (lat, lng) = (fix.position.lat(), fix.position.lng());
        let frame = json!({ "type": "position", "lat": lat, "lng": lng, "at": fix.at }).to_string();
        self.socket.write([frame.into()]).await
    }

    /// A watcher has nothing to say but that it is there.
    async fn hear(&mut self, text: &str) -> Result<(), Gone> {
        self.charge().await?;
        match ClientFrame::parse(text) {
            Ok(ClientFrame::Pong) => {
                self.heartbeat.pong();
                Ok(())
            }
            _ => self.end(CloseCode::BadFrame).await,
        }
    }

    async fn charge(&mut self) -> Result<(), Gone> {
        if self.budget.take(self.now_ms()) { Ok(()) } else { self.end(CloseCode::TooMany).await }
    }

    async fn beat(&mut self) -> Result<(), Gone> {
        match self.heartbeat.tick(self.now_ms()) {
            Beat::Quiet => Ok(()),
            Beat::Ping => self.socket.write([Utf8Bytes::from_static(ServerFrame::PING)]).await,
            Beat::Dead => self.end(CloseCode::NoPong).await,
        }
    }

    async fn unavailable(&mut self, error: &sqlx::Error) -> Result<(), Gone> {
        tracing::warn!(%error, "a watched order cannot be read");
        self.bye("el servicio no está disponible").await
    }

    /// Sends the client away for a moment.
    async fn bye(&mut self, reason: &str) -> Result<(), Gone> {
        let retry_after_ms = retry_after_ms(&self.app.ambient);
        let bye = ServerFrame::Bye { reason: reason.to_owned(), retry_after_ms }.to_text();
        self.socket.close([bye.into()], CloseCode::Restart).await;
        Err(Gone)
    }

    async fn end(&mut self, code: CloseCode) -> Result<(), Gone> {
        self.close(code).await;
        Err(Gone)
    }

    async fn close(&mut self, code: CloseCode) {
        self.socket.close([], code).await;
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}
