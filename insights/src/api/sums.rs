//! Where the sums of a question stand. What adds up over days is read from a cube, whose rows are a hundredth of the lines or
//! fewer; what does not, and what a cube does not tell apart, from the lines.

use super::by::By;

/// A cube, and the conditions that it can be narrowed by.
pub(super) struct Cube {
    pub(super) table: &'static str,
    pub(super) by: &'static [By],
}

/// Cubes in which orders add up over every column.
pub(super) const OF_ORDERS: &[Cube] = &[
    Cube { table: "gold_daily_sales", by: &[By::Country, By::Payment, By::Device, By::Origin] },
    Cube { table: "gold_daily_places", by: &[By::Country, By::Region, By::City, By::Barrio] },
];
/// The cube that tells the places of a country apart.
pub(super) const OF_PLACES: &[Cube] =
    &[Cube { table: "gold_daily_places", by: &[By::Country, By::Region, By::City, By::Barrio] }];
/// The cube of what articles are of. Orders do not add up over its columns: an order with lines of two of them is in both.
pub(super) const OF_CATEGORIES: &[Cube] =
    &[Cube { table: "gold_daily_categories", by: &[By::Category, By::Business, By::Branch] }];
/// The cube of articles; orders add up over its days alone.
pub(super) const OF_PRODUCTS: &[Cube] = &[Cube { table: "gold_daily_products", by: &[] }];

/// The cube of hours of the day, in which orders add up.
pub(super) const OF_HOURS: &[Cube] = &[Cube { table: "gold_hourly_sales", by: &[] }];

/// A table, and what is summed there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sums {
    pub(super) cube: Option<&'static str>,
    pub(super) gross: bool,
    pub(super) within_orders: bool,
}

impl Sums {
    /// Name of the table that has the sums.
    pub(super) fn table(self) -> &'static str {
        self.cube.unwrap_or("gold_sales")
    }

    /// How many orders there are.
    pub(super) fn orders(self) -> &'static str {
        match (self.within_orders && self.cube.is_none(), self.gross) {
            (false, false) => "sum(s.net_orders)",
            (false, true) => "sum(s.gross_orders)",
            // With a condition of its own: else the engine gathers the orders of each group in a table of texts.
            (true, false) => "count(DISTINCT key_of(s.order_id)) FILTER (WHERE s.kind = 'sale' AND NOT s.voided)",
            (true, true) => "count(DISTINCT key_of(s.order_id)) FILTER (WHERE s.kind = 'sale')",
        }
    }

    /// How many lines there are.
    pub(super) fn lines(self) -> &'static str {
        if self.cube.is_some() { "sum(s.lines)" } else { "count(*)" }
    }

    /// What was given back.
    pub(super) fn returned(self) -> &'static str {
        if self.cube.is_some() { "sum(s.returns)" } else { "sum(CASE WHEN s.kind = 'return' THEN s.net END)" }
    }

    /// Profit on the lines whose cost is known.
    pub(super) fn profit(self) -> &'static str {
        match (self.cube, self.gross) {
            (Some(_), _) => "sum(s.costed_net - s.net_cost)",
            (None, true) => {
                "sum(CASE WHEN s.kind = 'sale' AND s.gross_cost IS NOT NULL THEN s.gross - s.gross_cost END)"
            }
            (None, false) => "sum(CASE WHEN s.net_cost IS NOT NULL THEN s.net - s.net_cost END)",
        }
    }

    /// The amount of the lines whose cost is known: what profit is a share of.
    pub(super) fn costed(self) -> &'static str {
        match (self.cube, self.gross) {
            (Some(_), _) => "sum(s.costed_net)",
            (None, true) => "sum(CASE WHEN s.kind = 'sale' AND s.gross_cost IS NOT NULL THEN s.gross END)",
            (None, false) => "sum(CASE WHEN s.net_cost IS NOT NULL THEN s.net END)",
        }
    }
}
