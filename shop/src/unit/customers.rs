//! Who buys: the account as an order copies it.

use std::collections::HashMap;

use belgrano_shared::fetch_in;
use belgrano_shared::storage::Session;
use belgrano_shared::wire::CustomerKind;

use super::ShopUnit;

/// The longest name the board takes.
const MAX_NAME_CHARS: usize = 200;

/// What an order needs to know of the account behind it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Customer {
    /// Its id.
    pub id: i64,
    role: String,
    first_name: String,
    last_name: String,
    /// Where to write to.
    pub email: String,
    /// Where to call.
    pub phone: String,
    /// Where it lives, used when an order names no address.
    pub address: String,
    /// The business of a merchant.
    business_name: Option<String>,
}

impl Customer {
    /// As the driver will ask for it.
    #[must_use]
    pub fn name(&self) -> String {
        let person = format!("{} {}", self.first_name, self.last_name).trim().to_owned();
        let name = match &self.business_name {
            Some(business) => format!("{business} ({person})"),
            None => person,
        };
        // Business and person may each be as long as the board takes both together.
        name.chars().take(MAX_NAME_CHARS).collect()
    }

    /// Whether it buys as a merchant.
    #[must_use]
    pub fn kind(&self) -> CustomerKind {
        if self.role == "comerciante" { CustomerKind::Merchant } else { CustomerKind::Customer }
    }
}

const SELECT_CUSTOMERS: &str = "SELECT a.id, a.role, a.first_name, a.last_name, a.email, a.phone, a.address, m.business_name \
     FROM accounts a LEFT JOIN merchants m ON m.account_id = a.id WHERE a.active AND a.id IN";

#[derive(Debug, Default)]
pub(super) struct Customers {
    known: HashMap<i64, Customer>,
}

impl Customers {
    pub(super) async fn load(&mut self, session: &mut Session, ids: &[i64]) -> sqlx::Result<()> {
        let mut missing: Vec<i64> = ids.iter().copied().filter(|id| !self.known.contains_key(id)).collect();
        missing.sort_unstable();
        missing.dedup();
        for customer in fetch_in!(*session, Customer, SELECT_CUSTOMERS, &missing, "") {
            self.known.insert(customer.id, customer);
        }
        Ok(())
    }
}

impl ShopUnit {
    /// The account that buys, or `None` when it is closed.
    pub async fn customer(&mut self, id: i64) -> sqlx::Result<Option<&Customer>> {
        self.customers.load(&mut self.session, &[id]).await?;
        Ok(self.customers.known.get(&id))
    }
}
