//! The fleet: drivers, who is on shift, where they are and how much they carry.
//!
//! A driver's account is with the users; what the driver does for itself (shift, position) and what the board knows of
//! it (load, age of the last fix) is here. What must never happen here: a position that jumps where nobody can drive.

mod change;
mod list;
mod position;
mod routes;
mod shift;
mod worries;

pub use change::{ChangeDriver, fields};
pub use list::{DriverView, list};
pub use position::{PositionRefusal, Report, distance_m};
pub use routes::routes;
pub(crate) use routes::{DriverChange, Drivers, NewDriverBody, add_driver, change_driver, page_of, set_shift};
pub use shift::SetShift;
pub(crate) use worries::{Worry, worries};
