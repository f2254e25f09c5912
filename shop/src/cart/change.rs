//! Changing a cart: put, add, remove, empty.

use belgrano_runtime::auth::session::TokenHash;
use belgrano_runtime::problem::Problem;
use belgrano_runtime::storage::Session;
use belgrano_runtime::writer::{Command, Failure};
use belgrano_runtime::{execute, fetch_scalar};
use belgrano_wire::hex::hex;
use belgrano_wire::texts::Message;
use serde::{Deserialize, Serialize};

use super::view::{Adjusted, CartView, read_cart};
use crate::basket::Basket;
use crate::unit::ShopUnit;

/// Whose cart.
#[derive(Clone, Copy, Debug)]
pub(super) enum Owner {
    /// An account's.
    Account(i64),
    /// That of whoever holds the cookie.
    Holder(TokenHash),
}

impl Owner {
    /// The cart, if there is one yet.
    pub(super) async fn find(self, session: &mut Session) -> sqlx::Result<Option<i64>> {
        match self {
            Self::Account(id) => {
                fetch_scalar!(optional, *session, i64, "SELECT id FROM carts WHERE account_id = $1", id)
            }
            Self::Holder(token) => {
                fetch_scalar!(optional, *session, i64, "SELECT id FROM carts WHERE token_hash = $1", &token[..])
            }
        }
    }

    /// How many pieces are in it.
    pub(super) async fn units(self, session: &mut Session) -> sqlx::Result<i64> {
        const UNITS: &str = "SELECT CAST(COALESCE(SUM(quantity), 0) AS BIGINT) FROM cart_items WHERE cart_id = $1";
        let Some(cart) = self.find(session).await? else { return Ok(0) };
        fetch_scalar!(one, *session, i64, UNITS, cart)
    }

    /// Keeps the keys of carts apart.
    pub(super) fn scope(self) -> String {
        match self {
            Self::Account(id) => format!("carrito:{id}"),
            Self::Holder(token) => format!("carrito:{}", hex(&token)),
        }
    }

    /// The cart, made now if there is none.
    async fn find_or_make(self, unit: &mut ShopUnit) -> sqlx::Result<i64> {
        const INSERT: &str = "INSERT INTO carts (account_id, token_hash, updated_at) VALUES ($1, $2, $3) RETURNING id";
        const TOUCH: &str = "UPDATE carts SET updated_at = $2 WHERE id = $1";
        let now = unit.now();
        if let Some(id) = self.find(unit.reader()).await? {
            execute!(*unit.session(), TOUCH, id, now)?;
            return Ok(id);
        }
        let (account, token) = match &self {
            Self::Account(id) => (Some(*id), None),
            Self::Holder(token) => (None, Some(&token[..])),
        };
        fetch_scalar!(one, *unit.session(), i64, INSERT, account, token, now)
    }
}

/// What happens to a cart.
#[derive(Clone, Copy, Debug)]
pub(super) enum Change {
    /// So many of a product, whatever was there before.
    Put {
        product_id: i64,
        /// 1 to [`Basket::MAX_QUANTITY`].
        quantity: i64,
    },
    /// No more of a product.
    Remove { product_id: i64 },
    /// Nothing any more.
    Empty,
}

/// Changes a cart and shows it.
#[derive(Debug)]
pub(super) struct ChangeCart {
    pub(super) owner: Owner,
    pub(super) change: Change,
}

/// Why a cart is not changed.
#[derive(Debug)]
pub(super) enum CartRefusal {
    /// The product is not for sale.
    NotForSale,
    /// It holds as many different products as it may.
    Full,
    /// More of one product than anybody may order.
    TooMany,
    /// There is none left, or none beside what the cart holds already: so many.
    NoMore(i64),
}

impl From<CartRefusal> for Problem {
    fn from(refusal: CartRefusal) -> Self {
        match refusal {
            CartRefusal::NotForSale => Self::not_found(Message::new("refusal-not-for-sale")),
            CartRefusal::Full => {
                Self::invalid_field("items", Message::new("error-lines").with("max", Basket::MAX_LINES))
            }
            CartRefusal::TooMany => out_of_range(),
            CartRefusal::NoMore(0) => {
                Self::conflict("sin-stock", Message::new("refusal-cart-sold-out")).with("stock", 0)
            }
            CartRefusal::NoMore(stock) => {
                Self::conflict("sin-stock", Message::new("refusal-cart-all-there-is").with("stock", stock))
                    .with("stock", stock)
            }
        }
    }
}

impl Command<ShopUnit> for ChangeCart {
    type Output = CartView;
    type Refusal = CartRefusal;

    async fn apply(&self, unit: &mut ShopUnit) -> Result<CartView, Failure<CartRefusal>> {
        let mut adjusted = None;
        match self.change {
            Change::Put { product_id, quantity } => {
                let put = put(unit, self.owner, product_id, quantity).await?;
                adjusted = (put < quantity).then_some(Adjusted { product_id, asked: quantity, put });
            }
            Change::Remove { product_id } => {
                const DELETE: &str = "DELETE FROM cart_items WHERE cart_id = $1 AND product_id = $2";
                if let Some(cart) = self.owner.find(unit.reader()).await? {
                    execute!(*unit.session(), DELETE, cart, product_id)?;
                }
            }
            Change::Empty => {
                const DELETE: &str = "DELETE FROM cart_items WHERE cart_id = $1";
                if let Some(cart) = self.owner.find(unit.reader()).await? {
                    execute!(*unit.session(), DELETE, cart)?;
                }
            }
        }
        // Stock that checkouts of this batch took is still in memory.
        unit.flush().await?;
        let now = unit.now();
        let cart = read_cart(unit.reader(), self.owner, now).await?;
        Ok(CartView { adjusted, ..cart })
    }
}

/// A quantity that nobody may order.
pub(super) fn out_of_range() -> Problem {
    Problem::invalid_field("cantidad", Message::new("error-range").with("from", 0).with("to", Basket::MAX_QUANTITY))
}

/// What became of an addition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Added {
    /// How many pieces are in the cart now.
    pub(crate) units: i64,
    /// How many of the product were put in: fewer than asked for when there are no more.
    pub(crate) put: i64,
    /// How many of the product are left on the shelf, where that is why.
    pub(crate) left: Option<i64>,
}

/// How many of a product are left on the shelf, if those that a cart `has` are all there is: more cannot be added. The command
/// refuses by it, and a page offers by it.
pub(crate) fn all_there_is(stock: Option<i64>, has: i64) -> Option<i64> {
    stock.filter(|left| *left <= has)
}

/// So many more of a product, whatever is there by then: two who add at once both count. What there is goes in.
#[derive(Debug)]
pub(super) struct AddToCart {
    pub(super) owner: Owner,
    pub(super) product_id: i64,
    /// 1 or more.
    pub(super) quantity: i64,
}

impl Command<ShopUnit> for AddToCart {
    type Output = Added;
    type Refusal = CartRefusal;

    async fn apply(&self, unit: &mut ShopUnit) -> Result<Added, Failure<CartRefusal>> {
        const HAS: &str = "SELECT i.quantity FROM cart_items i WHERE i.cart_id = $1 AND i.product_id = $2";
        let has = match self.owner.find(unit.reader()).await? {
            Some(cart) => fetch_scalar!(optional, *unit.reader(), i64, HAS, cart, self.product_id)?.unwrap_or(0),
            None => 0,
        };
        let quantity = has.saturating_add(self.quantity);
        if quantity > Basket::MAX_QUANTITY {
            return Err(Failure::Refused(CartRefusal::TooMany));
        }
        let left =
            unit.product(self.product_id).await?.filter(|product| product.active).and_then(|product| product.stock);
        if let Some(left) = all_there_is(left, has) {
            return Err(Failure::Refused(CartRefusal::NoMore(left)));
        }
        let there = put(unit, self.owner, self.product_id, quantity).await?;
        let units = self.owner.units(unit.reader()).await?;
        Ok(Added { units, put: there - has, left: left.filter(|_| there < quantity) })
    }
}

/// Puts so many of a product into a cart, or what is left of it, and says how many that is.
async fn put(unit: &mut ShopUnit, owner: Owner, product_id: i64, quantity: i64) -> Result<i64, Failure<CartRefusal>> {
    const OTHERS: &str = "SELECT COUNT(*) FROM cart_items WHERE cart_id = $1 AND product_id <> $2";
    const UPSERT: &str = "INSERT INTO cart_items (cart_id, product_id, quantity) VALUES ($1, $2, $3) \
         ON CONFLICT (cart_id, product_id) DO UPDATE SET quantity = excluded.quantity";
    let stock = match unit.product(product_id).await? {
        Some(product) if product.active => product.stock,
        _ => return Err(Failure::Refused(CartRefusal::NotForSale)),
    };
    let quantity = stock.map_or(quantity, |stock| stock.min(quantity));
    if quantity < 1 {
        return Err(Failure::Refused(CartRefusal::NoMore(0)));
    }
    if let Some(cart) = owner.find(unit.reader()).await? {
        let others = fetch_scalar!(one, *unit.reader(), i64, OTHERS, cart, product_id)?;
        if usize::try_from(others).is_ok_and(|others| others >= Basket::MAX_LINES) {
            return Err(Failure::Refused(CartRefusal::Full));
        }
    }
    let cart = owner.find_or_make(unit).await?;
    execute!(*unit.session(), UPSERT, cart, product_id, quantity)?;
    Ok(quantity)
}
