//! The chart of sales over time: a line over its days, weeks or months, with amounts at its side and dates below.

use belgrano_wire::texts::Language;
use jiff::civil::Date;
use serde_json::Value;

use super::letters::Face;
use super::paper::{BRAND, LINE, Look, MARGIN, MUTED, Mark, Node, Paper, Part, ROOM};
use crate::exports::content::Rows;
use crate::pages::{day, number};

pub(super) const HEIGHT: f32 = 170.0;
/// For the amounts.
const SIDE: f32 = 58.0;
/// For the dates.
const BELOW: f32 = 18.0;
/// Dates that are written.
const DATES: usize = 6;
const SMALL: Look = Look(Face::Regular, 7.5, MUTED);

/// Draws the revenue of `rows`; nothing where there are fewer than two.
pub(super) fn series(paper: &mut Paper, rows: &Rows, language: Language, words: String) {
    let points: Vec<(Date, f64)> = rows.iter().filter_map(point).collect();
    let (Some((first, _)), Some((last, _))) = (points.first(), points.last()) else { return };
    if points.len() < 2 {
        return;
    }
    paper.need(HEIGHT);
    let top = paper.y + 6.0;
    let (left, width, height) = (MARGIN + SIDE, ROOM - SIDE, HEIGHT - BELOW - 12.0);
    let scale = Scale::of(points.iter().map(|(_, value)| *value));
    let across = |date: Date| {
        left + width * share(f64::from((date - *first).get_days()), f64::from((*last - *first).get_days()))
    };
    let down = |value: f64| top + height * (1.0 - share(value - scale.low, scale.high - scale.low));
    let line: Vec<(f32, f32)> = points.iter().map(|(date, value)| (across(*date), down(*value))).collect();
    let figure = paper.leaf(|paper| {
        for tick in scale.ticks() {
            let y = down(tick);
            paper.draw(Mark::Stroke(vec![(left, y), (left + width, y)], LINE, 0.5));
            let text = number(language, tick, 0);
            let wide = paper.letters.width(SMALL.0, SMALL.1, &text);
            paper.draw(Mark::Text((left - 6.0 - wide, y + 2.5), SMALL, text));
        }
        let base = down(0.0_f64.clamp(scale.low, scale.high));
        let mut shade = line.clone();
        shade.extend([(left + width, base), (left, base)]);
        paper.draw(Mark::Shade(shade, BRAND));
        paper.draw(Mark::Stroke(line, BRAND, 1.5));
        let step = points.len().div_ceil(DATES);
        for (date, _) in points.iter().step_by(step) {
            let text = day(language, *date);
            let wide = paper.letters.width(SMALL.0, SMALL.1, &text);
            let x = (across(*date) - wide / 2.0).clamp(left - 6.0, left + width - wide);
            paper.draw(Mark::Text((x, top + height + BELOW - 4.0), SMALL, text));
        }
    });
    paper.nodes.push(Node::Group(Part::Figure(words), vec![figure]));
    paper.y = top + HEIGHT;
}

fn point(row: &serde_json::Map<String, Value>) -> Option<(Date, f64)> {
    Some((row.get("date")?.as_str()?.parse().ok()?, row.get("revenue")?.as_f64()?))
}

/// A part of a whole, for drawing; of nothing it is none.
#[expect(clippy::cast_possible_truncation, reason = "it is drawn")]
fn share(part: f64, whole: f64) -> f32 {
    if whole == 0.0 { 0.0 } else { (part / whole) as f32 }
}

/// From where to where amounts go, in round steps.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Scale {
    low: f64,
    high: f64,
    step: f64,
}

impl Scale {
    /// That holds nothing and all of these.
    fn of(values: impl Iterator<Item = f64>) -> Self {
        let (low, high) = values.fold((0.0_f64, 0.0_f64), |(low, high), value| (low.min(value), high.max(value)));
        let rough = ((high - low) / 4.0).max(f64::MIN_POSITIVE);
        let power = 10.0_f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().map(|by| by * power).find(|step| *step >= rough);
        let step = step.unwrap_or(rough);
        if high <= low {
            return Self { low: 0.0, high: 1.0, step: 1.0 };
        }
        Self { low: (low / step).floor() * step, high: (high / step).ceil() * step, step }
    }

    fn ticks(self) -> impl Iterator<Item = f64> {
        (0..=12).map(move |at| self.low + f64::from(at) * self.step).take_while(move |tick| *tick <= self.high * 1.0001)
    }
}

#[cfg(test)]
mod tests {
    use super::Scale;

    #[test]
    fn amounts_go_in_round_steps_from_nothing() {
        let scale = |values: &[f64]| {
            let scale = Scale::of(values.iter().copied());
            (scale.low, scale.high, scale.ticks().count())
        };
        assert_eq!(scale(&[10.0, 92.0]), (0.0, 100.0, 5));
        assert_eq!(scale(&[-30.0, 92.0]), (-50.0, 100.0, 4));
        assert_eq!(scale(&[0.0, 0.0]), (0.0, 1.0, 2));
        assert_eq!(scale(&[61_234.5]), (0.0, 80_000.0, 5));
    }
}
