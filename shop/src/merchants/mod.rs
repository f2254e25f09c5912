//! Merchants: their business, and packages that order themselves on a series of dates.
//!
//! [`calendar`](Series) says when, [`RunPackage`] turns a due date into an order exactly once, and the scheduler submits it
//! when the time has come. Orders go through the checkout like any other; here they only get their cause and their history.

mod business;
mod calendar;
mod edit;
mod http;
#[cfg(test)]
mod http_tests;
mod package;
pub(crate) mod packages;
mod plan;
mod plan_http;
#[cfg(test)]
mod plan_tests;
mod quote;
mod realign;
mod run;
mod scheduler;
mod settings;
mod shown;
#[cfg(test)]
mod tests;

pub use business::BusinessView;
pub(crate) use business::{BusinessRequest, business_of, fields as business_fields, replace as replace_business};
pub use calendar::{Due, DueDate, Frequency, RunHour, Series};
pub use edit::{Create, Delete, MAX_PACKAGES, PackageRefusal, SetActive, Update};
pub use http::routes;
pub(crate) use http::{PackageItemRequest, PackageList, PackageRequest};
pub use package::{MissedView, PackageDraft, PackageItemView, PackageView};
pub(crate) use plan::{MerchantFilter, MerchantPage, MerchantView, Plan, SetPlan, merchants};
pub(crate) use plan_http::PlanBody;
pub(crate) use quote::{Quote, quote};
pub use run::{Outcome, Ran, RunNow, RunPackage, RunRefusal, RunView};
pub use scheduler::{run, run_due};
pub use settings::MerchantSettings;
pub(crate) use shown::{canonical, fields, frequency_text};
