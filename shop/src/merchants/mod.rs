//! Merchants: their business, and packages that order themselves on a series of dates.

mod calendar;

pub use calendar::{Due, DueDate, Frequency, RunHour, Series};
