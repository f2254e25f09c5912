//! Everything that is known of a person, as one document.
//!
//! What opens a door is not in it: hashes of passwords and sessions, secrets and codes of second factors, keys of browsers. Nor is what nobody can tie to a person
//! without it: views of pages are counted, not kept.

use std::convert::Infallible;

use belgrano_runtime::security::{Entry, Kind};
use belgrano_runtime::storage::{Db, Session};
use belgrano_runtime::writer::{Command, Failure};
use belgrano_runtime::{fetch, fetch_in, fetch_scalar};
use belgrano_wire::timestamp::UnixMillis;
use serde::Serialize;
use utoipa::ToSchema;

use super::told::{
    Account, CartLine, Device, Line, Mail, Notice, Opened, Order, OrderStep, Package, PackageItem, PackageRun, Review,
    SecondFactor,
};
use crate::unit::ShopUnit;

/// Note in the security log that the operator, or an administrator, gave out what is known of a person. What they take themselves is noted as every file is.
#[derive(Debug)]
pub struct NoteExport {
    /// Whose account.
    pub account_id: i64,
}

impl Command<ShopUnit> for NoteExport {
    type Output = ();
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut ShopUnit) -> Result<(), Failure<Infallible>> {
        unit.log(Entry::new(Kind::PersonExported).on(self.account_id));
        Ok(())
    }
}

/// Everything that the shop knows of a person.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct PersonData {
    /// When it was put together.
    #[serde(rename = "generado")]
    made_at: UnixMillis,
    /// The account, with what the person said of themselves.
    #[serde(rename = "cuenta")]
    account: Account,
    /// Its second factor, if there is one.
    #[serde(rename = "segundo_factor")]
    second_factor: Option<SecondFactor>,
    /// Its orders, the first one first.
    #[serde(rename = "pedidos")]
    orders: Vec<Order>,
    /// What it said of products and deliveries.
    #[serde(rename = "resenas")]
    reviews: Vec<Review>,
    /// What is ordered by itself.
    #[serde(rename = "paquetes")]
    packages: Vec<Package>,
    /// What is in the cart.
    #[serde(rename = "carrito")]
    cart: Vec<CartLine>,
    /// Notices by mail, if they are wanted.
    #[serde(rename = "avisos_por_correo")]
    mail: Option<Mail>,
    /// Browsers that get notices.
    #[serde(rename = "avisos_en_dispositivos")]
    devices: Vec<Device>,
    /// Notices that were sent, or are to be.
    #[serde(rename = "avisos")]
    notices: Vec<Notice>,
    /// Where somebody is logged in.
    #[serde(rename = "sesiones")]
    sessions: Vec<Opened>,
}

/// The account with this address, erased ones aside.
pub async fn find(db: &Db, email: &str) -> sqlx::Result<Option<i64>> {
    const FIND: &str = "SELECT id FROM accounts WHERE email = $1 AND erased_at IS NULL";
    fetch_scalar!(optional, db.read().await?, i64, FIND, email)
}

/// Everything that is known of the account `id`, of one moment; `None` when there is no such account, or it was erased.
pub async fn export(db: &Db, id: i64, now: UnixMillis) -> sqlx::Result<Option<PersonData>> {
    const ACCOUNT: &str = "SELECT a.id, a.role, a.first_name, a.last_name, a.email, a.phone, a.address, a.birth_year, a.active, \
         a.created_at, m.business_name, m.cuit, m.kind AS business_kind, m.address AS business_address, \
         m.phone AS business_phone, m.plan FROM accounts a LEFT JOIN merchants m ON m.account_id = a.id \
         WHERE a.id = $1 AND a.erased_at IS NULL";
    const FACTOR: &str = "SELECT f.since, (SELECT COUNT(*) FROM second_factor_codes c WHERE c.account_id = f.account_id) \
         AS codes_left FROM second_factors f WHERE f.account_id = $1";
    const REVIEWS: &str = "SELECT o.number AS order_number, r.product_id, r.stars, r.words, r.created_at, r.updated_at, \
         r.hidden_at, r.hidden_reason FROM reviews r JOIN orders o ON o.id = r.order_id WHERE o.account_id = $1 ORDER BY r.id";
    const CART: &str = "SELECT i.product_id, p.name, i.quantity, c.updated_at FROM carts c JOIN cart_items i ON i.cart_id = c.id \
         JOIN products p ON p.id = i.product_id WHERE c.account_id = $1 ORDER BY i.product_id";
    const MAIL: &str = "SELECT language, since FROM mail_notices WHERE account_id = $1";
    const DEVICES: &str =
        "SELECT endpoint, language, updated_at FROM push_subscriptions WHERE account_id = $1 ORDER BY id";
    const NOTICES: &str = "SELECT news, channel, order_number, place, state, created_at, settled_at FROM notices \
         WHERE account_id = $1 ORDER BY id";
    const SESSIONS: &str =
        "SELECT created_at, seen_at, expires_at, device FROM sessions WHERE account_id = $1 ORDER BY created_at";
    let mut session = db.snapshot().await?;
    let Some(account) = fetch!(optional, session, Account, ACCOUNT, id)? else { return Ok(None) };
    Ok(Some(PersonData {
        made_at: now,
        account,
        second_factor: fetch!(optional, session, SecondFactor, FACTOR, id)?,
        orders: orders(&mut session, id).await?,
        reviews: fetch!(all, session, Review, REVIEWS, id)?,
        packages: packages(&mut session, id).await?,
        cart: fetch!(all, session, CartLine, CART, id)?,
        mail: fetch!(optional, session, Mail, MAIL, id)?,
        devices: fetch!(all, session, Device, DEVICES, id)?,
        notices: fetch!(all, session, Notice, NOTICES, id)?,
        sessions: fetch!(all, session, Opened, SESSIONS, id)?,
    }))
}

/// The orders with their lines, their way, and their tickets as far as the board told of them.
async fn orders(session: &mut Session, id: i64) -> sqlx::Result<Vec<Order>> {
    const ORDERS: &str = "SELECT o.id, o.number, o.state, o.total, o.payment_method, o.customer_name, o.address, o.phone, o.email, \
         o.barrio, o.lat, o.lng, o.notes, o.priority, o.customer_kind, o.created_at, o.updated_at, o.reason, o.cancel_requested_at, \
         o.device, o.origin, o.promised_from, o.promised_to, o.ticket_id, o.ticket_version, o.driver_name, \
         t.created_at AS shared_at, t.expires_at AS shared_until \
         FROM orders o LEFT JOIN tracking_links t ON t.order_id = o.id WHERE o.account_id = $1 ORDER BY o.id";
    const LINES: &str = "SELECT order_id, position, product_id, name, price, quantity, subtotal, branch, business, category \
         FROM order_lines WHERE order_id IN";
    const STEPS: &str = "SELECT order_id, state, at FROM order_steps WHERE order_id IN";
    let mut orders = fetch!(all, *session, Order, ORDERS, id)?;
    let ids: Vec<i64> = orders.iter().map(|order| order.id).collect();
    let mut lines = fetch_in!(*session, Line, LINES, &ids, "");
    let mut steps = fetch_in!(*session, OrderStep, STEPS, &ids, "");
    lines.sort_by_key(|line| (line.order_id, line.position));
    steps.sort_by_key(|step| (step.order_id, step.at));
    for order in &mut orders {
        order.lines = of(&lines, order.id, |line| line.order_id);
        order.steps = of(&steps, order.id, |step| step.order_id);
    }
    Ok(orders)
}

async fn packages(session: &mut Session, id: i64) -> sqlx::Result<Vec<Package>> {
    const PACKAGES: &str = "SELECT id, name, frequency, address, barrio, payment_method, notes, next_on, active, created_at \
         FROM packages WHERE account_id = $1 ORDER BY id";
    const ITEMS: &str = "SELECT i.package_id, i.product_id, p.name, i.quantity FROM package_items i \
         JOIN products p ON p.id = i.product_id WHERE i.package_id IN";
    const RUNS: &str =
        "SELECT id, package_id, due_on, outcome, order_number, failure, ran_at FROM package_runs WHERE package_id IN";
    let mut packages = fetch!(all, *session, Package, PACKAGES, id)?;
    let ids: Vec<i64> = packages.iter().map(|package| package.id).collect();
    let mut items = fetch_in!(*session, PackageItem, ITEMS, &ids, "");
    let mut runs = fetch_in!(*session, PackageRun, RUNS, &ids, "");
    items.sort_by_key(|item| (item.package_id, item.product_id));
    runs.sort_by_key(|run| (run.package_id, run.id));
    for package in &mut packages {
        package.items = of(&items, package.id, |item| item.package_id);
        package.runs = of(&runs, package.id, |run| run.package_id);
    }
    Ok(packages)
}

/// Of rows that are sorted by whose they are, those of one.
fn of<T: Clone>(rows: &[T], id: i64, whose: impl Fn(&T) -> i64) -> Vec<T> {
    let start = rows.partition_point(|row| whose(row) < id);
    let end = rows.partition_point(|row| whose(row) <= id);
    rows[start..end].to_vec()
}
