//! Chart, drawn here: an SVG without script, in the colours of the sheet. What it shows stands in a table beside it, for who
//! cannot see it and for who wants the numbers.

use askama::Template;
use askama::filters::HtmlSafe;

const WIDTH: i64 = 560;
const HEIGHT: i64 = 240;
/// Room for what is written: left of the bars, below them and above.
const LEFT: i64 = 48;
const BELOW: i64 = 28;
const ABOVE: i64 = 12;
/// Lines across, the ground among them.
const STEPS: i64 = 4;

/// Groups of bars over a common ground.
#[derive(Debug, Template)]
#[template(path = "chart.html")]
pub(super) struct Chart {
    label: String,
    bars: Vec<Bar>,
    ticks: Vec<(i64, String)>,
    names: Vec<(i64, String)>,
    limit: Option<(i64, String)>,
}

impl HtmlSafe for Chart {}

#[derive(Debug)]
struct Bar {
    x: i64,
    y: i64,
    width: i64,
    height: i64,
    series: usize,
    said: String,
}

/// One place on the ground: its name, and the height of each bar there.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) name: String,
    /// Whether its name is written below it: where there are many, not all have room.
    pub(super) named: bool,
    /// What each bar says when it is pointed at, and how high it is.
    pub(super) bars: Vec<(String, i64)>,
}

impl Chart {
    /// `label` is what all of it shows; `written` how a height is written; `limit` a line across.
    pub(super) fn new(
        label: String,
        groups: &[Group],
        written: impl Fn(i64) -> String,
        limit: Option<(i64, String)>,
    ) -> Self {
        let highest = groups.iter().flat_map(|group| &group.bars).map(|(_, height)| *height).max().unwrap_or(0);
        let top = round_up(highest.max(limit.as_ref().map_or(0, |(at, _)| *at)).max(1));
        let ground = HEIGHT - BELOW;
        let y = |value: i64| ground - (ground - ABOVE) * value / top;
        let slot = (WIDTH - LEFT) / i64::try_from(groups.len()).unwrap_or(1).max(1);
        let mut chart = Self { label, bars: Vec::new(), ticks: Vec::new(), names: Vec::new(), limit: None };
        for (place, group) in (0..).zip(groups) {
            let from = LEFT + place * slot;
            let width = (slot * 7 / 10 / i64::try_from(group.bars.len()).unwrap_or(1).max(1)).clamp(2, 40);
            let all = width * i64::try_from(group.bars.len()).unwrap_or(1);
            for (series, (said, height)) in group.bars.iter().enumerate() {
                let x = from + (slot - all) / 2 + width * i64::try_from(series).unwrap_or(0);
                let y = y(*height);
                chart.bars.push(Bar { x, y, width: width - 1, height: ground - y, series, said: said.clone() });
            }
            if group.named {
                chart.names.push((from + slot / 2, group.name.clone()));
            }
        }
        chart.ticks = (0..=STEPS).map(|step| top * step / STEPS).map(|value| (y(value), written(value))).collect();
        chart.ticks.dedup_by(|a, b| a.1 == b.1);
        chart.limit = limit.map(|(at, text)| (y(at), text));
        chart
    }
}

/// The next number that quarters well: 4, 8, 20, 40, 80, 200 …
fn round_up(value: i64) -> i64 {
    let mut power = 1;
    loop {
        for step in [4, 8, 12, 20] {
            if value <= step * power {
                return step * power;
            }
        }
        power *= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::{Chart, Group, round_up};

    #[test]
    fn the_ground_is_the_ground_and_nothing_is_higher_than_the_top() {
        let group = |name: &str, height| Group {
            name: name.to_owned(),
            named: true,
            bars: vec![(format!("{height}"), height)],
        };
        let chart = Chart::new(
            "x".to_owned(),
            &[group("a", 0), group("b", 7)],
            |value| value.to_string(),
            Some((8, "tope".to_owned())),
        );
        assert_eq!((chart.bars[0].height, chart.bars[1].height), (0, 175));
        assert_eq!(chart.limit.as_ref().map(|(y, _)| *y), Some(12));
        assert!(chart.bars.iter().all(|bar| bar.x >= 48 && bar.x + bar.width <= 560));
        assert_eq!([1, 4, 5, 21, 100, 3599].map(round_up), [4, 4, 8, 40, 120, 4000]);
        let nothing = Chart::new("x".to_owned(), &[], |value| value.to_string(), None);
        assert!(nothing.bars.is_empty());
    }
}
