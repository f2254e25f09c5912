//! The end of an account: it and its orders are nobody's afterwards.
//!
//! One transaction. What goes away and what stays empty is in `left_behind.rs`; here is who may not go yet, and what the board
//! and the sessions hear of it. The order matters to whoever follows the change feed: orders and reviews first and the account
//! last, so that a reader who hears that a person is gone has heard already what became of the rest.

use std::collections::HashSet;
use std::fmt;

use belgrano_runtime::auth::email::Email;
use belgrano_runtime::problem::Problem;
use belgrano_runtime::security::{Entry, Kind};
use belgrano_runtime::storage::Session;
use belgrano_runtime::writer::{Command, Failure};
use belgrano_runtime::{fetch, fetch_scalar};
use belgrano_wire::OrderNumber;
use belgrano_wire::texts::Message;

use super::left_behind;
use crate::accounts::Role;
use crate::unit::{MessageKind, OutboxMessage, ShopUnit};

/// Who wants it.
#[derive(Clone)]
pub enum Proof {
    /// Its owner, whose password fitted this hash.
    Password(String),
    /// The operator, at the request of its owner.
    Operator,
    /// An administrator, at the request of its owner, who typed the account's address. Accounts that administer are not erased so.
    Administrator(Email),
}

impl fmt::Debug for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Password(_) => "Password(…)",
            Self::Operator => "Operator",
            Self::Administrator(_) => "Administrator(…)",
        })
    }
}

/// Erase a person. The operator or an administrator may ask again, which changes nothing; an owner has no session any more to ask with.
#[derive(Debug)]
pub struct Erase {
    /// Whose account.
    pub account_id: i64,
    /// Who wants it.
    pub proof: Proof,
    /// `traceparent` of the request.
    pub trace: String,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Erased {
    /// Orders that are nobody's now; the board hears of each.
    pub orders: usize,
    /// It was erased before: nothing was left to do.
    pub before: bool,
}

/// Why a person is not erased.
#[derive(Debug)]
pub enum EraseRefusal {
    /// There is no such account, or it is closed.
    Closed,
    /// The password was changed meanwhile.
    WrongPassword,
    /// An administrator asked, and there is no such account, or it administers the shop itself.
    NoCustomer,
    /// What an administrator typed is not the address of the account.
    OtherEmail,
    /// These orders are not over: somebody has to know where they go.
    OpenOrders(Vec<String>),
    /// Nobody else could administer the shop.
    LastAdmin,
}

/// What a refusal for open orders has as its `type`.
pub(super) const OPEN_ORDERS: &str = "pedidos-abiertos";

/// The given password is not that of the account.
pub(super) fn wrong_password() -> Problem {
    Problem::invalid_field("password", Message::new("error-old-password"))
}

/// There is no such account, or it is no customer's.
pub(super) fn no_customer() -> Problem {
    Problem::not_found(Message::new("refusal-no-customer"))
}

impl From<EraseRefusal> for Problem {
    fn from(refusal: EraseRefusal) -> Self {
        match refusal {
            EraseRefusal::Closed => Self::unauthenticated(Message::new("refusal-account-closed")),
            EraseRefusal::WrongPassword => wrong_password(),
            EraseRefusal::NoCustomer => no_customer(),
            EraseRefusal::OtherEmail => Self::invalid_field("email", Message::new("error-erase-other-email")),
            EraseRefusal::OpenOrders(numbers) => {
                let named = Message::new("refusal-erase-open-orders").with("orders", numbers.join(", "));
                Self::conflict(OPEN_ORDERS, named).with("pedidos", numbers)
            }
            EraseRefusal::LastAdmin => Self::conflict("ultimo-administrador", Message::new("refusal-erase-last-admin")),
        }
    }
}

#[derive(sqlx::FromRow)]
struct Standing {
    role: String,
    email: String,
    active: bool,
    password_hash: String,
    erased: bool,
}

/// Nothing of these may be known of by the board afterwards that was not known before: their messages are still to be delivered.
const UNDELIVERED: &str = "SELECT o.number FROM orders o WHERE o.account_id = $1 AND EXISTS (SELECT 1 FROM outbox m \
     WHERE m.order_number = o.number AND m.kind = 'order.created' AND m.state IN ('pendiente', 'muerto')) ORDER BY o.id";
/// The condition is the text of the partial index `orders_open`: SQLite needs it word for word.
const OPEN: &str = "SELECT number FROM orders WHERE account_id = $1 AND state NOT IN ('entregado', 'devuelto', 'cancelado') ORDER BY id";

/// The orders of an account that keep it from being erased: those that are not over, or that the board has yet to hear of.
pub(super) async fn open_orders(session: &mut Session, id: i64) -> sqlx::Result<Vec<String>> {
    let mut open = fetch_scalar!(all, *session, String, OPEN, id)?;
    let undelivered = fetch_scalar!(all, *session, String, UNDELIVERED, id)?;
    open.extend(undelivered);
    let mut seen = HashSet::new();
    open.retain(|number| seen.insert(number.clone()));
    Ok(open)
}

impl Erase {
    /// Whether it was erased before, unless it may not be erased.
    async fn check(&self, unit: &mut ShopUnit) -> Result<bool, Failure<EraseRefusal>> {
        const STANDING: &str =
            "SELECT role, email, active, password_hash, erased_at IS NOT NULL AS erased FROM accounts WHERE id = $1";
        const OTHER_ADMINS: &str = "SELECT COUNT(*) FROM accounts WHERE role = 'admin' AND active \
             AND password_hash NOT LIKE '!%' AND id <> $1";
        let refused = |refusal| Err(Failure::Refused(refusal));
        let standing = fetch!(optional, *unit.reader(), Standing, STANDING, self.account_id)?;
        let Some(standing) = standing else {
            let by_administrator = matches!(self.proof, Proof::Administrator(_));
            return refused(if by_administrator { EraseRefusal::NoCustomer } else { EraseRefusal::Closed });
        };
        match &self.proof {
            Proof::Operator | Proof::Administrator(_) if standing.erased => return Ok(true),
            Proof::Administrator(_) if standing.role == Role::Admin.as_str() => {
                return refused(EraseRefusal::NoCustomer);
            }
            Proof::Administrator(email) if email.as_str() != standing.email => {
                return refused(EraseRefusal::OtherEmail);
            }
            Proof::Password(_) if !standing.active => return refused(EraseRefusal::Closed),
            Proof::Password(hash) if *hash != standing.password_hash => return refused(EraseRefusal::WrongPassword),
            Proof::Operator | Proof::Password(_) | Proof::Administrator(_) => {}
        }
        let administers = standing.active && standing.role == Role::Admin.as_str();
        if administers && fetch_scalar!(one, *unit.reader(), i64, OTHER_ADMINS, self.account_id)? == 0 {
            return refused(EraseRefusal::LastAdmin);
        }
        let open = open_orders(unit.reader(), self.account_id).await?;
        if open.is_empty() { Ok(false) } else { refused(EraseRefusal::OpenOrders(open)) }
    }
}

impl Command<ShopUnit> for Erase {
    type Output = Erased;
    type Refusal = EraseRefusal;

    async fn apply(&self, unit: &mut ShopUnit) -> Result<Erased, Failure<EraseRefusal>> {
        const NUMBERS: &str = "SELECT number FROM orders WHERE account_id = $1 ORDER BY id";
        // What the batch has buffered of this person is to be seen, and to go with the rest.
        unit.flush().await?;
        if self.check(unit).await? {
            return Ok(Erased { orders: 0, before: true });
        }
        let now = unit.now();
        let session = unit.own_statements().await?;
        left_behind::orders(session, self.account_id).await?;
        left_behind::messages(session, self.account_id, now).await?;
        left_behind::answers(session, self.account_id).await?;
        left_behind::belongings(session, self.account_id).await?;
        left_behind::account(session, self.account_id, now).await?;
        let numbers = fetch_scalar!(all, *unit.reader(), String, NUMBERS, self.account_id)?;
        let orders = numbers.len();
        for number in numbers {
            let order_number = OrderNumber::parse(&number).map_err(|error| sqlx::Error::Decode(error.into()))?;
            unit.announce().orders.push(order_number.clone());
            unit.send(OutboxMessage {
                order_number,
                kind: MessageKind::CustomerForgotten,
                payload: "{}".to_owned(),
                trace: self.trace.clone(),
            });
        }
        unit.forget_account(self.account_id);
        unit.log(Entry::new(Kind::PersonErased).on(self.account_id).with("pedidos", orders));
        Ok(Erased { orders, before: false })
    }
}
