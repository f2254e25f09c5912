//! The page of today: against an ordinary day of its weekday, the month so far, and what deserves a look, each with its remedy one
//! press away in the shop or on the board.

use askama::Template;
use axum::response::Response;
use belgrano_runtime::problem::Problem;
use belgrano_web::pages::Layout;
use url::Url;

use super::figure::{Cell, ChartKind, Column, Figure};
use super::figures::{Better, Card, Kind};
use super::learned::Learned;
use super::look::{Asked, Look, Period};
use super::numbers::{amount, count, number};
use super::sources::feed_name;
use crate::access::Reader;
use crate::api::{
    self, AllAtRisk, Anomalies, AtRisk, Cash, Compare, FeedView, Late, Looks, Odd, Risk, ShortStock, Today,
};
use crate::app::App;
use crate::training::Wait;

#[derive(Template)]
#[template(path = "today.html")]
struct TodayPage<'a> {
    layout: &'a Layout,
    look: &'a Look,
    /// Where something is done about it; `None` for who may not.
    ways: Option<Ways<'a>>,
    found: Option<Found>,
}

/// The services in which something is done about what is seen.
struct Ways<'a> {
    shop: &'a Url,
    board: &'a Url,
}

/// What the page shows.
struct Found {
    today: Today,
    cards: Vec<Card>,
    hours: Figure,
    /// Customers who are about to leave, those who brought most first.
    leaving: Learned<AllAtRisk>,
    /// Orders and days of the last month unlike the others.
    strange: Learned<Anomalies>,
}

/// Of what is learned so many are shown.
const SHOWN: usize = 5;
/// Customers that a press opens in the shop, as on the page of customers.
const LEAVING: i64 = 100;
/// Days in which something strange is news.
const DAYS: i64 = 30;

/// The page.
pub(super) async fn page(app: &App, layout: &Layout, reader: &Reader, asked: Asked) -> Result<Response, Problem> {
    let mut look = Look::of(app, layout, reader, asked, Period::Today).await?;
    let (found, age) = look.within(find(app, reader, layout, &look)).await;
    let found = look.take(found, age)?;
    // A merchant has neither page of those that these lead to.
    let ways =
        reader.business.is_none().then_some(Ways { shop: &app.settings.shop_url, board: &app.settings.board_url });
    layout.show_as(look.status(), &TodayPage { layout, look: &look, ways, found })
}

async fn find(app: &App, reader: &Reader, layout: &Layout, look: &Look) -> Result<Option<Found>, Problem> {
    if !look.is_well() {
        return Ok(None);
    }
    let today = Box::pin(api::today_for(app, reader, look.filters.clone())).await?;
    let (cards, hours) = (cards(layout, &today, &look.currency), hours(layout, &today, &look.currency));
    // They are learned of all orders, whatever the day that is looked at.
    let filters = || look.filters.clone().over(None, Compare::Before);
    let (language, risk) = (layout.language, Risk { limit: Some(LEAVING), ..Risk::default() });
    let leaving = Box::pin(api::leaving(app, reader, filters(), &risk, language, Wait::Page));
    let odd = Odd { days_back: Some(DAYS), ..Odd::default() };
    let strange = Box::pin(api::strange(app, reader, filters(), &odd, language, Wait::Page));
    let (leaving, strange) = (Learned::of(leaving).await?, Learned::of(strange).await?);
    Ok(Some(Found { today, cards, hours, leaving, strange }))
}

fn cards(layout: &Layout, today: &Today, currency: &str) -> Vec<Card> {
    let language = layout.language;
    let (now, then) = (&today.hoy, today.comun.as_ref());
    let card = |words, kind, now, before, against| Card {
        against,
        ..Card::new(language, words, (kind, Better::More), (now, before), currency)
    };
    let usual = if today.hora.is_some() { "insights-ordinary-by-now" } else { "insights-ordinary" };
    let (month, before) = (&today.mes, today.mes_anterior.as_ref());
    vec![
        card(
            ("today", "insights-today-net", "insights-made-today"),
            Kind::Amount,
            Some(now.ventas),
            then.map(|then| then.ventas),
            usual,
        ),
        card(
            ("today-orders", "insights-today-orders", "insights-made-today-orders"),
            Kind::Count,
            Some(now.pedidos),
            then.map(|then| then.pedidos),
            usual,
        ),
        card(
            ("today-profit", "insights-today-profit", "insights-made-profit"),
            Kind::Amount,
            now.ganancia,
            then.and_then(|then| then.ganancia),
            usual,
        ),
        card(
            ("month", "insights-month-net", "insights-made-month"),
            Kind::Amount,
            Some(month.total_revenue),
            before.map(|before| before.total_revenue),
            "insights-month-before",
        ),
        card(
            ("month-profit", "insights-month-profit", "insights-made-profit"),
            Kind::Amount,
            month.gross_profit,
            before.and_then(|before| before.gross_profit),
            "insights-month-before",
        ),
    ]
}

fn hours(layout: &Layout, today: &Today, currency: &str) -> Figure {
    let language = layout.language;
    let rows = today.horas.iter().map(|hour| {
        vec![
            Cell::text(format!("{:02} h", hour.hora)),
            Cell::of(hour.ventas, |value| Cell::amount(language, value, currency)),
            Cell::of(hour.comun_ventas, |value| Cell::amount(language, value, currency)),
            Cell::of(hour.pedidos, |value| Cell::count(language, value)),
        ]
    });
    let of = match today.dias_comunes {
        0 => layout.t("insights-ordinary-none"),
        days => layout.t("insights-ordinary-of").with("days", days.to_string()),
    };
    Figure::new(layout, "hours", ChartKind::Axis, layout.t("insights-hour-by-hour"))
        .note(of)
        .column(Column::label(layout.t("insights-hour")))
        .column(Column::amount(layout.t("insights-today-net"), currency))
        .column(Column::amount(layout.t("insights-ordinary-day"), currency).shape("dashed"))
        .column(Column::count(layout.t("insights-orders")).shape(""))
        .rows(rows)
}

impl Ways<'_> {
    /// A page of a service.
    fn to(service: &Url, path: &str) -> String {
        service.join(path).map_or_else(|_| service.to_string(), String::from)
    }

    /// The product, where its stock and its price are.
    fn product(&self, product: &ShortStock) -> String {
        Self::to(self.shop, &format!("/administrar/productos/{}", product.producto_id))
    }

    /// The form that notes what was received of it.
    fn receive(&self, product: &ShortStock) -> String {
        let pieces = product.pedir.filter(|pieces| *pieces > 0).map(|pieces| pieces.to_string()).unwrap_or_default();
        let path = format!("/administrar/productos/{}?recibir={pieces}#anotar", product.producto_id);
        Self::to(self.shop, &path)
    }

    /// Customers, with how to reach them.
    fn customers(&self, customers: &[AtRisk]) -> String {
        let ids: Vec<String> = customers.iter().map(|customer| customer.customer_id.to_string()).collect();
        Self::to(self.shop, &format!("/administrar/clientes?ids={}", ids.join(",")))
    }

    /// One of them.
    fn customer(&self, customer: &AtRisk) -> String {
        Self::to(self.shop, &format!("/administrar/clientes?ids={}", customer.customer_id))
    }

    /// A driver, with what they carry and brought.
    fn driver(&self, cash: &Cash) -> String {
        Self::to(self.board, &format!("/flota/{}", cash.repartidor_id))
    }

    /// The ticket of an order.
    fn ticket(&self, number: &str) -> String {
        Self::to(self.board, &format!("/tickets/{number}"))
    }

    /// The live board.
    fn board(&self) -> String {
        Self::to(self.board, "/tablero")
    }
}

impl TodayPage<'_> {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass references")]
    fn count(&self, value: &i64) -> String {
        count(self.layout.language, *value)
    }

    /// How long a product lasts.
    fn lasts(&self, product: &ShortStock) -> String {
        match product.dias {
            Some(days) if product.stock > 0 => {
                let days = number(self.layout.language, days, 1);
                self.layout.t("insights-stock-lasts").with("stock", product.stock.to_string()).with("days", days).into()
            }
            _ => self.layout.t("insights-stock-out").into(),
        }
    }

    /// How late a delivery is.
    #[expect(clippy::unused_self, reason = "a template calls it as it calls the others")]
    fn late(&self, late: &Late) -> String {
        let (hours, minutes) = (late.minutos / 60, late.minutos % 60);
        if hours > 0 { format!("{hours} h {minutes:02} min") } else { format!("{minutes} min") }
    }

    /// An amount of the source.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass references")]
    fn amount(&self, value: &f64) -> String {
        amount(self.layout.language, *value, &self.look.currency)
    }

    /// What a customer is called.
    #[expect(clippy::unused_self, reason = "a template calls it as it calls the others")]
    fn name(&self, customer: &AtRisk) -> String {
        customer.name.clone().unwrap_or_else(|| format!("#{}", customer.customer_id))
    }

    /// What a driver is called.
    #[expect(clippy::unused_self, reason = "a template calls it as it calls the others")]
    fn driver(&self, cash: &Cash) -> String {
        cash.repartidor.clone().unwrap_or_else(|| format!("#{}", cash.repartidor_id))
    }

    /// A local day as the API writes it.
    fn day(&self, day: &str) -> String {
        day.parse().map_or_else(|_| day.to_owned(), |day| self.look.day(day))
    }

    /// What is wrong with a source.
    fn trouble(&self, feed: &FeedView) -> String {
        match feed.retraso_s {
            Some(lag) => self.layout.t("insights-feed-silent").with("seconds", count(self.layout.language, lag)).into(),
            None => self.layout.t("insights-feed-away").into(),
        }
    }

    /// Whether there is nothing to look at, and nothing that may still turn out to be.
    fn is_calm(looks: &Looks, found: &Found) -> bool {
        let leaving = found.leaving.found().is_some_and(|it| it.customers.is_empty());
        let strange = found.strange.found().is_some_and(|it| it.anomalies.is_empty() && it.days.is_empty());
        let seen = looks.tarde == 0 && looks.por_agotarse == 0 && looks.efectivo.is_empty() && looks.fuentes.is_empty();
        seen && leaving && strange
    }
}
