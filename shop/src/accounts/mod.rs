//! Accounts: who customers, merchants and administrators are, and how they prove it.
//!
//! In come registrations, log-ins and recoveries; out goes a [`Principal`] for every handler that asks for one. Passwords
//! are hashed before a command is submitted, never inside the writer. What must never happen here: an answer of log-in or
//! recovery that tells whether an account exists, or a password, code or address in a log line.

mod add;
mod birth_year;
mod chosen;
mod cuit;
mod examine;
mod fields;
mod first_admin;
#[cfg(test)]
mod instances_tests;
mod limits;
mod login;
mod password;
mod principal;
mod profile;
mod recovery;
mod register;
mod respell;
mod second_factor;
#[cfg(test)]
mod second_factor_tests;
mod sessions;
mod settings;
#[cfg(test)]
mod tests;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use add::{AddError, add};
pub(crate) use chosen::{Chosen, chosen};
pub use cuit::Cuit;
pub(crate) use examine::examine_passwords;
pub use examine::password_report;
pub(crate) use fields::Form;
pub use first_admin::{FirstAdminError, ensure_first_admin};
pub use limits::AccountLimits;
pub(crate) use login::{LoginBody, log_in, login, logout, take_second_step};
pub(crate) use password::change_password;
pub(crate) use principal::of_session;
pub use principal::{Admin, MaybeSession, Merchant, Principal, Role, Session, still_holds};
pub use profile::AccountView;
pub(crate) use profile::{ProfileBody, address_of, change_me, fields, me, passage};
pub(crate) use recovery::{ForgotBody, ResetBody, forgot_password, reset_password};
pub(crate) use register::{NewAccount, NewBusiness, RegisterBody, register};
pub(crate) use respell::respell_emails;
pub use second_factor::find_by_email;
pub(crate) use second_factor::{FACTORS, OtherBody, SecondStep, set_up_first, take_from_other};
pub(crate) use sessions::{end_one_of, end_others_of, sessions_of};
pub use settings::AccountSettings;

use crate::app::App;

/// The names of the accounts whose ids follow.
pub(crate) const NAMES: &str = "SELECT id, first_name || ' ' || last_name AS name FROM accounts WHERE id IN";

/// Ends here what other instances have ended, until the soft stop.
pub async fn follow_session_ends(app: App) {
    let (ends, stop) = (app.session_ends.clone(), app.life.soft().clone());
    ends.follow(app.settings.common.gate.session_poll, stop, |end| app.heed(end)).await;
}

/// The routes of this room.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(register::register))
        .routes(routes!(login::login))
        .routes(routes!(login::logout))
        .routes(routes!(profile::me, profile::change_me, profile::replace_me))
        .routes(routes!(password::change_password))
        .routes(routes!(sessions::sessions, sessions::end_others))
        .routes(routes!(sessions::end_one))
        .merge(second_factor::routes())
        .routes(routes!(recovery::forgot_password))
        .routes(routes!(recovery::reset_password))
}
