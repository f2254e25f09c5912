//! A line without axes beside a figure: which way it went, at a glance. The same is in a chart with its table on the page.

use std::fmt::Write as _;

use askama::Template;
use askama::filters::HtmlSafe;

/// How wide and high it is drawn.
const SIZE: (f64, f64) = (120.0, 28.0);

/// A small line. It says nothing to who cannot see it.
#[derive(Debug, Template)]
#[template(
    source = r#"<svg class="spark" aria-hidden="true" viewBox="0 0 120 32" preserveAspectRatio="none"><path d="{{ path }}"/></svg>"#,
    ext = "html"
)]
pub(crate) struct Spark {
    path: String,
}

impl HtmlSafe for Spark {}

impl Spark {
    /// Through these values, from left to right; `None` for fewer than three.
    #[expect(clippy::cast_precision_loss, reason = "there are a few hundred")]
    pub(crate) fn through(values: &[f64]) -> Option<Self> {
        if values.len() < 3 {
            return None;
        }
        let (least, most) =
            values.iter().fold((0.0_f64, 0.0_f64), |(least, most), value| (least.min(*value), most.max(*value)));
        let span = if most > least { most - least } else { 1.0 };
        let step = SIZE.0 / (values.len() - 1) as f64;
        let mut path = String::new();
        for (index, value) in values.iter().enumerate() {
            let (x, y) = (step * index as f64, SIZE.1 - (value - least) / span * SIZE.1 + 2.0);
            let _ = write!(path, "{}{x:.1} {y:.1}", if index == 0 { 'M' } else { 'L' });
        }
        Some(Self { path })
    }
}

#[cfg(test)]
mod tests {
    use super::Spark;

    #[test]
    fn the_highest_value_is_at_the_top_and_nothing_at_the_bottom() {
        let path = |values: &[f64]| Spark::through(values).map(|spark| spark.path);
        assert_eq!(path(&[0.0, 10.0, 5.0]).as_deref(), Some("M0.0 30.0L60.0 2.0L120.0 16.0"));
        assert_eq!(path(&[0.0, 0.0, 0.0]).as_deref(), Some("M0.0 30.0L60.0 30.0L120.0 30.0"));
        assert_eq!(path(&[1.0, 2.0]), None);
    }
}
