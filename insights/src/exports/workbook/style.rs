//! How cells look: the colours of the house, and a format of numbers for each kind of column.

use belgrano_wire::texts::Language;
use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder};

use crate::exports::columns::Kind;

/// The green of the house.
pub(super) const BRAND: Color = Color::RGB(0x0010_604A);
/// A wash of it.
const WASH: Color = Color::RGB(0x00E2_F0E6);
/// The sunflower of the house.
pub(super) const SUN: Color = Color::RGB(0x00F4_B83F);
const MUTED: Color = Color::RGB(0x0069_5B4D);
const LINE: Color = Color::RGB(0x00E5_D9C5);

/// The formats of a workbook.
pub(super) struct Styles {
    text: Format,
    day: Format,
    moment: Format,
    count: Format,
    amount: Format,
    percent: Format,
    decimal: Format,
    /// A percentage with its sign: how a figure went.
    pub(super) change: Format,
    /// The same in points of a percentage.
    pub(super) points: Format,
    head: Format,
    /// Above numbers.
    head_of_numbers: Format,
    pub(super) brand: Format,
    pub(super) title: Format,
    pub(super) note: Format,
    pub(super) name: Format,
    /// The format of amounts, for the axes of charts.
    pub(super) amounts: String,
}

impl Styles {
    pub(super) fn new(language: Language, currency: &str) -> Self {
        let (day, moment) = match language {
            Language::Spanish => ("dd/mm/yyyy", "dd/mm/yyyy hh:mm"),
            Language::English => ("d mmm yyyy", "d mmm yyyy hh:mm"),
        };
        let number = |format: &str| Format::new().set_num_format(format).set_align(FormatAlign::Right);
        let amounts = money(currency, "#,##0.00");
        let head = Format::new().set_bold().set_font_color(Color::White).set_background_color(BRAND).set_text_wrap();
        Self {
            text: Format::new(),
            day: number(day),
            moment: number(moment),
            count: number("#,##0"),
            amount: number(&amounts),
            percent: number("0.0%"),
            decimal: number("#,##0.0"),
            change: number("+0.0%;-0.0%;0.0%"),
            points: number("+0.0\" p\";-0.0\" p\";0.0\" p\""),
            head_of_numbers: head.clone().set_align(FormatAlign::VerticalCenter).set_align(FormatAlign::Right),
            head: head.set_align(FormatAlign::VerticalCenter),
            brand: Format::new().set_bold().set_font_size(20).set_font_color(BRAND),
            title: Format::new().set_bold().set_font_size(13),
            note: Format::new().set_font_color(MUTED),
            name: Format::new()
                .set_bold()
                .set_background_color(WASH)
                .set_border_bottom(FormatBorder::Thin)
                .set_border_color(LINE),
            amounts: money(currency, "#,##0"),
        }
    }

    /// The format of the head of a kind of column.
    pub(super) fn head_of(&self, kind: Kind) -> &Format {
        if matches!(kind, Kind::Text | Kind::Flag) { &self.head } else { &self.head_of_numbers }
    }

    /// The format of a kind of column.
    pub(super) fn of(&self, kind: Kind) -> &Format {
        match kind {
            Kind::Text | Kind::Flag => &self.text,
            Kind::Day => &self.day,
            Kind::Moment => &self.moment,
            Kind::Count => &self.count,
            Kind::Amount => &self.amount,
            Kind::Percent => &self.percent,
            Kind::Decimal => &self.decimal,
        }
    }
}

/// A format of amounts with the sign of a currency, by its three letters; without any where they are not known.
fn money(currency: &str, digits: &str) -> String {
    let sign = match currency {
        "ARS" => "$",
        "USD" => "US$",
        "GBP" => "£",
        "EUR" => "€",
        other => other,
    };
    if sign.is_empty() { format!("{digits};-{digits}") } else { format!("[${sign}] {digits};-[${sign}] {digits}") }
}
