//! A figure: a table that says everything, which `chart.js` draws. Without script it is the table, with it a chart over it.
//!
//! ```ignore
//! Figure::new(layout, "by-day", ChartKind::Line, layout.t("insights-by-day"))
//!     .column(Column::label(layout.t("insights-date")).day())
//!     .column(Column::amount(layout.t("insights-net"), "ARS").area())
//!     .rows(points.iter().map(|point| vec![Cell::day(language, day), Cell::amount(language, point.revenue, "ARS")]))
//! ```
//! The first column is what the others are of: the category axis, or the parts of a whole. A heat map is a table of both its axes.

use askama::Template;
use askama::filters::HtmlSafe;
use belgrano_web::pages::Layout;
use belgrano_wire::texts::{Language, Text};
use jiff::civil::Date;

use super::numbers;

/// What is drawn of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChartKind {
    /// Columns over an axis of categories, each in its own shape.
    Axis,
    /// The same lying down: for categories with long names.
    Bars,
    /// Rows by columns, the darker the more.
    Heat,
    /// Parts of a whole, as areas: label columns are its levels.
    Tree,
    /// Parts of a whole.
    Pie,
    /// Two amounts against each other; the third column is the size.
    Scatter,
    /// The same for points that belong to groups, which the fourth column names.
    Groups,
    /// Nothing: the table says it better.
    Table,
}

/// A column of the table, and how the chart takes it.
#[derive(Debug)]
pub(crate) struct Column {
    name: String,
    /// `label`, `day`, `amount`, `count` or `percent`.
    unit: &'static str,
    currency: String,
    /// `bar`, `line`, `area`, `dashed`, `low` and `high` (of a band), or nothing: in the table alone.
    shape: &'static str,
    /// Columns of the same stack stand on each other, or are the edges of one band.
    stack: &'static str,
    /// Whether it has the axis of the right.
    right: bool,
}

impl Column {
    #[expect(clippy::needless_pass_by_value, reason = "who calls it has words, numbers and texts at hand")]
    fn new(name: impl ToString, unit: &'static str, shape: &'static str) -> Self {
        Self { name: name.to_string(), unit, currency: String::new(), shape, stack: "", right: false }
    }

    /// What rows are called.
    pub(crate) fn label(name: impl ToString) -> Self {
        Self::new(name, "label", "")
    }

    /// Days, as the axis writes them.
    pub(crate) fn days(name: impl ToString) -> Self {
        Self::new(name, "day", "")
    }

    /// Amounts of a currency.
    pub(crate) fn amount(name: impl ToString, currency: &str) -> Self {
        Self { currency: currency.to_owned(), ..Self::new(name, "amount", "bar") }
    }

    /// Counts.
    pub(crate) fn count(name: impl ToString) -> Self {
        Self::new(name, "count", "bar")
    }

    /// Shares, in percent.
    pub(crate) fn percent(name: impl ToString) -> Self {
        Self::new(name, "percent", "bar")
    }

    /// How it is drawn: `bar`, `line`, `area`, `dashed`, `low` or `high`; empty for not at all.
    pub(crate) fn shape(self, shape: &'static str) -> Self {
        Self { shape, ..self }
    }

    /// On the columns of the same name, or the band of that name.
    pub(crate) fn stack(self, stack: &'static str) -> Self {
        Self { stack, ..self }
    }

    /// With an axis of its own.
    pub(crate) fn right(self) -> Self {
        Self { right: true, ..self }
    }

    fn is_number(&self) -> bool {
        !matches!(self.unit, "label" | "day")
    }
}

/// A cell: as it is read, and as it is drawn.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    text: String,
    value: String,
    link: Option<String>,
}

impl Cell {
    /// Words.
    pub(crate) fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { value: text.clone(), text, link: None }
    }

    /// A cell with a local day, as the reader's language writes it.
    pub(crate) fn day(language: Language, day: Date) -> Self {
        Self { text: numbers::day(language, day), value: day.to_string(), link: None }
    }

    /// An amount.
    pub(crate) fn amount(language: Language, value: f64, currency: &str) -> Self {
        Self { text: numbers::amount(language, value, currency), value: value.to_string(), link: None }
    }

    /// A cell with a whole number.
    pub(crate) fn count(language: Language, value: i64) -> Self {
        Self { text: numbers::count(language, value), value: value.to_string(), link: None }
    }

    /// A number with so many decimals.
    pub(crate) fn number(language: Language, value: f64, decimals: usize) -> Self {
        Self { text: numbers::number(language, value, decimals), value: value.to_string(), link: None }
    }

    /// A number, and how it is read.
    pub(crate) fn read(text: String, value: f64) -> Self {
        Self { text, value: value.to_string(), link: None }
    }

    /// A share in percent.
    pub(crate) fn percent(language: Language, value: f64) -> Self {
        Self { text: numbers::percent(language, value), value: value.to_string(), link: None }
    }

    /// In the table alone: what is too little to draw.
    pub(crate) fn undrawn(self) -> Self {
        Self { value: String::new(), ..self }
    }

    /// What is not known.
    pub(crate) fn unknown() -> Self {
        Self { text: "–".to_owned(), value: String::new(), link: None }
    }

    /// A cell of what may not be known.
    pub(crate) fn of<T>(value: Option<T>, cell: impl FnOnce(T) -> Self) -> Self {
        value.map_or_else(Self::unknown, cell)
    }

    /// With what is behind it.
    pub(crate) fn linked(self, href: impl Into<String>) -> Self {
        Self { link: Some(href.into()), ..self }
    }
}

/// Whether a figure is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Known,
    Learning,
    Failed,
}

/// A table with its chart; write it into a template as it is.
#[derive(Debug, Template)]
#[template(path = "figure.html")]
pub(crate) struct Figure {
    id: &'static str,
    kind: ChartKind,
    title: String,
    notes: Vec<String>,
    /// Other ways to see it: address, text, and whether it is the present one.
    choices: Vec<(String, String, bool)>,
    /// What can be done about all of it: address and text.
    actions: Vec<(String, String)>,
    /// Why there is nothing yet, or nothing at all.
    state: State,
    table: Text,
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
    empty: Text,
}

impl HtmlSafe for Figure {}

impl Figure {
    /// A figure without rows yet.
    #[expect(clippy::needless_pass_by_value, reason = "who calls it has words, numbers and texts at hand")]
    pub(crate) fn new(layout: &Layout, id: &'static str, kind: ChartKind, title: impl ToString) -> Self {
        let (table, empty) = (layout.t("insights-figure-table"), layout.t("insights-figure-empty"));
        let title = title.to_string();
        Self {
            id,
            kind,
            title,
            notes: Vec::new(),
            choices: Vec::new(),
            actions: Vec::new(),
            state: State::Known,
            table,
            columns: Vec::new(),
            rows: Vec::new(),
            empty,
        }
    }

    /// Says one thing more below the heading.
    #[expect(clippy::needless_pass_by_value, reason = "who calls it has words, numbers and texts at hand")]
    pub(crate) fn note(mut self, note: impl ToString) -> Self {
        self.notes.push(note.to_string());
        self
    }

    /// Another way to see it, one press away.
    #[expect(clippy::needless_pass_by_value, reason = "who calls it has words, numbers and texts at hand")]
    pub(crate) fn choice(mut self, href: impl Into<String>, text: impl ToString, is_current: bool) -> Self {
        self.choices.push((href.into(), text.to_string(), is_current));
        self
    }

    /// Something to be done about all of it, one press away.
    #[expect(clippy::needless_pass_by_value, reason = "who calls it has words, numbers and texts at hand")]
    pub(crate) fn action(mut self, href: impl Into<String>, text: impl ToString) -> Self {
        self.actions.push((href.into(), text.to_string()));
        self
    }

    /// It is still being worked out; `fresh.js` asks again until it is there.
    pub(crate) fn learning(self, layout: &Layout) -> Self {
        Self { state: State::Learning, empty: layout.t("foretold-learning"), ..self }
    }

    /// It could not be worked out.
    pub(crate) fn failed(self, layout: &Layout) -> Self {
        Self { state: State::Failed, empty: layout.t("foretold-failed"), ..self }
    }

    /// What is said where there are no rows.
    pub(crate) fn or(self, empty: Text) -> Self {
        Self { empty, ..self }
    }

    /// One more column.
    pub(crate) fn column(mut self, column: Column) -> Self {
        self.columns.push(column);
        self
    }

    /// What is in it: as many cells in each as there are columns.
    pub(crate) fn rows(mut self, rows: impl IntoIterator<Item = Vec<Cell>>) -> Self {
        self.rows.extend(rows);
        self
    }

    fn chart(&self) -> &'static str {
        match self.kind {
            ChartKind::Axis => "axis",
            ChartKind::Bars => "bars",
            ChartKind::Heat => "heat",
            ChartKind::Tree => "tree",
            ChartKind::Pie => "pie",
            ChartKind::Scatter => "scatter",
            ChartKind::Groups => "groups",
            ChartKind::Table => "",
        }
    }

    /// Whether a cell of this column is the heading of its row.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass references")]
    fn is_heading(index: &usize) -> bool {
        *index == 0
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass references")]
    fn is_number(&self, index: &usize) -> bool {
        self.columns.get(*index).is_some_and(Column::is_number)
    }
}
