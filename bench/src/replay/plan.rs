//! How a foreign shop's week becomes orders that this shop can take. Pure rules, stated once here
//! and repeated in `docs/benchmarks.md`; the same files and catalog give the same plan every time.
//!
//! * **Articles**: an SKU that starts with five digits is goods and maps onto a product by a stable
//!   hash. Anything else (`POST`, `M`, `BANK CHARGES`) is a charge and is left out.
//! * **Lines** that map onto the same product become one; their quantities are added.
//! * **Quantities** are a wholesaler's. A household buys `ceil(log2(q))`, at least 1 and at most 12.
//! * **Customers**: each known one is an account. Nobody is known for some orders; each of those gets a
//!   counter account of its own, because making them one customer would invent one who buys all day.
//! * **Cancellations** carry negative quantities: the order is placed for the amounts, then cancelled.
//! * **Corrections of stock** (not cancelled, nothing but amounts of 0 or less) are sent as they are.
//!   The shop must refuse them.
//! * **Addresses** come from the list by a stable hash of the customer.

use std::collections::BTreeMap;

use super::data::Invoice;

/// The most of one product that a household buys.
const MOST: i64 = 12;

/// One order to place.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Placement {
    /// Where it comes from.
    pub invoice: String,
    /// Seconds after the first order of the week.
    pub at_s: i64,
    /// Index into [`Plan::customers`].
    pub customer: usize,
    /// Quantity by product.
    pub items: BTreeMap<i64, i64>,
    /// Cancel it after it was placed.
    pub cancel: bool,
    /// Amounts that no shop may take.
    pub absurd: bool,
}

/// An account to make.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Customer {
    /// The customer's number there, or `mostrador-` and the order's.
    pub name: String,
    /// Index into the list of addresses.
    pub address: usize,
}

/// A week, ready to be placed.
#[derive(Debug, Default)]
pub struct Plan {
    /// In the order of time.
    pub placements: Vec<Placement>,
    /// Who orders.
    pub customers: Vec<Customer>,
    /// Counter accounts among them.
    pub counters: usize,
    /// Orders that nothing was left of (only charges).
    pub without_goods: usize,
    /// Lines that were left out as charges.
    pub charges: usize,
    /// Lines that were merged into another of the same product.
    pub merged: usize,
}

/// FNV-1a, 64 bits: the same on every machine and in every version, which `std`'s hasher is not.
pub fn stable_hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, b| (hash ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3))
}

fn pick(text: &str, n: usize) -> usize {
    usize::try_from(stable_hash(text) % (n.max(1) as u64)).unwrap_or(0)
}

/// What a household buys where a wholesaler's customer bought `quantity`, which is above 0.
pub fn household(quantity: i64) -> i64 {
    let log2_up = i64::from(u64::BITS - quantity.unsigned_abs().saturating_sub(1).leading_zeros());
    log2_up.clamp(1, MOST)
}

fn is_goods(sku: &str) -> bool {
    sku.len() >= 5 && sku.bytes().take(5).all(|b| b.is_ascii_digit())
}

impl Plan {
    /// The plan for `orders` on a shop with `products`, among `addresses` addresses.
    pub fn new(mut orders: Vec<Invoice>, products: &[i64], addresses: usize) -> Self {
        orders.sort_by_key(|o| o.date);
        let mut plan = Self::default();
        let Some(first) = orders.first().map(|o| o.date) else {
            return plan;
        };
        let mut known: BTreeMap<String, usize> = BTreeMap::new();
        for order in &orders {
            let Some((items, absurd)) = plan.items(order, products) else {
                plan.without_goods += 1;
                continue;
            };
            let name = order.customer.clone().unwrap_or_else(|| format!("mostrador-{}", order.number));
            let customer = *known.entry(name.clone()).or_insert_with(|| {
                plan.counters += usize::from(order.customer.is_none());
                plan.customers.push(Customer { address: pick(&name, addresses), name });
                plan.customers.len() - 1
            });
            plan.placements.push(Placement {
                invoice: order.number.clone(),
                at_s: order.date.duration_since(first).as_secs(),
                customer,
                items,
                cancel: order.cancelled,
                absurd,
            });
        }
        plan
    }

    /// Quantity by product, and whether the shop must refuse it; `None` when there are no goods.
    fn items(&mut self, order: &Invoice, products: &[i64]) -> Option<(BTreeMap<i64, i64>, bool)> {
        let (goods, charges): (Vec<_>, Vec<_>) = order.lines.iter().partition(|line| is_goods(&line.sku));
        self.charges += charges.len();
        let sign = if order.cancelled { -1 } else { 1 };
        let absurd = goods.iter().all(|line| line.qty * sign <= 0);
        let mut items: BTreeMap<i64, i64> = BTreeMap::new();
        for line in &goods {
            let quantity = line.qty * sign;
            if quantity <= 0 && !absurd {
                continue;
            }
            let sum = items.entry(*products.get(pick(&line.sku, products.len()))?).or_default();
            self.merged += usize::from(*sum != 0);
            *sum += quantity;
        }
        if !absurd {
            for sum in items.values_mut() {
                *sum = household(*sum);
            }
        }
        (!items.is_empty()).then_some((items, absurd))
    }
}

#[cfg(test)]
mod tests {
    use super::super::data::Line;
    use super::*;

    fn order(invoice: &str, customer: Option<&str>, minute: i8, cancelled: bool, lines: &[(&str, i64)]) -> Invoice {
        Invoice {
            number: invoice.into(),
            date: jiff::civil::date(2010, 12, 1).at(8, minute, 0, 0),
            customer: customer.map(Into::into),
            cancelled,
            lines: lines.iter().map(|(sku, qty)| Line { sku: (*sku).into(), qty: *qty }).collect(),
        }
    }

    #[test]
    fn quantities_become_a_household_s() {
        let cases = [(1, 1), (2, 1), (3, 2), (4, 2), (6, 3), (8, 3), (9, 4), (2880, 12), (1 << 40, 12)];
        for (wholesale, expected) in cases {
            assert_eq!(household(wholesale), expected, "{wholesale}");
        }
    }

    #[test]
    fn one_product_takes_all_lines_and_charges_go() {
        let lines = [("85123A", 6), ("71053", 6), ("POST", 1)];
        let plan = Plan::new(vec![order("1", Some("9"), 0, false, &lines)], &[70], 5);
        assert_eq!(plan.placements[0].items, BTreeMap::from([(70, household(12))]));
        assert_eq!((plan.charges, plan.merged), (1, 1));
    }

    #[test]
    fn a_cancellation_is_placed_for_its_amounts() {
        let plan = Plan::new(vec![order("C1", Some("9"), 0, true, &[("71053", -12)])], &[70], 5);
        let placement = &plan.placements[0];
        assert!(placement.cancel && !placement.absurd);
        assert_eq!(placement.items, BTreeMap::from([(70, 4)]));
    }

    #[test]
    fn a_correction_of_stock_goes_as_it_is() {
        let plan = Plan::new(vec![order("1", None, 0, false, &[("71053", -10)])], &[70], 5);
        assert!(plan.placements[0].absurd);
        assert_eq!(plan.placements[0].items, BTreeMap::from([(70, -10)]));
    }

    #[test]
    fn known_customers_are_one_account_and_unknown_ones_one_each() {
        let line = [("71053", 1)];
        let orders = vec![
            order("3", None, 9, false, &line),
            order("1", Some("9"), 0, false, &line),
            order("2", Some("9"), 5, false, &line),
            order("4", None, 9, false, &line),
            order("5", Some("9"), 9, false, &[("M", 1)]),
        ];
        let plan = Plan::new(orders, &[70], 5);
        assert_eq!((plan.customers.len(), plan.counters, plan.without_goods), (3, 2, 1));
        let times: Vec<i64> = plan.placements.iter().map(|p| p.at_s).collect();
        assert_eq!(times, [0, 300, 540, 540]);
    }

    #[test]
    fn the_hash_is_fnv() {
        assert_eq!(stable_hash("foobar"), 0x8594_4171_f739_67e8);
    }
}
