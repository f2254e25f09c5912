//! The columns of each table of a file: what each is called, where its value stands in a row, and how it is written.

use crate::api::{LOCAL, Place};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Words, or an identifier.
    Text,
    /// A local day, `2026-11-21` in the answer and a date in the workbook.
    Day,
    /// A date with a time on the clock on the wall.
    Moment,
    /// A whole number.
    Count,
    /// An amount in the currency of the source.
    Amount,
    /// Percent: 12.5 is an eighth.
    Percent,
    /// A number with decimals.
    Decimal,
    /// Yes or no.
    Flag,
}

/// A column of a sheet or table: its heading, the member it shows, its kind and its width.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column {
    /// Key of its heading.
    pub(super) head: &'static str,
    /// Name of its value in a row.
    pub(super) member: &'static str,
    pub(super) kind: Kind,
    /// Its width in a workbook, in characters.
    pub(super) width: u8,
}

const fn column(head: &'static str, member: &'static str, kind: Kind, width: u8) -> Column {
    Column { head, member, kind, width }
}

pub(super) const LINES: &[Column] = &[
    column("export-transaction", "transaction_id", Kind::Text, 18),
    column("export-date", LOCAL, Kind::Moment, 17),
    column("export-order", "order_id", Kind::Text, 14),
    column("export-kind", "kind", Kind::Text, 10),
    column("export-voided", "voided", Kind::Flag, 9),
    column("export-customer", "customer_id", Kind::Text, 12),
    column("export-country", "country", Kind::Text, 18),
    column("export-region", "region", Kind::Text, 14),
    column("export-city", "city", Kind::Text, 14),
    column("export-barrio", "barrio", Kind::Text, 16),
    column("export-product", "product_id", Kind::Text, 12),
    column("export-product-name", "product_name", Kind::Text, 38),
    column("export-category", "category", Kind::Text, 18),
    column("export-subcategory", "subcategory", Kind::Text, 16),
    column("export-quantity", "quantity", Kind::Count, 10),
    column("export-unit-price", "unit_price", Kind::Amount, 14),
    column("export-amount", "total_amount", Kind::Amount, 16),
    column("export-discount", "discount_applied", Kind::Amount, 14),
    column("export-cost", "cost_price", Kind::Amount, 14),
    column("export-profit", "profit", Kind::Amount, 14),
    column("export-payment", "payment_method", Kind::Text, 16),
    column("export-device", "device_type", Kind::Text, 14),
    column("export-origin", "traffic_source", Kind::Text, 16),
    column("export-currency", "currency", Kind::Text, 9),
];

/// The columns of sums by place.
pub(super) const fn places(place: Place) -> &'static [Column] {
    const COUNTRIES: &[Column] = &of_place("export-country", "country");
    const BARRIOS: &[Column] = &of_place("export-barrio", "barrio");
    match place {
        Place::Country => COUNTRIES,
        Place::Barrio => BARRIOS,
    }
}

const fn of_place(head: &'static str, member: &'static str) -> [Column; 5] {
    [
        column(head, member, Kind::Text, 26),
        column("export-revenue", "revenue", Kind::Amount, 18),
        column("export-orders", "orders", Kind::Count, 12),
        column("export-average", "aov", Kind::Amount, 18),
        column("export-customers", "customers", Kind::Count, 12),
    ]
}

pub(super) const CATEGORIES: &[Column] = &[
    column("export-category", "category", Kind::Text, 26),
    column("export-revenue", "revenue", Kind::Amount, 18),
    column("export-profit", "profit", Kind::Amount, 18),
    column("export-margin", "margin", Kind::Percent, 12),
];

pub(super) const PRODUCTS: &[Column] = &[
    column("export-product", "product_id", Kind::Text, 13),
    column("export-product-name", "product_name", Kind::Text, 42),
    column("export-revenue", "revenue", Kind::Amount, 18),
    column("export-orders", "orders", Kind::Count, 12),
    column("export-units", "units", Kind::Count, 14),
    column("export-margin", "margin", Kind::Percent, 12),
];

/// Of customers; the second one is left out for who may see no person.
pub(super) const CUSTOMERS: &[Column] = &[
    column("export-customer", "customer_id", Kind::Text, 14),
    column("export-name", "name", Kind::Text, 28),
    column("export-country", "country", Kind::Text, 18),
    column("export-value", "lifetime_value", Kind::Amount, 18),
    column("export-orders", "total_orders", Kind::Count, 12),
    column("export-average", "avg_order_value", Kind::Amount, 18),
    column("export-last-order", "last_purchase_date", Kind::Day, 14),
    column("export-recency", "recency_score", Kind::Count, 11),
    column("export-frequency", "frequency_score", Kind::Count, 12),
    column("export-monetary", "monetary_score", Kind::Count, 11),
    column("export-segment", "rfm_segment", Kind::Text, 22),
    column("export-preferred", "preferred_category", Kind::Text, 22),
];

/// Name of the value that says who somebody is.
pub(super) const NAME: &str = "name";

pub(super) const SEGMENTS: &[Column] = &[
    column("export-segment", "segment", Kind::Text, 24),
    column("export-customers", "customers", Kind::Count, 12),
    column("export-value", "revenue", Kind::Amount, 20),
    column("export-orders", "orders", Kind::Count, 12),
    column("export-average", "aov", Kind::Amount, 18),
    column("export-days-since", "days_since", Kind::Decimal, 20),
    column("export-recency", "recency", Kind::Decimal, 12),
    column("export-frequency", "frequency", Kind::Decimal, 12),
    column("export-monetary", "monetary", Kind::Decimal, 12),
];

pub(super) const SERIES: &[Column] = &[
    column("export-day", "date", Kind::Day, 14),
    column("export-revenue", "revenue", Kind::Amount, 18),
    column("export-orders", "orders", Kind::Count, 12),
];
