//! What was reached, with the target beside it: the table at the end.

use std::fmt::Write as _;

/// Which side of the target is good.
#[derive(Clone, Copy, Debug)]
pub enum Target {
    /// Not more than this.
    AtMost(f64),
    /// Not less than this.
    AtLeast(f64),
    /// It has no target and is only told.
    None,
}

/// A figure with its unit and its target.
#[derive(Clone, Debug)]
struct Goal {
    what: String,
    reached: f64,
    unit: &'static str,
    target: Target,
}

/// The figures of a run.
#[derive(Clone, Debug, Default)]
pub struct Goals(Vec<Goal>);

impl Goals {
    /// Adds a figure; `unit` is printed behind it and behind its target.
    pub fn put(&mut self, what: impl Into<String>, reached: f64, unit: &'static str, target: Target) {
        self.0.push(Goal { what: what.into(), reached, unit, target });
    }

    /// Names of what missed its target.
    pub fn missed(&self) -> Vec<&str> {
        self.0.iter().filter(|goal| !goal.kept()).map(|goal| goal.what.as_str()).collect()
    }

    /// The table of all figures, in Markdown, with a mark at those that missed their target.
    pub fn markdown(&self) -> String {
        let mut text = String::from("| what | reached | target | |\n|---|--:|--:|---|\n");
        for goal in &self.0 {
            let target = match goal.target {
                Target::AtMost(most) => format!("≤ {} {}", shorter(most), goal.unit),
                Target::AtLeast(least) => format!("≥ {} {}", shorter(least), goal.unit),
                Target::None => String::new(),
            };
            let missed = if goal.kept() { "" } else { "**missed**" };
            let _ = writeln!(text, "| {} | {} {} | {target} | {missed} |", goal.what, shorter(goal.reached), goal.unit);
        }
        text
    }
}

impl Goal {
    fn kept(&self) -> bool {
        match self.target {
            Target::AtMost(most) => self.reached <= most,
            Target::AtLeast(least) => self.reached >= least,
            Target::None => true,
        }
    }
}

/// Digits that mean something.
fn shorter(x: f64) -> String {
    match x.abs() {
        a if a >= 100.0 => format!("{x:.0}"),
        a if a >= 10.0 => format!("{x:.1}").trim_end_matches(".0").to_owned(),
        a if a > 0.0 => format!("{x:.2}").trim_end_matches("00").trim_end_matches('.').to_owned(),
        _ => "0".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_missed_on_its_bad_side_only() {
        let mut goals = Goals::default();
        goals.put("fast", 19.9, "s", Target::AtMost(20.0));
        goals.put("slow", 20.1, "s", Target::AtMost(20.0));
        goals.put("many", 21_000.0, "/s", Target::AtLeast(20_000.0));
        goals.put("few", 19_000.0, "/s", Target::AtLeast(20_000.0));
        goals.put("told", 7.0, "MB", Target::None);
        assert_eq!(goals.missed(), ["slow", "few"]);
        let text = goals.markdown();
        assert!(text.contains("| slow | 20.1 s | ≤ 20 s | **missed** |"), "{text}");
        assert!(text.contains("| told | 7 MB |  |  |"), "{text}");
    }

    #[test]
    fn not_a_number_keeps_no_target() {
        let mut goals = Goals::default();
        goals.put("nothing measured", f64::NAN, "s", Target::AtMost(20.0));
        assert_eq!(goals.missed().len(), 1);
    }
}
