//! An isolation forest (Liu, Ting and Zhou, 2008): what few random cuts set apart from the rest is unlike it.

use crate::math::{Dice, real};

/// How many trees a forest has; a score is the mean over them.
const TREES: usize = 200;
/// Rows a tree is grown from.
const SAMPLE: usize = 256;

/// Euler's constant.
const EULER: f64 = 0.577_215_664_901_532_9;

enum Node {
    Cut { column: usize, at: f64, below: Box<Node>, above: Box<Node> },
    Leaf(usize),
}

/// Trees that set rows apart.
pub struct Forest {
    trees: Vec<Node>,
    sample: usize,
}

impl std::fmt::Debug for Forest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Forest").field("trees", &self.trees.len()).field("sample", &self.sample).finish()
    }
}

/// Cuts that it takes on average to set a row apart from so many.
fn usual_depth(rows: usize) -> f64 {
    match rows {
        0 | 1 => 0.0,
        2 => 1.0,
        _ => 2.0 * (real(rows - 1).ln() + EULER) - 2.0 * real(rows - 1) / real(rows),
    }
}

impl Forest {
    /// A forest grown from rows of numbers, all of one length.
    #[must_use]
    pub fn grow<const N: usize>(rows: &[[f64; N]], seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let sample = SAMPLE.min(rows.len());
        let depth = real(sample.max(2)).log2().ceil();
        let tree = |_| {
            let chosen: Vec<&[f64]> =
                dice.sample(sample, rows.len()).into_iter().map(|row| rows[row].as_slice()).collect();
            grow(&chosen, depth, &mut dice)
        };
        Self { trees: (0..TREES).map(tree).collect(), sample }
    }

    /// How easily a row is set apart, from 0 to 1: about a half for what is like the rest, near 1 for what is not.
    #[must_use]
    pub fn score(&self, row: &[f64]) -> f64 {
        let depths: f64 = self.trees.iter().map(|tree| depth(tree, row)).sum();
        let usual = usual_depth(self.sample);
        if usual > 0.0 { 2.0_f64.powf(-depths / real(self.trees.len()) / usual) } else { 0.5 }
    }
}

fn grow(rows: &[&[f64]], left: f64, dice: &mut Dice) -> Node {
    let width = rows.first().map_or(0, |row| row.len());
    let range = |column: usize| {
        let values = rows.iter().map(|row| row[column]);
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)))
    };
    // Only what varies can be cut.
    let columns: Vec<(usize, (f64, f64))> =
        (0..width).map(|it| (it, range(it))).filter(|(_, (low, high))| low < high).collect();
    if rows.len() <= 1 || left < 1.0 || columns.is_empty() {
        return Node::Leaf(rows.len());
    }
    let (column, (low, high)) = columns[dice.below(columns.len())];
    let at = low + dice.share() * (high - low);
    let (below, above): (Vec<&[f64]>, Vec<&[f64]>) = rows.iter().partition(|row| row[column] <= at);
    let below = Box::new(grow(&below, left - 1.0, dice));
    Node::Cut { column, at, below, above: Box::new(grow(&above, left - 1.0, dice)) }
}

fn depth(tree: &Node, row: &[f64]) -> f64 {
    let (mut node, mut cuts) = (tree, 0.0);
    loop {
        match node {
            Node::Leaf(rows) => return cuts + usual_depth(*rows),
            Node::Cut { column, at, below, above } => {
                cuts += 1.0;
                node = if row[*column] <= *at { below } else { above };
            }
        }
    }
}
