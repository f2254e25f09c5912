//! Accounts: administrators and drivers, their passwords and what they may do.
//!
//! A driver is an account with role `flota` and a row in `drivers` under the same id; the fleet has the rest of it. What
//! must never happen here: a board without an active administrator, or a password that reaches the writer unhashed.

mod account;
mod change;
mod create;
mod examine;
mod first_admin;
mod password;
mod respell;
mod role;
mod routes;
mod second_factor;

pub(crate) use account::check_text;
pub use account::find_by_email;
pub use account::{Account, LogInAccount, find, for_log_in};
pub use change::{ChangeUser, UserRefusal, fields};
pub use create::{CreateUser, NewDriver};
pub(crate) use examine::take_away;
pub use examine::{examine_passwords, password_report};
pub use first_admin::ensure_admin;
pub(crate) use password::change_password;
pub use respell::respell_emails;
pub use role::Role;
pub use routes::routes;
pub(crate) use routes::{
    NAME_CHARS, NewUser, UserChange, Users, add_user, change_user, create_account, hash_of, page_of,
};
pub(crate) use second_factor::{FACTORS, SecondStep, has_factor, set_up_first, take_from_other};

/// The names of the accounts whose ids follow.
pub(crate) const NAMES: &str = "SELECT id, name FROM users WHERE id IN";
