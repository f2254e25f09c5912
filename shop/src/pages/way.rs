//! How far an order has come, as pages show it: to its customer, and to whoever has its link.

use belgrano_web::pages::Layout;
use belgrano_wire::TicketState;
use belgrano_wire::texts::Text;
use belgrano_wire::timestamp::UnixMillis;

use crate::orders::{self, Estimate, Outlook, Progress};

/// The way of an order.
pub(super) struct Way<'a> {
    layout: &'a Layout,
    progress: Progress,
}

/// One step of it.
pub(super) struct Shown {
    pub(super) text: Text,
    /// `done`, `current`, `bad`, or nothing yet.
    pub(super) class: &'static str,
    pub(super) at: Option<UnixMillis>,
}

impl<'a> Way<'a> {
    pub(super) fn new(layout: &'a Layout, progress: Progress) -> Self {
        Self { layout, progress }
    }

    /// Where it is now, in a sentence.
    pub(super) fn headline(&self) -> Text {
        self.layout.t(match self.progress.state {
            TicketState::Pending => "way-pending",
            TicketState::Assigned => "way-assigned",
            TicketState::Accepted => "way-accepted",
            TicketState::OnTheWay => "way-on-the-way",
            TicketState::Delivered => "way-delivered",
            TicketState::Failed => "way-failed",
            TicketState::Returned => "way-returned",
            TicketState::Cancelled => "way-cancelled",
        })
    }

    /// Its drawing.
    pub(super) fn icon(&self) -> &'static str {
        match self.progress.state {
            TicketState::Pending => "receipt",
            TicketState::Assigned | TicketState::Accepted => "box",
            TicketState::OnTheWay => "bike",
            TicketState::Delivered => "check-circle",
            TicketState::Failed | TicketState::Returned => "return",
            TicketState::Cancelled => "ban",
        }
    }

    /// When it is likely to arrive, that nobody can promise that, or that it takes longer than usual; nothing while nobody can
    /// say. A range stays as it was told, whatever the time is by now.
    pub(super) fn arrival(&self) -> Option<Text> {
        let text = |key| self.layout.t(key);
        Some(match self.progress.promise?.outlook {
            Outlook::Between(range) if self.progress.now > range.to => self.range("way-late-of", range),
            Outlook::Between(range) => self.range("way-arrives", range),
            Outlook::Delayed => text("way-delayed"),
            Outlook::Late => text("way-late"),
        })
    }

    /// What was told before, where that has changed.
    pub(super) fn before(&self) -> Option<Text> {
        Some(self.range("way-before", self.progress.promise?.before?))
    }

    fn range(&self, key: &'static str, Estimate { from, to }: Estimate) -> Text {
        let [from, to] = [from, to].map(|at| self.layout.time(at));
        self.layout.t(key).with("from", from).with("to", to)
    }

    /// What it has passed and what is to come.
    pub(super) fn steps(&self) -> Vec<Shown> {
        use TicketState::{Accepted, Assigned, Delivered, OnTheWay, Pending};
        const WAY: [TicketState; 5] = [Pending, Assigned, Accepted, OnTheWay, Delivered];
        let state = self.progress.state;
        let step = |step, class| Shown { text: self.text(step), class, at: orders::since(&self.progress.steps, step) };
        let Some(at) = WAY.iter().position(|step| *step == state) else {
            let passed = WAY.iter().filter(|passed| orders::since(&self.progress.steps, **passed).is_some());
            let passed = passed.map(|passed| step(*passed, "done"));
            return passed.chain([step(state, "bad")]).collect();
        };
        let class = |place: usize| match place.cmp(&at) {
            std::cmp::Ordering::Less => "done",
            std::cmp::Ordering::Equal if state.is_final() => "done",
            std::cmp::Ordering::Equal => "current",
            std::cmp::Ordering::Greater => "",
        };
        let shown = WAY.iter().enumerate().map(|(place, passed)| Shown {
            // What lies ahead has no time, though an earlier try may have been there.
            at: orders::since(&self.progress.steps, *passed).filter(|_| place <= at),
            ..step(*passed, class(place))
        });
        shown.collect()
    }

    fn text(&self, state: TicketState) -> Text {
        if state == TicketState::Pending { self.layout.t("order-received") } else { self.layout.state(state) }
    }

    pub(super) fn now(&self) -> UnixMillis {
        self.progress.now
    }
}
