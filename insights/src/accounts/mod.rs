//! Accounts: administrators, analysts and merchants, and what each may see.
//!
//! What must never happen here: insights without an administrator who can come in by themselves, a password that reaches the
//! writer unhashed, or a merchant whose own words decide whose rows it sees.

mod account;
mod arrive;
mod change;
mod erased;
mod first_admin;
mod role;
mod routes;

pub use account::Account;
pub(crate) use account::{LogInAccount, for_log_in};
pub(crate) use arrive::{Arrival, Arrive};
pub use change::{AccountRefusal, Business, ChangeAccount, CreateAccount, fields};
pub(crate) use erased::ForgetErased;
pub use first_admin::ensure_admin;
pub use role::Role;
pub(crate) use routes::{AccountChange, Accounts, NewAccount, change_account, create_account, one, page_of, routes};

/// The origin of accounts with a password here.
const HERE: &str = "insights";

/// The names of the accounts whose ids follow.
pub(crate) const NAMES: &str = "SELECT id, name FROM accounts WHERE id IN";
