//! One product of the list of prices and stock: its form, what of it was changed, and how it stands.

use belgrano_runtime::problem::{FieldError, Problem};
use belgrano_web::pages::{Form, Layout};
use belgrano_wire::money::Money;
use belgrano_wire::texts::{Language, Message};

use crate::catalog::{Change, Changed, EditBody, LOW_STOCK, Managed};

/// A product and its form.
pub(super) struct Row {
    pub(super) product: Managed,
    pub(super) form: Form,
    pub(super) saved: bool,
    pub(super) refused: bool,
}

/// The fields behind the row's fold, with the text of each.
pub(super) const COSTS: [(&str, &str, &str); 3] = [
    ("costo", "manage-cost", "decimal"),
    ("punto_pedido", "manage-reorder-point", "numeric"),
    ("plazo_dias", "manage-lead-days", "numeric"),
];

/// What a form changes of what its visitor saw.
pub(super) fn edited(form: &Form) -> Result<EditBody, Problem> {
    let mut wrong = Vec::new();
    let price = Money::from_typed(form.value("precio"));
    if price.is_none() {
        wrong.push(FieldError::new("precio", Message::new("error-price")));
    }
    let price_seen = Money::from_typed(form.value("precio_visto"));
    let (stock, stock_seen) = change(form, ("stock", "stock_visto", "error-stock"), whole, &mut wrong);
    let (cost, cost_seen) = change(form, ("costo", "costo_visto", "error-cost"), Money::from_typed, &mut wrong);
    let (point, point_seen) = change(form, ("punto_pedido", "punto_pedido_visto", "error-whole"), whole, &mut wrong);
    let (days, days_seen) = change(form, ("plazo_dias", "plazo_dias_visto", "error-whole"), whole, &mut wrong);
    if !wrong.is_empty() {
        return Err(Problem::invalid(wrong));
    }
    let (active, active_seen) = (form.given("activo").is_some(), form.given("activo_visto").is_some());
    Ok(EditBody {
        precio: price.filter(|_| price != price_seen),
        precio_visto: price_seen,
        stock,
        stock_visto: stock_seen,
        activo: Some(active).filter(|active| *active != active_seen),
        activo_visto: Some(active_seen),
        costo: cost,
        costo_visto: cost_seen,
        punto_pedido: point,
        punto_pedido_visto: point_seen,
        plazo_dias: days,
        plazo_dias_visto: days_seen,
    })
}

/// What is typed in a field that may be blank, unless it is what was seen, and what was seen.
fn change<T: Copy + PartialEq>(
    form: &Form,
    (name, seen, error): (&str, &str, &'static str),
    parse: impl Fn(&str) -> Option<T>,
    wrong: &mut Vec<FieldError>,
) -> (Change<T>, Change<T>) {
    let read = |text: &str| if text.is_empty() { Some(Change::Clear) } else { parse(text).map(Change::Set) };
    let seen = read(form.value(seen));
    match read(form.value(name)) {
        Some(typed) if Some(typed) == seen => (Change::Keep, typed),
        Some(typed) => (typed, seen.unwrap_or_default()),
        None => {
            wrong.push(FieldError::new(name, Message::new(error)));
            (Change::Keep, Change::Keep)
        }
    }
}

fn whole(text: &str) -> Option<i64> {
    text.parse().ok()
}

impl Row {
    pub(super) fn of(product: Managed, language: Language) -> Self {
        let mut form = Form::default();
        for (name, seen, value) in now(&product, language) {
            form.set(seen, value.clone());
            form.set(name, value);
        }
        Self { product, form, saved: false, refused: false }
    }

    /// The row on its way back: what was typed is kept, what was not touched is what it is now, and what somebody else
    /// changed counts as seen, because the row tells it.
    pub(super) fn refused(mut product: Managed, mut form: Form, changed: Option<&Changed>, language: Language) -> Self {
        if let Some(changed) = changed {
            let is = &changed.now;
            (product.price, product.view.stock, product.active) = (is.price, is.stock, is.active);
            (product.cost, product.reorder_point, product.lead_days) = (is.cost, is.reorder_point, is.lead_days);
        }
        for (name, seen, value) in now(&product, language) {
            let touched = form.value(name) != form.value(seen);
            if !touched {
                form.set(name, value.clone());
            }
            if !touched || changed.is_some() {
                form.set(seen, value);
            }
        }
        Self { product, form, saved: false, refused: true }
    }

    /// What is wrong with a field.
    pub(super) fn error(&self, name: &str, layout: &Layout) -> Option<String> {
        self.form.error(name).map(|error| error.to(layout.language))
    }

    /// The price that somebody else set, beside the one that was typed.
    pub(super) fn price_now(&self) -> Option<Money> {
        let typed = Money::from_typed(self.form.value("precio"));
        Some(self.product.price).filter(|now| {
            self.refused && typed.is_some_and(|typed| typed != *now) && self.form.error("precio").is_some()
        })
    }

    /// The field to begin with: the first that is wrong.
    pub(super) fn begins_with(&self, name: &str) -> bool {
        let fields = ["foto", "precio", "stock", "costo", "punto_pedido", "plazo_dias", "activo"];
        fields.into_iter().find(|field| self.form.error(field).is_some()) == Some(name)
    }

    /// Whether something behind the fold is wrong, so that it is open.
    pub(super) fn costs_are_wrong(&self) -> bool {
        COSTS.iter().any(|(name, ..)| self.form.error(name).is_some())
    }

    /// Few or none left, or so few that it is to be ordered.
    pub(super) fn stock_badge(&self) -> Option<(&'static str, &'static str)> {
        match self.product.view.stock {
            Some(0) => Some(("bad", "manage-sold-out")),
            _ if self.product.is_to_order() => Some(("warn", "manage-to-order")),
            Some(left) if left <= LOW_STOCK => Some(("warn", "manage-low")),
            _ => None,
        }
    }

    /// Whether it is in the shop now.
    pub(super) fn in_shop(&self) -> bool {
        self.product.active && self.product.business_active
    }
}

/// Every field with the one that tells what was seen, and what both are for this product.
fn now(product: &Managed, language: Language) -> [(&'static str, &'static str, String); 6] {
    let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
    let active = if product.active { "1" } else { "" };
    [
        ("precio", "precio_visto", language.typed(product.price)),
        ("stock", "stock_visto", number(product.view.stock)),
        ("activo", "activo_visto", active.to_owned()),
        ("costo", "costo_visto", product.cost.map(|cost| language.typed(cost)).unwrap_or_default()),
        ("punto_pedido", "punto_pedido_visto", number(product.reorder_point)),
        ("plazo_dias", "plazo_dias_visto", number(product.lead_days)),
    ]
}
