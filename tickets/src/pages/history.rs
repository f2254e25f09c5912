//! The history of a ticket in words: what was done, with whom, and from what to what.
//!
//! The log has an action for each change and the ticket as it was afterwards; what changed is the difference to the one before.

use belgrano_wire::TicketState;
use belgrano_wire::texts::{Language, Message};
use belgrano_wire::timestamp::UnixMillis;

use crate::tickets::Entry;
use crate::unit::Action;

/// A change told this much after it happened was told late: by a phone that had no signal.
const LATE_MS: i64 = 60_000;

/// One change, as a page shows it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// What was done: `De Ana a Bruno`.
    pub(super) did: String,
    /// The state it led to, where the words do not say it.
    pub(super) state: Option<TicketState>,
    /// Why this driver, when nobody chose by hand.
    pub(super) why: Option<String>,
    /// The reason that was given for it.
    pub(super) reason: Option<String>,
    pub(super) actor: String,
    pub(super) occurred_at: UnixMillis,
    /// That the time was corrected, and what the phone's clock had said.
    pub(super) corrected: Option<String>,
    /// When it was recorded, if that was well after it happened.
    pub(super) told_at: Option<UnixMillis>,
}

/// The lines of `entries`, which come oldest first; the lines come newest first.
pub(super) fn lines(language: Language, entries: &[Entry]) -> Vec<Line> {
    let before = std::iter::once(None).chain(entries.iter().map(Some));
    let mut lines: Vec<_> = entries.iter().zip(before).map(|(entry, before)| line(language, entry, before)).collect();
    lines.reverse();
    lines
}

fn line(language: Language, entry: &Entry, before: Option<&Entry>) -> Line {
    let moved = entry.state.filter(|state| before.is_none_or(|before| before.state != Some(*state)));
    // An empty one was forgotten.
    let reason = entry.reason.as_deref().filter(|reason| !reason.is_empty());
    let reason = reason.filter(|reason| before.and_then(|before| before.reason.as_deref()) != Some(*reason));
    let why = entry.assignment_reason.as_ref().filter(|_| entry.action.is_by_itself());
    Line {
        did: did(language, entry, before),
        state: moved.filter(|_| !says_its_state(entry.action)),
        why: why.map(|why| why.to(language)),
        reason: reason.map(|reason| language.kept(reason)),
        actor: actor(language, entry.actor_id, &entry.actor),
        occurred_at: entry.occurred_at,
        corrected: entry.clock_moved_s.map(|moved_s| corrected(language, entry.occurred_at, moved_s)),
        told_at: (entry.recorded_at.since_ms(entry.occurred_at) > LATE_MS).then_some(entry.recorded_at),
    }
}

/// What is said of a time that was moved by `moved_s` to `at`; by 0 where the phone said no time at all.
fn corrected(language: Language, at: UnixMillis, moved_s: i64) -> String {
    match moved_s {
        0 => language.t("ticket-clock-unreadable").to_string(),
        _ => language.t("ticket-clock-said").with("at", at.plus_ms(moved_s.saturating_mul(-1000))).to_string(),
    }
}

/// Who did it, as a person says it.
pub(super) fn actor(language: Language, id: Option<i64>, name: &str) -> String {
    match (id, name) {
        (None, "tienda") => language.t("actor-shop").to_string(),
        (None, "sistema") => language.t("actor-system").to_string(),
        _ => name.to_owned(),
    }
}

/// Whether the words for an action name the state it leads to.
fn says_its_state(action: Action) -> bool {
    match action {
        Action::Received
        | Action::Assigned
        | Action::AssignedByItself
        | Action::Accepted
        | Action::Started
        | Action::Delivered
        | Action::Failed
        | Action::Returned
        | Action::Cancelled
        | Action::CancelledByShop => true,
        Action::TakenOver
        | Action::Reassigned
        | Action::ReassignedByItself
        | Action::Unassigned
        | Action::OfferExpired
        | Action::Rejected
        | Action::MadePending
        | Action::Edited
        | Action::Undone
        | Action::Forgotten => false,
    }
}

/// What was done.
fn did(language: Language, entry: &Entry, before: Option<&Entry>) -> String {
    let key = match entry.action {
        Action::Assigned | Action::AssignedByItself | Action::Reassigned | Action::ReassignedByItself => {
            return assigned(language, entry, before);
        }
        Action::Edited => {
            return edits(language, entry, before).unwrap_or_else(|| language.t("did-edited").to_string());
        }
        Action::Undone => return undone(language, entry, before),
        Action::Unassigned => return taken_from("did-unassigned", language, before),
        Action::OfferExpired => return taken_from("did-expired", language, before),
        Action::Received => "did-received",
        Action::TakenOver => "did-taken-over",
        Action::Accepted => "did-accepted",
        Action::Rejected => "did-rejected",
        Action::MadePending => "did-pending",
        Action::Started => "did-started",
        Action::Delivered => "did-delivered",
        Action::Failed => "did-failed",
        Action::Returned => "did-returned",
        Action::Cancelled => "did-cancelled",
        Action::CancelledByShop => "did-cancelled-by-shop",
        Action::Forgotten => "did-forgotten",
    };
    language.t(key).to_string()
}

fn assigned(language: Language, entry: &Entry, before: Option<&Entry>) -> String {
    let by_itself = entry.action.is_by_itself();
    let from =
        before.filter(|before| before.driver_id != entry.driver_id).and_then(|before| before.driver_name.as_deref());
    let text = match (from, by_itself) {
        (None, false) => language.t("did-assigned"),
        (None, true) => language.t("did-assigned-auto"),
        (Some(from), false) => language.t("did-reassigned").with("from", from),
        (Some(from), true) => language.t("did-reassigned-auto").with("from", from),
    };
    text.with("driver", name_of(language, Some(entry))).to_string()
}

fn taken_from(key: &'static str, language: Language, before: Option<&Entry>) -> String {
    language.t(key).with("driver", name_of(language, before)).to_string()
}

/// Who carries it; what came before the oldest change that is kept is not known.
fn name_of(language: Language, entry: Option<&Entry>) -> String {
    let name = entry.and_then(|entry| entry.driver_name.clone());
    name.unwrap_or_else(|| language.t("history-somebody").to_string())
}

fn undone(language: Language, entry: &Entry, before: Option<&Entry>) -> String {
    let text = match before {
        Some(before) if before.driver_id != entry.driver_id => match &entry.driver_name {
            Some(driver) => language.t("did-undone-driver").with("driver", driver),
            None => language.t("did-undone-pool"),
        },
        _ => match edits(language, entry, before) {
            Some(edits) => language.t("did-undone-edit").with("edit", edits),
            None => language.t("did-undone"),
        },
    };
    text.to_string()
}

/// What was edited: `Prioridad: de Normal a Urgente`.
fn edits(language: Language, entry: &Entry, before: Option<&Entry>) -> Option<String> {
    let before = before?;
    let priority = before.priority.zip(entry.priority).filter(|(from, to)| from != to).map(|(from, to)| {
        let message = Message::new("did-prioritised").with("from", language.priority(from));
        message.with("to", language.priority(to)).to(language)
    });
    let instructions = (before.instructions != entry.instructions).then(|| match &entry.instructions {
        Some(text) => language.t("did-instructed").with("text", text).to_string(),
        None => language.t("did-instructed-no-more").to_string(),
    });
    let edits: Vec<_> = priority.into_iter().chain(instructions).collect();
    (!edits.is_empty()).then(|| edits.join(" · "))
}
