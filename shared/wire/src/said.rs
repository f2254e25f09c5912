//! The words of the wire as people say them, in each language.

use std::borrow::Borrow;

use super::{OrderNumber, Priority, TicketState};
use crate::texts::{Argument, Language, Message, Said, Text, Value};

impl Language {
    /// A state as a person says it.
    #[must_use]
    pub fn state(self, state: impl Borrow<TicketState>) -> Text {
        self.say(state.borrow().into())
    }

    /// A priority as a person says it.
    #[must_use]
    pub fn priority(self, priority: impl Borrow<Priority>) -> Text {
        self.t(match priority.borrow() {
            Priority::Low => "priority-low",
            Priority::Normal => "priority-normal",
            Priority::High => "priority-high",
            Priority::Urgent => "priority-urgent",
        })
    }

    /// A way to pay as a person says it; an unknown one as it is.
    #[must_use]
    pub fn payment(self, method: &str) -> String {
        match method {
            "efectivo" => self.t("payment-cash").into(),
            "tarjeta" => self.t("payment-card").into(),
            "transferencia" => self.t("payment-transfer").into(),
            other => other.to_owned(),
        }
    }
}

impl From<&TicketState> for Message {
    fn from(state: &TicketState) -> Self {
        Self::new(match state {
            TicketState::Pending => "state-pending",
            TicketState::Assigned => "state-assigned",
            TicketState::Accepted => "state-accepted",
            TicketState::OnTheWay => "state-on-the-way",
            TicketState::Delivered => "state-delivered",
            TicketState::Failed => "state-failed",
            TicketState::Returned => "state-returned",
            TicketState::Cancelled => "state-cancelled",
        })
    }
}

impl Argument for OrderNumber {
    fn value(&self) -> Value {
        Value::Text(self.to_string())
    }
}

impl Argument for TicketState {
    fn value(&self) -> Value {
        std::slice::from_ref(self).value()
    }
}

impl Argument for [TicketState] {
    fn value(&self) -> Value {
        Value::Said(self.iter().map(|state| Said::word(state.as_str(), state.into())).collect())
    }
}
