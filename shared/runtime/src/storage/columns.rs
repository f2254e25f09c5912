//! A list of rows as Postgres takes it: one array for each column.
//!
//! A list of places (`VALUES ($1,$2),($3,$4)…`, `IN ($1,$2,…)`) is another text for each length, so each length is planned
//! anew, with as many rows as there are places: at some length the planner found it cheaper to read the table, and went on
//! doing so while the table grew. An array is one text and one plan whatever its length.
//!
//! `unnest` of several arrays still leaves it to the planner on which side of a join to begin. So whatever joins a list also
//! says that the key is one of the list (`= ANY($1)`): that is a condition on the table alone, found by an index, and none of
//! the plans it leaves reads more rows than the list names.

use sqlx::encode::{Encode, IsNull};
use sqlx::error::BoxDynError;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgArgumentBuffer, PgArguments, PgHasArrayType, PgTypeInfo};
use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments, Postgres, Sqlite, Type};

/// A list of rows, bound value by value like a query and kept as one array for each column.
#[derive(Debug)]
pub struct Columns {
    arrays: Vec<Column>,
    width: usize,
    bound: usize,
    failed: Option<BoxDynError>,
}

/// One array, as it goes over the wire: its elements are encoded already.
#[derive(Debug)]
struct Column {
    array: PgTypeInfo,
    element: Oid,
    len: i32,
    nulls: bool,
    elements: PgArgumentBuffer,
}

impl Columns {
    /// Of rows that are `width` values each.
    #[must_use]
    pub fn new(width: usize) -> Self {
        Self { arrays: Vec::with_capacity(width), width, bound: 0, failed: None }
    }

    /// The next value: those of the first row, then those of the second.
    #[must_use]
    pub fn bind<'q, T>(mut self, value: T) -> Self
    where
        T: Encode<'q, Postgres> + Type<Postgres> + PgHasArrayType,
    {
        let column = self.bound % self.width;
        if column == self.arrays.len() {
            self.arrays.push(Column::of::<T>());
        }
        if let Err(error) = self.arrays[column].push(value) {
            self.failed.get_or_insert(error);
        }
        self.bound += 1;
        self
    }

    /// As the parameters of a statement: `$1` is the first column.
    pub fn arguments(self) -> sqlx::Result<PgArguments> {
        let mut arguments = PgArguments::default();
        let uneven = || format!("{} values are no rows of {}", self.bound, self.width).into();
        match self.failed {
            Some(error) => return Err(sqlx::Error::Encode(error)),
            None if !self.bound.is_multiple_of(self.width) => return Err(sqlx::Error::Encode(uneven())),
            None => {}
        }
        for column in self.arrays {
            arguments.add(column).map_err(sqlx::Error::Encode)?;
        }
        Ok(arguments)
    }
}

impl Column {
    fn of<T: Type<Postgres> + PgHasArrayType>() -> Self {
        // Every type that is stored has a fixed OID; what has none would be refused by the server.
        let element = T::type_info().oid().unwrap_or(Oid(0));
        Self { array: T::array_type_info(), element, len: 0, nulls: false, elements: PgArgumentBuffer::default() }
    }

    /// A length of four bytes, -1 for NULL, and the value.
    fn push<'q, T: Encode<'q, Postgres>>(&mut self, value: T) -> Result<(), BoxDynError> {
        const LENGTH: usize = size_of::<i32>();
        let start = self.elements.len();
        self.elements.extend_from_slice(&(-1_i32).to_be_bytes());
        match value.encode(&mut self.elements)? {
            IsNull::Yes => self.nulls = true,
            IsNull::No => {
                let length = i32::try_from(self.elements.len() - start - LENGTH)?;
                self.elements[start..start + LENGTH].copy_from_slice(&length.to_be_bytes());
            }
        }
        self.len = self.len.checked_add(1).ok_or("too many rows for one array")?;
        Ok(())
    }
}

impl Type<Postgres> for Column {
    fn type_info() -> PgTypeInfo {
        // Never asked for: `produces` knows better.
        PgTypeInfo::with_name("anyarray")
    }
}

impl Encode<'_, Postgres> for Column {
    /// `array_recv`: dimensions, whether there are nulls, element type, then length and lower bound of the one dimension.
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        for word in [1, i32::from(self.nulls)] {
            buffer.extend_from_slice(&word.to_be_bytes());
        }
        buffer.extend_from_slice(&self.element.0.to_be_bytes());
        for word in [self.len, 1] {
            buffer.extend_from_slice(&word.to_be_bytes());
        }
        buffer.extend_from_slice(&self.elements);
        Ok(IsNull::No)
    }

    fn produces(&self) -> Option<PgTypeInfo> {
        Some(self.array.clone())
    }

    fn size_hint(&self) -> usize {
        self.elements.len() + 20
    }
}

/// The values of a list as SQLite takes them: one place each.
#[derive(Debug, Default)]
pub struct Places {
    arguments: SqliteArguments,
    failed: Option<BoxDynError>,
}

impl Places {
    /// The next value: those of the first row, then those of the second.
    #[must_use]
    pub fn bind<'q, T>(mut self, value: T) -> Self
    where
        T: Encode<'q, Sqlite> + Type<Sqlite>,
    {
        if let Err(error) = self.arguments.add(value) {
            self.failed.get_or_insert(error);
        }
        self
    }

    /// As the parameters of a statement.
    pub fn arguments(self) -> sqlx::Result<SqliteArguments> {
        self.failed.map_or(Ok(self.arguments), |error| Err(sqlx::Error::Encode(error)))
    }
}
