//! The security log: who came in, who was refused, what was changed of accounts, what was taken out (OWASP ASVS 4.0.3, V7).
//!
//! What a command does leaves its entry in the command's own transaction: `unit.log(Entry::new(Kind::…))`. What no command
//! does (a wrong password, a refused request, an export) is handed to [`SecurityLog::note`], which bounds it, looks for
//! an attack in it ([`Alarm`]) and has it written by a task of its own, so that nobody who is refused waits for the disk.
//! Each entry that is committed is one line of the log too, under the target `security`.
//!
//! What must never happen here: a password, code, token or key in an entry, an e-mail or an address in clear, or a disk that
//! somebody fills by failing.

mod alarm;
mod entry;
mod flood;
mod kind;
mod list;
mod log;
mod settings;
mod source;
mod store;
mod watch;

pub use alarm::{Alarm, Suspect};
pub use entry::Entry;
pub use kind::Kind;
pub use list::{LogFilter, LogPage, LogView, Particulars, list_statement};
pub use log::SecurityLog;
pub use settings::SecuritySettings;
pub use source::{AddressHash, Source};
pub use store::{Noted, SecurityUnit, prune, store};
pub use watch::{Watched, watch};
