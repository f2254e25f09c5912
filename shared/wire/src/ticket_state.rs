//! The life of a ticket, its urgency and who ordered: the closed vocabularies of an order.
//!
//! The steps a ticket may take are data here, so that the board's one `transition()`, the refusal that names the legal
//! steps and the buttons of a page all read the same table. Undo is not a step: it restores an earlier state, audited.

use super::vocabulary::vocabulary;

vocabulary! {
    /// Where a ticket is in its life.
    ///
    /// The old pair knows pendiente, `en_proceso`, `en_camino`, entregado and cancelado. Its `en_proceso` is read as
    /// [`TicketState::Accepted`], not as assigned: somebody is already at work on it, and an assigned ticket is an
    /// offer that would expire and return to the pool under their hands.
    TicketState {
        /// Nobody carries it.
        Pending = "pendiente";
        /// Offered to a driver, who has not answered.
        Assigned = "asignado";
        /// The driver took it.
        Accepted = "aceptado" also "en-proceso", "en_proceso", "en proceso";
        /// Under way to the customer.
        OnTheWay = "en-camino" also "en_camino", "en camino";
        /// Delivered. Final.
        Delivered = "entregado";
        /// The delivery failed; another attempt may follow.
        Failed = "fallido";
        /// Given back to the merchant. Final.
        Returned = "devuelto";
        /// Called off. Final.
        Cancelled = "cancelado";
    }
}

impl TicketState {
    /// The states one step away, in the order a person would want them offered.
    #[must_use]
    pub const fn legal_next(self) -> &'static [Self] {
        match self {
            Self::Pending => &[Self::Assigned, Self::Cancelled],
            // Back to pending: rejected, expired or unassigned.
            Self::Assigned => &[Self::Accepted, Self::Pending, Self::Cancelled],
            Self::Accepted => &[Self::OnTheWay, Self::Pending, Self::Cancelled],
            // Never straight back to pending: the goods are with the driver, so a failure has to be told first.
            Self::OnTheWay => &[Self::Delivered, Self::Failed, Self::Cancelled],
            Self::Failed => &[Self::Pending, Self::Returned, Self::Cancelled],
            Self::Delivered | Self::Returned | Self::Cancelled => &[],
        }
    }

    /// Whether one step leads from here to `next`.
    #[must_use]
    pub fn can_become(self, next: Self) -> bool {
        self.legal_next().contains(&next)
    }

    /// Whether no step leads on from here.
    #[must_use]
    pub const fn is_final(self) -> bool {
        self.legal_next().is_empty()
    }
}

vocabulary! {
    /// How urgent; a later value is more urgent.
    Priority {
        /// Can wait.
        Low = "baja";
        /// What an order gets when it says nothing.
        Normal = "normal";
        /// A merchant's order is at least this.
        High = "alta";
        /// Before everything else.
        Urgent = "urgente";
    }
}

vocabulary! {
    /// Who ordered.
    CustomerKind {
        /// A neighbour.
        Customer = "cliente";
        /// A business; its orders are lifted to [`Priority::High`].
        Merchant = "comerciante";
    }
}

impl CustomerKind {
    /// `asked`, lifted to what this kind of customer gets at least.
    #[must_use]
    pub fn lift(self, asked: Priority) -> Priority {
        match self {
            Self::Customer => asked,
            Self::Merchant => asked.max(Priority::High),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{CustomerKind, Priority, TicketState};

    #[test]
    fn every_pair_of_states() {
        // Rows and columns in the order of `ALL`; `x` is a legal step.
        let table = [
            ("pendiente", ".x.....x"),
            ("asignado", "x.x....x"),
            ("aceptado", "x..x...x"),
            ("en-camino", "....xx.x"),
            ("entregado", "........"),
            ("fallido", "x.....xx"),
            ("devuelto", "........"),
            ("cancelado", "........"),
        ];
        for (from, (word, row)) in TicketState::ALL.iter().zip(table) {
            assert_eq!(from.as_str(), word);
            for (to, mark) in TicketState::ALL.iter().zip(row.chars()) {
                assert_eq!(from.can_become(*to), mark == 'x', "{from} -> {to}");
            }
            assert_eq!(from.is_final(), !row.contains('x'), "{from}");
        }
    }

    #[test]
    fn reads_the_old_pair() {
        let cases = [
            ("pendiente", Some(TicketState::Pending)),
            ("en_proceso", Some(TicketState::Accepted)),
            ("en_camino", Some(TicketState::OnTheWay)),
            ("en camino", Some(TicketState::OnTheWay)),
            (" Entregado ", Some(TicketState::Delivered)),
            ("cancelado", Some(TicketState::Cancelled)),
            ("perdido", None),
            ("", None),
        ];
        for (word, expected) in cases {
            assert_eq!(TicketState::parse(word), expected, "{word}");
        }
    }

    #[test]
    fn words_survive_the_wire_and_the_database() {
        for state in TicketState::ALL {
            assert_eq!(TicketState::try_from(state.as_str().to_owned()), Ok(*state));
            let json = serde_json::to_string(state).expect("a string");
            assert_eq!(serde_json::from_str::<TicketState>(&json).expect("a state"), *state);
        }
        let refused = "perdido".parse::<Priority>().expect_err("not a priority").to_string();
        assert_eq!(refused, "valor desconocido; los posibles son: baja, normal, alta o urgente");
    }

    #[test]
    fn a_merchant_is_never_below_high() {
        assert_eq!(CustomerKind::Merchant.lift(Priority::Low), Priority::High);
        assert_eq!(CustomerKind::Merchant.lift(Priority::Urgent), Priority::Urgent);
        assert_eq!(CustomerKind::Customer.lift(Priority::Low), Priority::Low);
    }
}
