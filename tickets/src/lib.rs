//! Belgrano Tickets: every order becomes a delivery ticket, admins assign drivers, drivers deliver, everybody watches.

pub mod app;
pub mod intake;
pub mod schema;
pub mod unit;
