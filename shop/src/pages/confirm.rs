//! What would be ordered, for how much and where to; then one button. A package and an order again are asked for alike, and
//! the checkout carries what it showed in the same fields.

use askama::Template;
use belgrano_runtime::problem::{FieldError, Problem};
use belgrano_web::pages::{Form, KEY_FIELD, Layout};
use belgrano_wire::money::Money;
use belgrano_wire::texts::{Language, Message, Text};

use crate::basket::Basket;
use crate::cart::CartView;

/// The hidden field with the total that was shown, in centavos.
pub(super) const SEEN: &str = "total_visto";

/// The page that asks.
#[derive(Template)]
#[template(path = "confirm_order.html")]
pub(super) struct ConfirmPage<'a> {
    pub(super) layout: &'a Layout,
    pub(super) question: Text,
    /// Where it came from: address and name.
    pub(super) back: (String, String),
    /// Where the button sends.
    pub(super) action: String,
    pub(super) lines: Vec<Line>,
    /// What of it can be bought, as `product:quantity`; none where the server knows by itself.
    pub(super) items: Vec<String>,
    /// The sum of what can be bought; `None` where there is nothing to add up.
    pub(super) total: Option<String>,
    pub(super) address: String,
    pub(super) barrio: Option<String>,
    /// Whom the driver calls; empty where that is the account's.
    pub(super) phone: String,
    pub(super) payment_method: String,
    pub(super) notes: String,
    /// What ordering does, beside the button.
    pub(super) means: String,
    pub(super) way: Way,
    /// One-time key for the order.
    pub(super) key: String,
}

/// One product as it can be had today.
pub(super) struct Line {
    pub(super) quantity: i64,
    pub(super) name: String,
    /// `None`: it cannot be had and is not counted.
    pub(super) subtotal: Option<String>,
    /// What is missing of it.
    pub(super) missing: Option<String>,
    /// What is not as it was.
    pub(super) changed: Option<String>,
}

/// How it goes on.
pub(super) enum Way {
    /// It can be ordered at this total, in centavos and as people read it.
    Order { cents: i64, total: String },
    /// It cannot: why, and what the way back is called.
    Mend { why: Text, how: Text },
}

impl Way {
    pub(super) fn order(layout: &Layout, total: Money) -> Self {
        Self::Order { cents: total.cents(), total: layout.price(total) }
    }
}

/// The total that was shown, where a form has one.
pub(super) fn seen(form: &Form) -> Result<Option<Money>, Problem> {
    let Some(cents) = form.given(SEEN) else { return Ok(None) };
    let seen = cents.parse().ok().and_then(Money::from_cents);
    seen.map(Some).ok_or_else(|| Problem::invalid_field(SEEN, Message::new("error-number")))
}

/// What is bought is what is shown, whatever else gets into the cart meanwhile: `product:quantity` of what can be bought.
pub(super) fn items(basket: &CartView) -> impl Iterator<Item = String> {
    basket.items.iter().map(|item| format!("{}:{}", item.product_id, item.quantity))
}

/// What a form shows as bought.
pub(super) fn basket(form: &Form) -> Result<Basket, Problem> {
    let parse = |text: &str| {
        let (product, quantity) = text.split_once(':')?;
        Some((product.parse().ok()?, quantity.parse().ok()?))
    };
    let items: Option<Vec<(i64, i64)>> = form.values("item").map(parse).collect();
    let items = items.ok_or_else(|| Problem::invalid(vec![FieldError::new("items", Message::new("error-basket"))]))?;
    Basket::parse(items).map_err(Problem::invalid)
}

/// Why nothing was ordered: what is wrong with each product, where it is that.
pub(super) fn why_not(problem: &Problem, language: Language) -> String {
    let errors: Vec<String> = problem.errors().iter().map(|error| error.to(language)).collect();
    if errors.is_empty() { problem.to(language) } else { errors.join("; ") }
}
