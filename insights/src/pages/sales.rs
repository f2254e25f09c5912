//! `/ventas`: sales over time, by hour and weekday, by what is said of orders, from a visit to an order, and how months grew.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use belgrano_runtime::problem::Problem;
use belgrano_web::pages::Layout;
use belgrano_wire::texts::Text;
use jiff::civil::Date;

use super::figure::{Cell, ChartKind, Column, Figure};
use super::learned::Learned;
use super::look::{Asked, Look, Own, Period, Takes, said};
use super::series::{filled, step_of};
use super::{Frame, foretold};
use crate::access::Reader;
use crate::api::{self, Compare, Days, Dimension, Foretold, Funnel, Granularity, Point, Share, WeekHour};
use crate::app::App;

/// How fine the series may be.
const STEPS: [(&str, &str); 3] =
    [("day", "insights-step-day"), ("week", "insights-step-week"), ("month", "insights-step-month")];
/// The most points that a chart and its table can hold.
const POINTS: i32 = 750;
/// Columns of the series.
const SERIES: usize = 6;
/// Months whose growth is shown.
const MONTHS: i64 = 13;

/// What this page takes beside what all take.
pub(super) fn own() -> Own {
    vec![("granularity", Takes::Word(STEPS.map(|(word, _)| word).into()))]
}

#[derive(Template)]
#[template(path = "sales.html")]
struct SalesPage<'a> {
    layout: &'a Layout,
    look: &'a Look,
    step: &'static str,
    found: Option<Found>,
}

/// What the page shows.
struct Found {
    /// Whether anything was sold.
    sold: bool,
    series: Figure,
    /// How good the forecast is; `None` for days that are over.
    models: Option<Figure>,
    heat: Figure,
    shares: Vec<Figure>,
    funnel: Option<Figure>,
    growth: Figure,
}

/// The page.
pub(super) async fn show(
    State(app): State<App>,
    reader: Reader,
    frame: Frame,
    asked: Asked,
) -> Result<Response, Problem> {
    let layout = frame.layout;
    let mut look = Look::of(&app, &layout, &reader, asked, Period::Last(30)).await?;
    let step = step(&look);
    let (found, age) = look.within(find(&app, &reader, &layout, &look, step)).await;
    let found = look.take(found, age)?;
    layout.show_as(look.status(), &SalesPage { layout: &layout, look: &look, step, found })
}

/// As fine as somebody chose, but no finer than a chart can hold.
fn step(look: &Look) -> &'static str {
    let usual = look.days.map_or("day", step_of);
    let chosen = STEPS.iter().find(|(word, _)| look.own("granularity") == Some(word)).map(|(word, _)| *word);
    let fits = |step: &str| look.days.is_none_or(|days| step != "day" || days.count() <= POINTS);
    chosen.filter(|step| fits(step)).unwrap_or(usual)
}

/// Asks for figures with the same filters, one after the other.
struct Ask<'a> {
    app: &'a App,
    reader: &'a Reader,
    layout: &'a Layout,
    look: &'a Look,
}

async fn find(app: &App, reader: &Reader, layout: &Layout, look: &Look, step: &str) -> Result<Option<Found>, Problem> {
    let Some(days) = look.days.filter(|_| look.is_well()) else { return Ok(None) };
    let ask = Ask { app, reader, layout, look };
    let points = ask.series(look.filters.clone(), step).await?;
    let sold = points.iter().any(|point| point.orders > 0 || point.returns != 0.0);
    let mut shares = Vec::new();
    for (by, id, title, name) in [
        ("payment_method", "by-payment", "insights-by-payment", "insights-filter-payment"),
        ("device", "by-device", "insights-by-device", "insights-filter-device"),
        ("source", "by-origin", "insights-by-origin", "insights-filter-origin"),
    ] {
        shares.extend(ask.shares(by, id, title, name).await?);
    }
    let foretold = if sold { Box::pin(foretold::ask(app, reader, layout, look, step)).await? } else { None };
    Ok(Some(Found {
        sold,
        series: ask.over_time(filled(points, days, step), foretold.as_ref().and_then(Learned::found)),
        models: foretold.map(|learned| foretold::models(layout, look, &learned)),
        heat: ask.week().await?,
        shares,
        funnel: ask.funnel().await?,
        growth: ask.growth(days.to).await?,
    }))
}

impl Ask<'_> {
    async fn series(&self, filters: api::Filters, step: &str) -> Result<Vec<Point>, Problem> {
        let found = Box::pin(api::time_series_for(self.app, self.reader, filters, Granularity::of(step))).await?;
        Ok(found.series)
    }

    /// Net, gross, returns and profit of each step, and what is foretold of the next ones.
    fn over_time(&self, points: Vec<(Date, Point)>, foretold: Option<&Foretold>) -> Figure {
        let (layout, language, currency) = (self.layout, self.layout.language, self.look.currency.as_str());
        let cell = |value| Cell::amount(language, value, currency);
        let row = |(day, point): (Date, Point)| {
            let row = vec![
                Cell::day(language, day),
                cell(point.revenue),
                cell(point.gross_revenue),
                cell(point.returns),
                Cell::of(point.profit, cell),
                Cell::count(language, point.orders),
            ];
            (day, row)
        };
        let rows: Vec<_> = points.into_iter().map(row).collect();
        let amount = |key: &'static str| Column::amount(layout.t(key), currency);
        let figure = Figure::new(layout, "over-time", ChartKind::Axis, layout.t("insights-over-time"))
            .column(Column::days(layout.t("insights-date")))
            .column(
                amount(if self.look.value("sales") == "gross" { "insights-gross" } else { "insights-net" })
                    .shape("area"),
            )
            .column(amount("insights-gross").shape("dashed"))
            .column(amount("insights-returns"))
            .column(amount("insights-profit").shape("line"))
            .column(Column::count(layout.t("insights-orders")).shape(""));
        match foretold {
            Some(foretold) => foretold::columns(layout, figure, currency)
                .note(layout.t("foretold-note"))
                .rows(foretold::continued(layout, rows, SERIES, foretold, currency)),
            None => figure.rows(rows.into_iter().map(|(_, row)| row)),
        }
    }

    /// Orders by hour and weekday.
    async fn week(&self) -> Result<Figure, Problem> {
        const DAYS: [&str; 7] = [
            "insights-monday",
            "insights-tuesday",
            "insights-wednesday",
            "insights-thursday",
            "insights-friday",
            "insights-saturday",
            "insights-sunday",
        ];
        let week = Box::pin(api::week_for(self.app, self.reader, self.look.filters.clone())).await?;
        let orders = |hour: i64, day: i64| {
            let of = |cell: &&WeekHour| cell.hora == hour && cell.dia == day;
            week.horas.iter().find(of).map_or(0, |cell| cell.pedidos)
        };
        let row = |hour: i64| {
            let head = std::iter::once(Cell::text(format!("{hour:02} h")));
            head.chain((1..=7).map(|day| Cell::count(self.layout.language, orders(hour, day)))).collect::<Vec<_>>()
        };
        let named = Figure::new(self.layout, "week", ChartKind::Heat, self.layout.t("insights-week"))
            .column(Column::label(self.layout.t("insights-hour")));
        let figure = DAYS.iter().fold(named, |figure, day| figure.column(Column::count(self.layout.t(*day))));
        // Hours before the shop opens and after it closes are no news.
        let busy = |hour: &i64| (1..=7).any(|day| orders(*hour, day) > 0);
        let (first, last) = ((0..24).find(busy), (0..24).rfind(busy));
        let hours = first.zip(last).map_or(0..0, |(first, last)| first..last + 1);
        Ok(figure.rows(hours.map(row)))
    }

    /// Sales by a dimension; `None` where the source knows nothing of it.
    async fn shares(
        &self,
        by: &'static str,
        id: &'static str,
        title: &'static str,
        name: &'static str,
    ) -> Result<Option<Figure>, Problem> {
        let (layout, language, currency) = (self.layout, self.layout.language, self.look.currency.as_str());
        let filters = self.look.filters.clone();
        let found = Box::pin(api::breakdown_for(self.app, self.reader, filters, Dimension::of(by))).await?;
        if !found.partes.iter().any(|share| share.valor.is_some()) {
            return Ok(None);
        }
        let row = |share: Share| {
            let part = match &share.valor {
                Some(value) => {
                    let narrowed = self.look.address(&[(by, Some(value)), ("pagina", None)]);
                    Cell::text(said(layout, by, value)).linked(narrowed)
                }
                None => Cell::text(layout.t("insights-unknown")),
            };
            vec![part, Cell::amount(language, share.ventas, currency), Cell::count(language, share.pedidos)]
        };
        let figure = Figure::new(layout, id, ChartKind::Bars, layout.t(title))
            .column(Column::label(layout.t(name)))
            .column(Column::amount(layout.t("insights-filter-sales"), currency))
            .column(Column::count(layout.t("insights-orders")).shape(""));
        Ok(Some(figure.rows(found.partes.into_iter().map(row))))
    }

    /// From a visit to an order; `None` where views are not counted.
    async fn funnel(&self) -> Result<Option<Figure>, Problem> {
        let funnel = Box::pin(api::funnel_for(self.app, self.reader, self.look.filters.clone())).await?;
        let Funnel { visitas, inicio, producto, carrito, checkout, pedidos } = funnel;
        let steps = [
            ("insights-visits", visitas),
            ("insights-views-home", inicio),
            ("insights-views-product", producto),
            ("insights-views-cart", carrito),
            ("insights-views-checkout", checkout),
            ("insights-orders", pedidos),
        ];
        if steps.iter().all(|(_, count)| count.is_none_or(|count| count == 0)) {
            return Ok(None);
        }
        let language = self.layout.language;
        let rows = steps.into_iter().map(|(name, count)| {
            vec![Cell::text(self.layout.t(name)), Cell::of(count, |count| Cell::count(language, count))]
        });
        let figure = Figure::new(self.layout, "funnel", ChartKind::Bars, self.layout.t("insights-funnel"))
            .note(self.layout.t("insights-funnel-note"))
            .column(Column::label(self.layout.t("insights-funnel-step")))
            .column(Column::count(self.layout.t("insights-times")));
        Ok(Some(figure.rows(rows)))
    }

    /// How the last months grew: a month that is not over stands against the same days of the one before.
    async fn growth(&self, last: Date) -> Result<Figure, Problem> {
        use jiff::ToSpan;
        let (layout, language, currency) = (self.layout, self.layout.language, self.look.currency.as_str());
        let from = last.first_of_month().checked_sub(MONTHS.months()).unwrap_or(last);
        let all = Days { from, to: last };
        let filters = self.look.filters.clone().over(Some(all), Compare::Before);
        let points = filled(self.series(filters, "month").await?, all, "month");
        let running = Days { from: last.first_of_month(), to: last };
        let filters = self.look.filters.clone().over(running.before(Compare::Month), Compare::Before);
        let part: f64 = self.series(filters, "month").await?.iter().map(|point| point.revenue).sum();
        let over = last == last.last_of_month();
        let pairs =
            points.windows(2).filter_map(|pair| if let [before, now] = pair { Some((before, now)) } else { None });
        let rows = pairs.filter(|((_, before), (_, now))| before.orders > 0 || now.orders > 0).map(
            |((_, before), (month, now))| {
                let partial = !over && *month == last.first_of_month();
                let before = if partial { part } else { before.revenue };
                let growth = (before > 0.0).then(|| (now.revenue - before) / before * 100.0);
                let name = month.strftime("%m/%Y").to_string();
                let name = if partial { layout.t("insights-month-running").with("month", name).into() } else { name };
                vec![
                    Cell::text(name),
                    Cell::amount(language, now.revenue, currency),
                    Cell::of(growth, |growth| Cell::percent(language, growth)),
                ]
            },
        );
        Ok(Figure::new(layout, "growth", ChartKind::Axis, layout.t("insights-growth"))
            .note(layout.t("insights-growth-note"))
            .column(Column::label(layout.t("insights-month-name")))
            .column(Column::amount(layout.t("insights-net"), currency))
            .column(Column::percent(layout.t("insights-growth-of")).shape("line").right())
            .rows(rows))
    }
}

impl SalesPage<'_> {
    /// How fine: address, text, and whether it is the one.
    fn steps(&self) -> Vec<(String, Text, bool)> {
        let step = |(word, text): (&'static str, &'static str)| {
            let address = self.look.address(&[("granularity", Some(word))]);
            (address, self.layout.t(text), word == self.step)
        };
        STEPS.map(step).into()
    }
}
