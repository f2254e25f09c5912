//! Changing a cart: put, remove, empty.

use belgrano_shared::auth::session::TokenHash;
use belgrano_shared::problem::Problem;
use belgrano_shared::storage::Session;
use belgrano_shared::texts::Message;
use belgrano_shared::writer::{Command, Failure};
use belgrano_shared::{execute, fetch_scalar};

use super::view::{CartView, read_cart};
use crate::checkout::Basket;
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
}

impl From<CartRefusal> for Problem {
    fn from(refusal: CartRefusal) -> Self {
        match refusal {
            CartRefusal::NotForSale => Self::not_found(Message::new("refusal-not-for-sale")),
            CartRefusal::Full => {
                Self::invalid_field("items", Message::new("error-lines").with("max", Basket::MAX_LINES))
            }
        }
    }
}

impl Command<ShopUnit> for ChangeCart {
    type Output = CartView;
    type Refusal = CartRefusal;

    async fn apply(&self, unit: &mut ShopUnit) -> Result<CartView, Failure<CartRefusal>> {
        match self.change {
            Change::Put { product_id, quantity } => put(unit, self.owner, product_id, quantity).await?,
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
        Ok(read_cart(unit.reader(), self.owner, now).await?)
    }
}

async fn put(unit: &mut ShopUnit, owner: Owner, product_id: i64, quantity: i64) -> Result<(), Failure<CartRefusal>> {
    const OTHERS: &str = "SELECT COUNT(*) FROM cart_items WHERE cart_id = $1 AND product_id <> $2";
    const UPSERT: &str = "INSERT INTO cart_items (cart_id, product_id, quantity) VALUES ($1, $2, $3) \
         ON CONFLICT (cart_id, product_id) DO UPDATE SET quantity = excluded.quantity";
    if !unit.product(product_id).await?.is_some_and(|product| product.active) {
        return Err(Failure::Refused(CartRefusal::NotForSale));
    }
    if let Some(cart) = owner.find(unit.reader()).await? {
        let others = fetch_scalar!(one, *unit.reader(), i64, OTHERS, cart, product_id)?;
        if usize::try_from(others).is_ok_and(|others| others >= Basket::MAX_LINES) {
            return Err(Failure::Refused(CartRefusal::Full));
        }
    }
    let cart = owner.find_or_make(unit).await?;
    execute!(*unit.session(), UPSERT, cart, product_id, quantity)?;
    Ok(())
}
