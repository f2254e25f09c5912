//! A person with values that nobody else has, a day of theirs, and what is left of them afterwards.

mod customers;
mod day;
mod erasing;
mod pages;
mod second_factor;
