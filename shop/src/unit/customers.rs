//! Who buys: the account as an order copies it.

use std::collections::HashMap;

use belgrano_runtime::fetch_in;
use belgrano_runtime::storage::Session;
use belgrano_wire::money::Money;
use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::{CustomerKind, limits};

use super::ShopUnit;

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
    /// Since when there is an account.
    pub created_at: UnixMillis,
    /// Orders of it that are under way, those of this batch among them.
    pub open_orders: i64,
    /// What they cost together, in cents.
    pub open_total: i64,
}

impl Customer {
    /// As the driver will ask for it.
    #[must_use]
    pub fn name(&self) -> String {
        let person = format!("{} {}", self.first_name, self.last_name).trim().to_owned();
        // An account that was taken over may have none, and the board wants one.
        let person = if person.is_empty() { self.email.clone() } else { person };
        let name = match &self.business_name {
            Some(business) => format!("{business} ({person})"),
            None => person,
        };
        // Business and person may each be as long as the board takes both together.
        name.chars().take(limits::CUSTOMER_NAME).collect()
    }

    /// Whether it buys as a merchant.
    #[must_use]
    pub fn kind(&self) -> CustomerKind {
        if self.role == "comerciante" { CustomerKind::Merchant } else { CustomerKind::Customer }
    }
}

const SELECT_CUSTOMERS: &str = "SELECT a.id, a.role, a.first_name, a.last_name, a.email, a.phone, a.address, m.business_name, \
     a.created_at, (SELECT COUNT(*) FROM orders o WHERE o.account_id = a.id \
     AND o.state NOT IN ('entregado', 'devuelto', 'cancelado')) AS open_orders, \
     (SELECT CAST(COALESCE(SUM(o.total), 0) AS BIGINT) FROM orders o WHERE o.account_id = a.id \
     AND o.state NOT IN ('entregado', 'devuelto', 'cancelado')) AS open_total \
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
    /// Counts an order that was placed in this batch.
    pub(crate) fn count_open(&mut self, account_id: i64, total: Money) {
        if let Some(customer) = self.customers.known.get_mut(&account_id) {
            customer.open_orders += 1;
            customer.open_total = customer.open_total.saturating_add(total.cents());
        }
    }

    /// The account that buys, or `None` when it is closed.
    pub async fn customer(&mut self, id: i64) -> sqlx::Result<Option<&Customer>> {
        self.customers.load(&mut self.session, &[id]).await?;
        Ok(self.customers.known.get(&id))
    }
}

#[cfg(test)]
mod tests {
    use belgrano_wire::limits;
    use belgrano_wire::timestamp::UnixMillis;

    use super::Customer;

    #[test]
    fn a_name_is_never_longer_than_the_board_takes() {
        let name = |first_name: &str, last_name: &str, business_name: Option<String>| {
            let (first_name, last_name) = (first_name.to_owned(), last_name.to_owned());
            let empty = String::new;
            Customer {
                id: 1,
                role: empty(),
                first_name,
                last_name,
                email: "ana@example.com".to_owned(),
                phone: empty(),
                address: empty(),
                business_name,
                created_at: UnixMillis(0),
                open_orders: 0,
                open_total: 0,
            }
            .name()
        };
        assert_eq!((name("Ana", "", None), name("", "", None)), ("Ana".to_owned(), "ana@example.com".to_owned()));
        assert_eq!(name("Ana", "Díaz", Some("Kiosco".to_owned())), "Kiosco (Ana Díaz)");
        let (long, business) = ("ñ".repeat(100), "é".repeat(200));
        assert_eq!(name(&long, &long, None), format!("{long} {}", "ñ".repeat(99)));
        assert_eq!(name("Ana", "Díaz", Some(business.clone())), business);
        assert_eq!(business.chars().count(), limits::CUSTOMER_NAME);
    }
}
