//! Words of the wire and instants, as people read them. Templates say `text::moment(at)`, with a value or with a
//! reference to it: askama hands over both.

use std::borrow::Borrow;

use crate::timestamp::UnixMillis;
use crate::wire::{Priority, TicketState};

/// A state as a person says it.
#[must_use]
pub fn state(state: impl Borrow<TicketState>) -> &'static str {
    match state.borrow() {
        TicketState::Pending => "Pendiente",
        TicketState::Assigned => "Asignado",
        TicketState::Accepted => "Aceptado",
        TicketState::OnTheWay => "En camino",
        TicketState::Delivered => "Entregado",
        TicketState::Failed => "Fallido",
        TicketState::Returned => "Devuelto",
        TicketState::Cancelled => "Cancelado",
    }
}

/// A priority as a person says it.
#[must_use]
pub fn priority(priority: impl Borrow<Priority>) -> &'static str {
    match priority.borrow() {
        Priority::Low => "Baja",
        Priority::Normal => "Normal",
        Priority::High => "Alta",
        Priority::Urgent => "Urgente",
    }
}

/// A way to pay as a person says it; an unknown one as it is.
#[must_use]
pub fn payment(method: &str) -> &str {
    match method {
        "efectivo" => "Efectivo al recibir",
        "tarjeta" => "Tarjeta",
        "transferencia" => "Transferencia",
        other => other,
    }
}

/// An instant on a clock on the wall in Buenos Aires: `21/11/2026 15:04`.
#[must_use]
pub fn moment(at: impl Borrow<UnixMillis>) -> String {
    at.borrow().local().map(|local| local.strftime("%d/%m/%Y %H:%M").to_string()).unwrap_or_default()
}

/// How long ago that was, coarsely: `recién`, `hace 5 min`, `hace 3 h`, `hace 2 días`.
#[must_use]
pub fn age(at: impl Borrow<UnixMillis>, now: impl Borrow<UnixMillis>) -> String {
    match now.borrow().since_ms(*at.borrow()) / 60_000 {
        ..1 => "recién".to_owned(),
        minutes @ 1..60 => format!("hace {minutes} min"),
        minutes @ 60..1440 => format!("hace {} h", minutes / 60),
        minutes => format!("hace {}", count(minutes / 1440, "día", "días")),
    }
}

/// `1 producto`, `3 productos`.
#[must_use]
pub fn count(number: impl Borrow<i64>, one: &str, many: &str) -> String {
    let number = *number.borrow();
    format!("{number} {}", if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::{age, moment};
    use crate::timestamp::UnixMillis;

    #[test]
    fn reads_like_speech() {
        let now = UnixMillis(1_795_284_245_000);
        assert_eq!(moment(now), "21/11/2026 15:04");
        let ago = |minutes: i64| age(now.plus_ms(-minutes * 60_000), now);
        assert_eq!([ago(0), ago(59), ago(60)], ["recién", "hace 59 min", "hace 1 h"]);
        assert_eq!([ago(1440), ago(3000), ago(-5)], ["hace 1 día", "hace 2 días", "recién"]);
    }
}
