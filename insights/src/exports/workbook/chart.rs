//! Charts of a sheet's own cells.

use belgrano_wire::texts::Language;
use rust_xlsxwriter::{Chart, ChartAxisLabelPosition, ChartFormat, ChartLegendPosition, ChartLine, ChartSolidFill};

use super::sheet::Sheet;
use super::style::{BRAND, SUN, Styles};
use crate::exports::columns::Kind;

/// What a chart looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// A bar for each row, the first at the top.
    Bars,
    /// A line over days, and the orders beside it.
    Line,
}

/// A chart of two columns.
#[derive(Clone, Copy, Debug)]
pub(super) struct Picture {
    pub(super) shape: Shape,
    /// The column that names each.
    pub(super) label: u16,
    /// The column of its value.
    pub(super) value: u16,
    /// Of the first so many rows.
    pub(super) most: usize,
}

/// The chart of a sheet that is called `name` and has rows.
pub(super) fn chart(name: &str, sheet: &Sheet<'_>, picture: Picture, language: Language, styles: &Styles) -> Chart {
    let last = u32::try_from(sheet.rows.len().min(picture.most)).unwrap_or(u32::MAX);
    let column = |place: u16| (name, 1, place, last, place);
    let head = |place: u16| {
        sheet.columns.get(usize::from(place)).map_or_else(String::new, |column| language.t(column.head).to_string())
    };
    let numbers = match sheet.columns.get(usize::from(picture.value)).map(|column| column.kind) {
        Some(Kind::Amount) => styles.amounts.as_str(),
        _ => "#,##0",
    };
    let mut chart = match picture.shape {
        Shape::Bars => Chart::new_bar(),
        Shape::Line => Chart::new_line(),
    };
    chart.title().set_name(&format!("{name}: {}", head(picture.value)));
    let series = chart.add_series().set_categories(column(picture.label)).set_values(column(picture.value));
    series.set_name(head(picture.value).as_str());
    match picture.shape {
        Shape::Bars => {
            series.set_format(ChartFormat::new().set_solid_fill(ChartSolidFill::new().set_color(BRAND))).set_gap(40);
            chart.legend().set_hidden();
            // Lying on its side: what is named is on the axis called y.
            chart.y_axis().set_reverse();
            chart.x_axis().set_num_format(numbers);
            chart.set_width(640).set_height(160 + 22 * last.min(20));
        }
        Shape::Line => {
            series.set_format(ChartFormat::new().set_line(ChartLine::new().set_color(BRAND).set_width(2.25)));
            let orders = picture.value + 1;
            let beside = chart.add_series().set_categories(column(picture.label)).set_values(column(orders));
            beside.set_name(head(orders).as_str()).set_secondary_axis(true);
            beside.set_format(ChartFormat::new().set_line(ChartLine::new().set_color(SUN).set_width(1.5)));
            chart.x_axis().set_date_axis(true).set_num_format(if language == Language::Spanish {
                "dd/mm"
            } else {
                "d mmm"
            });
            // Below all of it, not across the line where it is below nothing.
            chart.x_axis().set_label_position(ChartAxisLabelPosition::Low).set_major_unit(7);
            chart.y_axis().set_num_format(numbers);
            chart.legend().set_position(ChartLegendPosition::Bottom);
            chart.set_width(900).set_height(380);
        }
    }
    chart.set_alt_text(format!("{name}: {}, {}", head(picture.label), head(picture.value)));
    chart
}
