//! The published forms of files.

use std::collections::BTreeMap;

use belgrano_wire::zone::Zone;

use crate::ingest::Fresh;
use crate::lake::rows::Origin;

/// A form of file that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Form {
    /// The columns of the UCI Online Retail set: `InvoiceNo`, `StockCode`, `Description`, `Quantity`, `InvoiceDate`, `UnitPrice`,
    /// `CustomerID`, `Country`.
    OnlineRetail,
    /// The table `transactions` of Global Ecommerce Analytics.
    #[value(name = "transacciones")]
    Transactions,
}

impl Form {
    /// The zone whose days its orders are of, where the file does not say.
    pub(super) fn zone(self) -> Zone {
        match self {
            Self::OnlineRetail => Zone::named("Europe/London").unwrap_or_else(Zone::usual),
            Self::Transactions => Zone::usual(),
        }
    }

    /// The source's name when nobody gives one.
    #[must_use]
    pub fn usual_source(self) -> &'static str {
        match self {
            Self::OnlineRetail => "online-retail",
            Self::Transactions => "transacciones",
        }
    }
}

/// A row that was not taken, and why.
#[derive(Debug)]
pub(super) struct RefusedRow {
    pub(super) reason: &'static str,
}

/// Reads rows of one form; what they say together (orders, customers, products) it keeps until the end.
pub(super) trait Reader {
    /// The columns that it needs, by name.
    fn columns(&self) -> &'static [&'static str];
    /// Takes a row: its values in the order of [`Reader::columns`]; one that the file lacks is empty.
    fn take(&mut self, values: &[&str], origin: Origin<'_>, fresh: &mut Fresh) -> Result<(), RefusedRow>;
    /// Adds what the rows said together.
    fn finish(&mut self, origin: Origin<'_>, fresh: &mut Fresh);
}

/// Rows refused, by reason.
pub(super) type Reasons = BTreeMap<&'static str, u64>;
