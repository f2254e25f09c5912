//! Tables: heads on the brand's colour, again on each page that a table goes on to, and a bar for the value that matters.

use belgrano_wire::texts::Language;
use serde_json::{Map, Value};

use super::letters::Face;
use super::paper::{Area, BRAND, LINE, Look, MARGIN, MUTED, Mark, Node, Paper, Part, ROOM, SUN, SUNKEN, TEXT, WHITE};
use crate::exports::columns::{Column, Kind};

const ROW: f32 = 17.0;
const SIZE: f32 = 8.5;
/// Between the text of a cell and its edge.
const INSET: f32 = 6.0;
/// As wide as the bars may be.
const BAR: f32 = 74.0;

/// A table of a report.
pub(super) struct Table<'a> {
    pub(super) columns: &'a [Column],
    pub(super) rows: &'a [Map<String, Value>],
    /// Name of the value that has a bar at the end of its row.
    pub(super) bar: &'static str,
    pub(super) language: Language,
    pub(super) currency: &'a str,
}

/// So much of a table is never alone on a page: its head and two rows.
const BEGINNING: f32 = 3.0 * ROW;
/// A table of so many rows is not cut.
const WHOLE: u8 = 12;

/// How much of a table of so many rows stays with its heading.
pub(super) fn kept_together(rows: usize) -> f32 {
    let rows = u8::try_from(rows).unwrap_or(u8::MAX);
    if rows <= WHOLE { f32::from(rows + 1) * ROW } else { BEGINNING }
}

impl Table<'_> {
    /// Draws the table from where the page is at, on further pages where it does not fit.
    pub(super) fn draw(&self, paper: &mut Paper) {
        if self.rows.is_empty() {
            paper.paragraph(&self.language.t("insights-no-sales").to_string());
            return;
        }
        let places = self.places();
        paper.need(BEGINNING);
        let mut rows = vec![self.heads(paper, &places)];
        let most = self.rows.iter().map(|row| self.weight(row)).fold(0.0, f32::max);
        for (at, row) in self.rows.iter().enumerate() {
            if paper.need(ROW) {
                rows.push(self.heads(paper, &places));
            }
            if at % 2 == 1 {
                paper.draw(Mark::Filled(Area(MARGIN, paper.y, ROOM, ROW), SUNKEN));
            }
            let cells = self.columns.iter().zip(&places).map(|(column, place)| self.cell(paper, row, column, *place));
            rows.push(Node::Group(Part::Row, cells.collect()));
            let length = if most > 0.0 { BAR * self.weight(row) / most } else { 0.0 };
            paper.draw(Mark::Filled(Area(MARGIN + ROOM - BAR, paper.y + 5.0, length, ROW - 10.0), SUN));
            paper.y += ROW;
            paper.draw(Mark::Stroke(vec![(MARGIN, paper.y), (MARGIN + ROOM, paper.y)], LINE, 0.5));
        }
        paper.nodes.push(Node::Group(Part::Table, rows));
    }

    /// Left edge and width of each column: as they are in a workbook, in the room beside the bars.
    fn places(&self) -> Vec<(f32, f32)> {
        let all: f32 = self.columns.iter().map(|column| f32::from(column.width)).sum();
        let mut x = MARGIN;
        let place = |column: &Column| {
            let width = (ROOM - BAR - INSET) * f32::from(column.width) / all;
            x += width;
            (x - width, width)
        };
        self.columns.iter().map(place).collect()
    }

    fn heads(&self, paper: &mut Paper, places: &[(f32, f32)]) -> Node {
        paper.draw(Mark::Filled(Area(MARGIN, paper.y, ROOM, ROW), BRAND));
        let look = Look(Face::Bold, SIZE, WHITE);
        let cells = self.columns.iter().zip(places).map(|(column, place)| {
            let text = self.language.t(column.head).to_string();
            Node::Group(Part::Head, vec![put(paper, *place, column.kind, look, &text)])
        });
        let row = Node::Group(Part::Row, cells.collect());
        if let Some(column) = self.columns.iter().find(|column| column.member == self.bar) {
            let text = self.language.t(column.head).to_string();
            let text = paper.letters.fit(look.0, look.1, &text, BAR);
            // It says what the bars are; the column of that name says how much.
            paper.draw(Mark::Text((MARGIN + ROOM - BAR, paper.y + 11.8), look, text));
        }
        paper.y += ROW;
        row
    }

    fn cell(&self, paper: &mut Paper, row: &Map<String, Value>, column: &Column, place: (f32, f32)) -> Node {
        let text = match row.get(column.member) {
            None | Some(Value::Null) => "–".to_owned(),
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) if column.kind != Kind::Text => {
                super::written(column.kind, number.as_f64().unwrap_or_default(), self.language, self.currency)
            }
            Some(other) => other.to_string(),
        };
        let color = if text == "–" { MUTED } else { TEXT };
        Node::Group(Part::Cell, vec![put(paper, place, column.kind, Look(Face::Regular, SIZE, color), &text)])
    }

    /// What the bar of a row is as long as.
    #[expect(clippy::cast_possible_truncation, reason = "it is drawn")]
    fn weight(&self, row: &Map<String, Value>) -> f32 {
        row.get(self.bar).and_then(Value::as_f64).unwrap_or_default().max(0.0) as f32
    }
}

/// A text in its place of the present row: words from the left, numbers to the right.
fn put(paper: &mut Paper, (x, width): (f32, f32), kind: Kind, look: Look, text: &str) -> Node {
    let text = paper.letters.fit(look.0, look.1, text, width - 2.0 * INSET + 4.0);
    let base = paper.y + 11.8;
    if kind == Kind::Text {
        paper.text((x + INSET, base), look, text)
    } else {
        paper.text_to((x + width - INSET + 4.0, base), look, text)
    }
}
