//! What a merchant may ask of its packages and do with them, for the addresses of the API and for the pages.

use belgrano_runtime::http::{KeyOnly, Keyed, Page, RequestContext};
use belgrano_runtime::idempotency::{Once, StoredAnswer};
use belgrano_runtime::problem::Problem;
use belgrano_wire::money::Money;

use super::edit::not_found;
use super::http::{PackageList, PackageRequest, RunList};
use super::{Create, Delete, PackageView, RunNow, SetActive, Update, package, run};
use crate::accounts::{Merchant, Principal};
use crate::app::App;
use crate::kept::{Kept, Placed};
use crate::visits::Arrival;

/// A page of them, oldest first.
pub(crate) async fn page_of(app: &App, Merchant(who): &Merchant, page: &Page) -> Result<PackageList, Problem> {
    let after = page.position::<i64>()?.unwrap_or(i64::MIN);
    let mut session = app.db.snapshot().await?;
    let packages = package::page(&mut session, who.account_id, after, i64::from(page.limit) + 1).await?;
    let (paquetes, cursor) = cut(packages, page, |package| package.id);
    Ok(PackageList { paquetes, cursor })
}

/// Makes one by [`Create`], once under its key.
pub(crate) async fn create(
    app: &App,
    Merchant(who): &Merchant,
    request: Keyed<PackageRequest>,
) -> Result<StoredAnswer, Problem> {
    let account_id = who.account_id;
    let (request, key) = request.scoped(|| format!("paquete:{account_id}"));
    let create =
        Create { account_id, draft: request.parse(&app.settings.map.zones)?, hour: app.settings.merchants.hour };
    Ok(app.writer.submit_for(who, Once::creating(create, key)).await?)
}

/// One of them.
pub(crate) async fn one(app: &App, Merchant(who): &Merchant, id: i64) -> Result<PackageView, Problem> {
    let mut session = app.db.snapshot().await?;
    package::view(&mut session, who.account_id, id).await?.ok_or_else(not_found)
}

/// Replaces one, by [`Update`].
pub(crate) async fn replace(
    app: &App,
    Merchant(who): &Merchant,
    id: i64,
    mut request: PackageRequest,
) -> Result<PackageView, Problem> {
    let seen = std::mem::take(&mut request.seen);
    let (draft, hour) = (request.parse(&app.settings.map.zones)?, app.settings.merchants.hour);
    Ok(app.writer.submit_for(who, Update { account_id: who.account_id, id, draft, seen, hour }).await?)
}

/// Deletes one, by [`Delete`].
pub(crate) async fn delete(app: &App, Merchant(who): &Merchant, id: i64) -> Result<(), Problem> {
    app.writer.submit_for(who, Delete { account_id: who.account_id, id }).await?;
    Ok(())
}

/// Pauses one or lets it go on, by [`SetActive`].
pub(crate) async fn set_active(
    app: &App,
    Merchant(who): &Merchant,
    id: i64,
    active: bool,
) -> Result<PackageView, Problem> {
    let hour = app.settings.merchants.hour;
    Ok(app.writer.submit_for(who, SetActive { account_id: who.account_id, id, active, hour }).await?)
}

/// Orders a package by [`RunNow`], or what there is of it (`rest`), at the total that was `seen` where one was shown.
pub(crate) async fn run_now(
    app: &App,
    who: &Principal,
    id: i64,
    (rest, seen): (bool, Option<Money>),
    context: &RequestContext,
    arrival: Arrival,
    key: KeyOnly,
) -> Result<Kept<Placed>, Problem> {
    let account_id = who.account_id;
    let key = key.scoped(|| format!("ejecutar:{account_id}:{id}{}", if rest { ":resto" } else { "" }));
    let run = RunNow { account_id, id, rest, seen, arrival: arrival.for_package(), trace: context.traceparent() };
    Ok(app.writer.submit_for(who, Once::creating(run, key)).await?.into())
}

/// A page of what became of one, newest first.
pub(crate) async fn runs_of(app: &App, Merchant(who): &Merchant, id: i64, page: &Page) -> Result<RunList, Problem> {
    let before = page.position::<i64>()?.unwrap_or(i64::MAX);
    let mut session = app.db.snapshot().await?;
    package::own(&mut session, who.account_id, id).await?.ok_or_else(not_found)?;
    let runs = run::history(&mut session, id, before, i64::from(page.limit) + 1).await?;
    let (corridas, cursor) = cut(runs, page, |run| run.id);
    Ok(RunList { corridas, cursor })
}

/// One page of `rows`, which are one more than asked for when there is another page.
fn cut<T>(mut rows: Vec<T>, page: &Page, id: impl Fn(&T) -> i64) -> (Vec<T>, Option<String>) {
    let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let cursor = rows.last().filter(|_| more).map(|last| Page::encode(&id(last)));
    (rows, cursor)
}
