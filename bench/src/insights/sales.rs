//! Made-up sales in the columns of the UCI Online Retail set, with the real set's shape: how many lines an invoice has, how often
//! customers and articles come again, how many lines have no customer, cancellations, fees, odd prices.
//!
//! The curves were read off the two months that are published (77,628 lines). The same seed gives the same bytes.

use std::collections::VecDeque;
use std::io::Write;

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::random::{Random, whole};
use crate::error::Result;
use crate::report::float;

/// The first line of the file.
const HEAD: &str = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country";
/// Lines of an invoice over the mean of all invoices, by the share of invoices that have fewer.
const LINES: [(f64, f64); 9] = [
    (0.0, 0.04),
    (0.1, 0.045),
    (0.25, 0.09),
    (0.5, 0.37),
    (0.75, 0.92),
    (0.9, 1.85),
    (0.95, 3.2),
    (0.99, 9.5),
    (1.0, 28.0),
];
/// Pieces of a line.
const PIECES: [(f64, f64); 7] =
    [(0.0, 1.0), (0.35, 1.0), (0.5, 2.0), (0.75, 8.0), (0.9, 18.0), (0.99, 96.0), (1.0, 600.0)];
/// Price of an article.
const PRICES: [(f64, f64); 7] =
    [(0.0, 0.21), (0.1, 0.83), (0.25, 1.25), (0.5, 2.51), (0.75, 4.21), (0.9, 7.95), (1.0, 20.38)];
/// Where customers are; of a hundred.
const COUNTRIES: [(u64, &str); 6] =
    [(91, "United Kingdom"), (94, "Germany"), (96, "France"), (98, "EIRE"), (99, "Spain"), (100, "Netherlands")];
const NAMES: [&str; 8] =
    ["LANTERN", "HEART T-LIGHT HOLDER", "JUMBO BAG", "CAKE CASES", "MUG", "BUNTING", "FRAME", "CLOCK"];
const COLOURS: [&str; 6] = ["WHITE", "RED RETROSPOT", "PINK", "VINTAGE", "IVORY", "BLUE"];

/// How much there is to be of it.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Invoices, cancellations among them.
    pub orders: u64,
    /// Lines of all invoices together.
    pub lines: u64,
    /// Different customers, who come again.
    pub customers: u64,
    /// Different articles, which come again.
    pub articles: u64,
    /// Day of the first invoice.
    pub from: Date,
    /// Days from the first invoice to the last.
    pub days: u64,
}

impl Shape {
    /// As many lines as asked for, with the real year's proportions: 25,900 invoices of 4,372 customers and 4,070 articles for
    /// 541,909 lines.
    pub fn year(lines: u64) -> Self {
        let part = |n: u64| (n * lines / 541_909).max(1);
        let (orders, customers) = (part(25_900), part(4_372));
        Self { orders, lines: lines.max(orders), customers, articles: 4_070, from: START, days: 373 }
    }

    /// Fourteen months of many small orders; a customer has five on average.
    pub fn orders(orders: u64, lines: u64) -> Self {
        let orders = orders.max(1);
        Self {
            orders,
            lines: lines.max(orders),
            customers: (orders / 5).max(1),
            articles: 4_070,
            from: START,
            days: 426,
        }
    }

    /// The last day with sales.
    pub fn last_day(&self) -> Date {
        day(self.from, self.days.saturating_sub(1))
    }
}

/// The first day of what is made up.
const START: Date = Date::constant(2025, 9, 1);

fn day(from: Date, days: u64) -> Date {
    from.checked_add(i64::try_from(days).unwrap_or(0).days()).unwrap_or(from)
}

/// A line of a sale, to be cancelled perhaps.
#[derive(Clone)]
struct Sold {
    customer: Option<u64>,
    article: u64,
    pieces: u64,
    price: f64,
}

/// What was written, for whoever checks what an import says of it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Written {
    /// Rows without the head.
    pub rows: u64,
    /// Documents that are no cancellations.
    pub sales: u64,
    /// Documents that cancel an earlier one.
    pub cancellations: u64,
    /// Length of the file, before any compression.
    pub bytes: u64,
}

/// Writes such a file: the same bytes for the same shape and seed.
pub fn write(shape: &Shape, seed: u64, to: impl Write) -> Result<Written> {
    let mut maker = Maker {
        random: Random::new(seed),
        recent: VecDeque::with_capacity(RECENT),
        shape: *shape,
        out: Counted { inner: to, bytes: 0 },
        done: Written::default(),
    };
    writeln!(maker.out, "{HEAD}")?;
    for order in 0..shape.orders {
        maker.order(order)?;
    }
    maker.out.inner.flush()?;
    Ok(Written { bytes: maker.out.bytes, ..maker.done })
}

/// Lines that a cancellation may be of.
const RECENT: usize = 2_000;

struct Maker<W> {
    random: Random,
    recent: VecDeque<Sold>,
    shape: Shape,
    out: Counted<W>,
    done: Written,
}

impl<W: Write> Maker<W> {
    fn order(&mut self, number: u64) -> Result<()> {
        let at = day(self.shape.from, number * self.shape.days / self.shape.orders);
        // From eight to six, in the order of the numbers.
        let place = float(number * self.shape.days % self.shape.orders) / float(self.shape.orders);
        let minute = 480 + whole(place * 600.0);
        let at = format!("{at} {:02}:{:02}:00", minute / 60, minute % 60);
        let left = self.shape.orders - number;
        let lines_left = self.shape.lines - self.done.rows;
        // The last one takes what is left, and each leaves a line for every one after it.
        let most = lines_left - (left - 1);
        let mean = float(lines_left) / float(left);
        let drawn = whole(mean * self.random.along(&LINES) + 0.5).clamp(1, most);
        let number = 536_365 + number;
        if left > 1 && !self.recent.is_empty() && self.random.below(1000) < 90 {
            return self.cancellation(number, &at, drawn.min(3));
        }
        let lines = if left == 1 { most } else { drawn };
        let customer = (self.random.below(100) < 80).then(|| self.random.skewed(self.shape.customers, 1.7));
        self.done.sales += 1;
        for _ in 0..lines {
            let sold = self.sale(customer);
            self.line(&number.to_string(), &at, &sold, false)?;
            if self.recent.len() == RECENT {
                self.recent.pop_front();
            }
            self.recent.push_back(sold);
        }
        Ok(())
    }

    fn sale(&mut self, customer: Option<u64>) -> Sold {
        let article = self.random.skewed(self.shape.articles, 1.6);
        // The list price of an article, sometimes another one, sometimes none.
        let list = Random::new(article).along(&PRICES);
        let price = match self.random.below(1000) {
            0..5 => 0.0,
            5..100 => list * 1.25,
            _ => list,
        };
        Sold { customer, article, pieces: whole(self.random.along(&PIECES)), price }
    }

    fn cancellation(&mut self, number: u64, at: &str, lines: u64) -> Result<()> {
        self.done.cancellations += 1;
        let customer = self.recent.back().and_then(|sold| sold.customer);
        for _ in 0..lines {
            let place = usize::try_from(self.random.below(self.recent.len() as u64)).unwrap_or(0);
            let mut sold = self.recent[place].clone();
            // A third takes back exactly what was bought; the others send something back.
            if self.random.below(3) > 0 {
                sold.customer = customer;
                sold.pieces = 1 + self.random.below(sold.pieces.max(1));
            }
            self.line(&format!("C{number}"), at, &sold, true)?;
        }
        Ok(())
    }

    fn line(&mut self, number: &str, at: &str, sold: &Sold, back: bool) -> Result<()> {
        let (code, name) = article(sold.article);
        let sign = if back { "-" } else { "" };
        let customer = sold.customer.map(|customer| format!("{}.0", 12_346 + customer)).unwrap_or_default();
        let country = country(sold.customer);
        writeln!(self.out, "{number},{code},{name},{sign}{},{at},{:.2},{customer},{country}", sold.pieces, sold.price)?;
        self.done.rows += 1;
        Ok(())
    }
}

/// Code and name; one of fifty is a fee.
fn article(number: u64) -> (String, String) {
    if number % 50 == 49 {
        return ("POST".to_owned(), "POSTAGE".to_owned());
    }
    let mut random = Random::new(number ^ 0x5EED);
    let letter = if number.is_multiple_of(9) { "A" } else { "" };
    let colour = random.pick(&COLOURS).copied().unwrap_or_default();
    let name = random.pick(&NAMES).copied().unwrap_or_default();
    // Some names have a comma, and therefore quotes.
    let name =
        if number % 40 == 1 { format!("\"{colour}, {name} {number}\"") } else { format!("{colour} {name} {number}") };
    (format!("{}{letter}", 20_000 + number), name)
}

fn country(customer: Option<u64>) -> &'static str {
    let drawn = customer.map_or(0, |customer| Random::new(customer ^ 0xC0).below(100));
    COUNTRIES.iter().find(|(upto, _)| drawn < *upto).map_or("Unspecified", |(_, country)| country)
}

struct Counted<W> {
    inner: W,
    bytes: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests;
