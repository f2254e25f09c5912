//! The files a replay reads: a week of a real shop's orders, and street addresses of Buenos Aires.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use flate2::read::MultiGzDecoder;
use jiff::civil::DateTime;
use serde::Deserialize;

use crate::error::{Context as _, Error, Result};

/// One order as the shop recorded it.
#[derive(Clone, Debug, Deserialize)]
pub struct Invoice {
    /// Its number there.
    #[serde(rename = "invoice")]
    pub number: String,
    /// When, local time, to the minute.
    pub date: DateTime,
    /// Who; nobody is known for some.
    pub customer: Option<String>,
    /// A cancellation: its quantities are negative.
    pub cancelled: bool,
    /// What.
    pub lines: Vec<Line>,
}

/// One line of an order. The price is not read: the shop it is replayed on has its own.
#[derive(Clone, Debug, Deserialize)]
pub struct Line {
    /// Article.
    pub sku: String,
    /// Pieces.
    pub qty: i64,
}

/// Where a customer lives.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Address {
    /// Street and number.
    pub street: String,
    /// Barrio.
    pub barrio: String,
}

/// Reads one order a line, compressed when the file starts like gzip.
pub fn read_orders(path: &Path) -> Result<Vec<Invoice>> {
    let bytes = fs::read(path).context(path.display())?;
    let mut text = String::new();
    if bytes.starts_with(&[0x1f, 0x8b]) {
        MultiGzDecoder::new(bytes.as_slice()).read_to_string(&mut text).context(path.display())?;
    } else {
        text = String::from_utf8(bytes).context(path.display())?;
    }
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(i, line)| serde_json::from_str(line).context(format_args!("{} line {}", path.display(), i + 1)))
        .collect()
}

/// Reads the columns `direccion` and `barrio_por_poligono` (or `barrio`) of a CSV with a header.
pub fn read_addresses(path: &Path) -> Result<Vec<Address>> {
    let text = fs::read_to_string(path).context(path.display())?;
    let mut rows = text.lines().filter(|line| !line.trim().is_empty()).map(csv_fields);
    let header = rows.next().unwrap_or_default();
    let column = |name: &str| header.iter().position(|h| h == name);
    let street = column("direccion").context(format_args!("{}: no column direccion", path.display()))?;
    let barrio = column("barrio_por_poligono")
        .or_else(|| column("barrio"))
        .context(format_args!("{}: no column barrio_por_poligono or barrio", path.display()))?;
    let addresses: Vec<Address> = rows
        .filter_map(|row| Some(Address { street: row.get(street)?.clone(), barrio: row.get(barrio)?.clone() }))
        .collect();
    if addresses.is_empty() {
        return Err(Error::new(format_args!("{}: no address", path.display())));
    }
    Ok(addresses)
}

/// The fields of one line; quotes protect commas and are doubled to stand for themselves.
fn csv_fields(line: &str) -> Vec<String> {
    let (mut fields, mut quoted) = (vec![String::new()], false);
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                push(&mut fields, '"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            other => push(&mut fields, other),
        }
    }
    fields
}

fn push(fields: &mut [String], c: char) {
    if let Some(last) = fields.last_mut() {
        last.push(c);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    const ORDER: &str = r#"{"invoice":"1","date":"2010-12-01T08:26:00","customer":null,"country":"UK","cancelled":false,"lines":[{"sku":"85123A","name":null,"qty":6,"price":2.55}]}"#;

    #[test]
    fn reads_orders_plain_and_compressed() {
        let dir = tempfile::tempdir().unwrap();
        let plain = dir.path().join("orders.jsonl");
        fs::write(&plain, format!("{ORDER}\n{ORDER}\n\n")).unwrap();
        let packed = dir.path().join("orders.jsonl.gz");
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gz.write_all(ORDER.as_bytes()).unwrap();
        fs::write(&packed, gz.finish().unwrap()).unwrap();
        assert_eq!(read_orders(&plain).unwrap().len(), 2);
        let orders = read_orders(&packed).unwrap();
        assert_eq!((orders[0].customer.as_deref(), orders[0].lines[0].qty), (None, 6));
    }

    #[test]
    fn a_comma_in_quotes_is_part_of_the_address() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a.csv");
        fs::write(&file, "direccion,x,barrio\n\"Roca 5, Pta. \"\"9\"\"\",1,FLORES\n").unwrap();
        let expected = Address { street: "Roca 5, Pta. \"9\"".into(), barrio: "FLORES".into() };
        assert_eq!(read_addresses(&file).unwrap(), [expected]);
    }
}
