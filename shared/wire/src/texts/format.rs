//! Prices, dates and ages, as each language writes them. Templates hand over values or
//! references to them.

use std::borrow::Borrow;

use super::{Language, Said, Text};
use crate::money::Money;
use crate::timestamp::UnixMillis;

/// The reasons that are not typed: a driver's choices, and what the shop says when it calls an order off.
const OWN_REASONS: [&str; 8] = [
    "driver-fail-nobody",
    "driver-fail-address",
    "driver-fail-refused",
    "driver-fail-payment",
    "driver-fail-damaged",
    "kept-cancelled-by-customer",
    "kept-cancelled-by-shop",
    "kept-given-up",
];

impl Language {
    /// A price: `$ 3.450,50`, `ARS 3,450.50`.
    #[must_use]
    pub fn money(self, amount: impl Borrow<Money>) -> String {
        let spanish = amount.borrow().to_string();
        match self {
            Self::Spanish => spanish,
            // A bare $ would be dollars to most who read English.
            Self::English => spanish
                .replace('$', "ARS")
                .chars()
                .map(|c| match c {
                    '.' => ',',
                    ',' => '.',
                    other => other,
                })
                .collect(),
        }
    }

    /// A price where there is little room: `$ 3.450`, `$ 3.450,50`, `ARS 3,450`.
    #[must_use]
    pub fn price(self, amount: impl Borrow<Money>) -> String {
        let whole = amount.borrow().cents() % 100 == 0;
        let mut text = self.money(amount);
        if whole {
            text.truncate(text.len() - ",00".len());
        }
        text
    }

    /// An amount as it stands in a field, for [`Money::from_typed`]: `3450`, `3450,50`, `3450.50`.
    #[must_use]
    pub fn typed(self, amount: Money) -> String {
        let text = self.price(amount);
        let thousands = if self == Self::Spanish { '.' } else { ',' };
        text.chars()
            .filter(|c| *c != thousands && (c.is_ascii_digit() || c.is_ascii_punctuation()) && *c != '$')
            .collect()
    }

    /// An instant on a clock on the wall: `21/11/2026 15:04`, `21 Nov 2026, 15:04`.
    #[must_use]
    pub fn moment(self, at: impl Borrow<UnixMillis>) -> String {
        local(
            *at.borrow(),
            match self {
                Self::Spanish => "%d/%m/%Y %H:%M",
                Self::English => "%-d %b %Y, %H:%M",
            },
        )
    }

    /// The day of an instant, local time: `21/11/2026`, `21 Nov 2026`.
    #[must_use]
    pub fn day(self, at: impl Borrow<UnixMillis>) -> String {
        local(
            *at.borrow(),
            match self {
                Self::Spanish => "%d/%m/%Y",
                Self::English => "%-d %b %Y",
            },
        )
    }

    /// The time of an instant on a clock on the wall: `15:04`.
    #[must_use]
    pub fn time(self, at: impl Borrow<UnixMillis>) -> String {
        local(*at.borrow(), "%H:%M")
    }

    /// How long ago that was, coarsely: `recién`, `hace 5 min`, `hace 3 h`, `hace 2 días`.
    #[must_use]
    pub fn age(self, at: impl Borrow<UnixMillis>, now: impl Borrow<UnixMillis>) -> Text {
        match now.borrow().since_ms(*at.borrow()) / 60_000 {
            ..1 => self.t("age-now"),
            minutes @ 1..60 => self.t("age-minutes").with("count", minutes),
            minutes @ 60..1440 => self.t("age-hours").with("count", minutes / 60),
            minutes => self.t("age-days").with("count", minutes / 1440),
        }
    }

    /// Words of which one is meant: `a, b o c`, `a, b or c`.
    #[must_use]
    pub fn any_of(self, words: &[String]) -> String {
        let Some((last, rest)) = words.split_last() else { return String::new() };
        if rest.is_empty() {
            return last.clone();
        }
        // Spanish does not say "o otro".
        let like_o = last.to_lowercase().trim_start_matches('h').starts_with(['o', 'ó']);
        let key = if like_o { "list-or-before-o" } else { "list-or" };
        self.t(key).with("others", rest.join(", ")).with("last", last).into()
    }

    /// A distance: `1,2 km`, `1.2 km`.
    #[must_use]
    pub fn kilometres(self, metres: i64) -> String {
        format!("{} km", self.tenths((metres + 50) / 100))
    }

    /// A number of zero or more with one decimal, given in tenths: `4,6`, `4.6`.
    #[must_use]
    pub fn tenths(self, tenths: i64) -> String {
        let point = if self == Self::Spanish { ',' } else { '.' };
        format!("{}{point}{}", tenths / 10, tenths % 10)
    }

    /// A sentence of ours that is stored in Spanish (`kept.ftl`, and the reasons a driver chooses from); what a person wrote
    /// stays as it is.
    #[must_use]
    pub fn kept(self, text: &str) -> String {
        if self == Self::Spanish {
            return text.to_owned();
        }
        let said = ["kept-", "driver-fail-"].map(|prefix| Said::recognized(text, prefix));
        said.into_iter().map(|said| said.to(self)).find(|said| said != text).unwrap_or_else(|| text.to_owned())
    }

    /// The reasons that the program itself gives, as they are stored and as they are said; none where both are the same.
    pub fn own_reasons(self) -> impl Iterator<Item = (String, String)> {
        let own = OWN_REASONS.iter().filter(move |_| self != Self::Spanish);
        own.map(move |key| (Self::Spanish.t(key).to_string(), self.t(key).to_string()))
    }
}

fn local(at: UnixMillis, format: &str) -> String {
    at.local().map(|local| local.strftime(format).to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::Language::{English, Spanish};
    use crate::money::Money;
    use crate::timestamp::UnixMillis;

    #[test]
    fn what_is_stored_is_said_and_what_people_wrote_is_left() {
        let stored = |key: &'static str| Spanish.t(key).to_string();
        for key in ["kept-given-up", "kept-cancelled-by-customer", "driver-fail-nobody"] {
            assert_eq!(English.kept(&stored(key)), English.t(key).to_string());
            assert_eq!(Spanish.kept(&stored(key)), stored(key));
        }
        let nobody = "Se agotaron los intentos. No se pudo conectar con la ticketera.";
        assert_eq!(English.kept(nobody), "There are no tries left. The board could not be reached.");
        assert_eq!(English.kept("el perro no me dejó"), "el perro no me dejó");
    }

    #[test]
    fn reads_like_speech() {
        let now = UnixMillis(1_795_284_245_000);
        assert_eq!([Spanish.moment(now), English.moment(now)], ["21/11/2026 15:04", "21 Nov 2026, 15:04"]);
        assert_eq!([Spanish.day(now), English.day(now), English.time(now)], ["21/11/2026", "21 Nov 2026", "15:04"]);
        let ago = |minutes: i64| Spanish.age(now.plus_ms(-minutes * 60_000), now).to_string();
        assert_eq!([ago(0), ago(59), ago(60)], ["recién", "hace 59 min", "hace 1 h"]);
        assert_eq!([ago(1440), ago(3000), ago(-5)], ["hace 1 día", "hace 2 días", "recién"]);
        let price = Money::from_cents(123_456_789).expect("a price");
        assert_eq!([Spanish.money(price), English.money(price)], ["$ 1.234.567,89", "ARS 1,234,567.89"]);
        let whole = Money::from_cents(420_000).expect("a price");
        assert_eq!([Spanish.price(whole), English.price(whole)], ["$ 4.200", "ARS 4,200"]);
        assert_eq!(Spanish.price(price), "$ 1.234.567,89");
        // As the shop writes them.
        assert_eq!(English.kept("cancelado por el cliente"), "cancelled by the customer");
        assert_eq!(English.kept("No pudimos tomar tu pedido."), "We could not take your order.");
        assert_eq!(Spanish.kept("cancelado por el cliente"), "cancelado por el cliente");
        assert_eq!(English.kept("Timbre roto"), "Timbre roto");
        assert_eq!([Spanish.kilometres(1249), English.kilometres(40)], ["1,2 km", "0.0 km"]);
    }
}
