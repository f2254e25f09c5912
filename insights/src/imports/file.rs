//! Rows of a file as texts: CSV, also compressed by gzip, and Parquet.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use deltalake::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use flate2::read::MultiGzDecoder;
use sha2::{Digest, Sha256};

/// Why a file cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It cannot be opened or read.
    #[error("cannot read the file")]
    Io(#[from] std::io::Error),
    /// It is not CSV.
    #[error("the file is not CSV")]
    Csv(#[from] csv::Error),
    /// It is not Parquet.
    #[error("the file is not Parquet")]
    Parquet(#[from] deltalake::parquet::errors::ParquetError),
    /// Its values cannot be read.
    #[error("the file's values cannot be read")]
    Values(#[from] datafusion::arrow::error::ArrowError),
    /// Whoever wanted its rows has ended.
    #[error("nobody takes the file's rows")]
    Unwanted,
    /// It lacks what the form needs.
    #[error("the file has no column {0}")]
    Column(String),
}

/// What the file's bytes come to: two files of the same bytes are one.
pub(super) fn fingerprint(path: &Path) -> Result<String, FileError> {
    let mut file = File::open(path)?;
    let (mut hash, mut buffer) = (Sha256::new(), vec![0; 1 << 16]);
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        hash.update(buffer.get(..read).unwrap_or_default());
    }
    Ok(hex(&hash.finalize()))
}

fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(half.into(), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Calls `each` with every row, until it fails: its number, and its values in the order of `columns`. Columns after the first
/// `required` may be missing; their values are then empty.
pub(super) fn rows(
    path: &Path,
    columns: &[&'static str],
    required: usize,
    mut each: impl FnMut(u64, &[&str]) -> Result<(), FileError>,
) -> Result<(), FileError> {
    let name = path.to_string_lossy();
    if name.ends_with(".parquet") {
        return parquet(path, columns, required, &mut each);
    }
    let file = BufReader::with_capacity(1 << 20, File::open(path)?);
    if name.ends_with(".gz") {
        csv(MultiGzDecoder::new(file), columns, required, &mut each)
    } else {
        csv(file, columns, required, &mut each)
    }
}

/// Calls `each` with every row of a CSV, as [`rows`] does.
pub(super) fn csv(
    source: impl Read,
    columns: &[&'static str],
    required: usize,
    each: &mut impl FnMut(u64, &[&str]) -> Result<(), FileError>,
) -> Result<(), FileError> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(source);
    let heads = reader.byte_headers()?.clone();
    let heads: Vec<String> =
        heads.iter().map(|head| text(head).trim_start_matches('\u{feff}').trim().to_owned()).collect();
    let places = places(&heads, columns, required)?;
    let mut record = csv::ByteRecord::new();
    let mut number = 1;
    while reader.read_byte_record(&mut record)? {
        number += 1;
        let values: Vec<_> =
            places.iter().map(|place| text(place.and_then(|place| record.get(place)).unwrap_or_default())).collect();
        let values: Vec<&str> = values.iter().map(|value| value.trim()).collect();
        each(number, &values)?;
    }
    Ok(())
}

fn parquet(
    path: &Path,
    columns: &[&'static str],
    required: usize,
    each: &mut impl FnMut(u64, &[&str]) -> Result<(), FileError>,
) -> Result<(), FileError> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path)?)?;
    let heads: Vec<String> = builder.schema().fields().iter().map(|field| field.name().clone()).collect();
    let places = places(&heads, columns, required)?;
    let options = FormatOptions::default().with_null("");
    let mut number = 0;
    for batch in builder.build()? {
        let batch = batch?;
        let formatters = batch.columns().iter().map(|column| ArrayFormatter::try_new(column.as_ref(), &options));
        let formatters = formatters.collect::<Result<Vec<_>, _>>()?;
        for row in 0..batch.num_rows() {
            number += 1;
            let value = |place: &Option<usize>| {
                place.and_then(|place| formatters.get(place)).map(|values| values.value(row).to_string())
            };
            let values: Vec<String> = places.iter().map(|place| value(place).unwrap_or_default()).collect();
            let values: Vec<&str> = values.iter().map(String::as_str).collect();
            each(number, &values)?;
        }
    }
    Ok(())
}

/// Where each column stands among `heads`, whatever their case.
fn places(heads: &[String], columns: &[&'static str], required: usize) -> Result<Vec<Option<usize>>, FileError> {
    let place = |(index, column): (usize, &&'static str)| {
        let found = heads.iter().position(|head| head.eq_ignore_ascii_case(column));
        if found.is_none() && index < required { Err(FileError::Column((*column).to_owned())) } else { Ok(found) }
    };
    columns.iter().enumerate().map(place).collect()
}

/// UTF-8, else Latin-1: the set is spread in both.
fn text(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect::<String>().into(),
    }
}
