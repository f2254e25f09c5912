//! What a customer wants, parsed: no line twice, no quantity that cannot be.

use belgrano_runtime::problem::FieldError;
use belgrano_wire::texts::Message;
use belgrano_wire::{OrderLine, limits};

/// One product of a basket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BasketItem {
    /// Which product.
    pub product_id: i64,
    /// How many, 1 to [`Basket::MAX_QUANTITY`].
    pub quantity: i64,
}

/// What a customer wants to buy: 1 to [`Basket::MAX_LINES`] different products.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Basket(Vec<BasketItem>);

/// The board takes whatever fits in a basket.
const _: () = assert!(Basket::MAX_LINES <= limits::LINES && Basket::MAX_QUANTITY <= OrderLine::MAX_QUANTITY as i64);

impl Basket {
    /// The most different products.
    pub const MAX_LINES: usize = 100;
    /// The most of one product.
    pub const MAX_QUANTITY: i64 = 10_000;

    /// A basket of `(product, quantity)` pairs; the same product named twice is one line with the sum.
    pub fn parse(items: impl IntoIterator<Item = (i64, i64)>) -> Result<Self, Vec<FieldError>> {
        let mut lines: Vec<BasketItem> = Vec::new();
        let mut errors = Vec::new();
        for (index, (product_id, quantity)) in items.into_iter().enumerate() {
            if !(1..=Self::MAX_QUANTITY).contains(&quantity) {
                let message = Message::new("error-range").with("from", 1).with("to", Self::MAX_QUANTITY);
                errors.push(FieldError::new(format!("items[{index}].cantidad"), message));
                continue;
            }
            match lines.iter_mut().find(|line| line.product_id == product_id) {
                None => lines.push(BasketItem { product_id, quantity }),
                Some(line) if line.quantity + quantity <= Self::MAX_QUANTITY => line.quantity += quantity,
                Some(_) => {
                    let message = Message::new("error-sum").with("max", Self::MAX_QUANTITY);
                    errors.push(FieldError::new(format!("items[{index}].cantidad"), message));
                }
            }
            if lines.len() > Self::MAX_LINES {
                errors.push(FieldError::new("items", Message::new("error-lines").with("max", Self::MAX_LINES)));
                break;
            }
        }
        if lines.is_empty() && errors.is_empty() {
            errors.push(FieldError::new("items", Message::new("error-cart-empty")));
        }
        if errors.is_empty() { Ok(Self(lines)) } else { Err(errors) }
    }

    /// The products of its lines.
    pub fn product_ids(&self) -> impl Iterator<Item = i64> {
        self.0.iter().map(|item| item.product_id)
    }

    /// Its lines.
    #[must_use]
    pub fn items(&self) -> &[BasketItem] {
        &self.0
    }
}
