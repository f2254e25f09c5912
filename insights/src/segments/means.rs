//! k-means (Lloyd), begun by k-means++ (Arthur and Vassilvitskii, 2007) from a seed, the best of several beginnings.

use std::ops::RangeInclusive;

use super::{Row, apart};
use crate::math::{Dice, real};

/// Beginnings, of which the best is kept.
const BEGINNINGS: usize = 25;
/// Rows that the middles are found by, at most: an evenly spread part of more.
const FOUND_BY: usize = 10_000;
/// Rounds at most.
const ROUNDS: usize = 300;
/// Rows by which it is told how well groups are apart: it compares each with each.
const COMPARED: usize = 1_500;

/// Rows in groups.
#[derive(Clone, Debug, PartialEq)]
pub struct Groups {
    /// The middle of each group.
    pub centers: Vec<Row>,
    /// The group of each row.
    pub of: Vec<usize>,
    /// Squares of the distances of all rows from their middles.
    pub inertia: f64,
}

impl Groups {
    /// So many groups; fewer where there are fewer different rows.
    #[must_use]
    pub fn find(rows: &[Row], count: usize, seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let step = rows.len().div_ceil(FOUND_BY).max(1);
        let part: Vec<Row> = rows.iter().step_by(step).cloned().collect();
        let found = (0..BEGINNINGS).map(|_| Self::from(&part, beginning(&part, count, &mut dice)));
        let best = found.min_by(|one, other| one.inertia.total_cmp(&other.inertia));
        let centers = best.map_or_else(Vec::new, |groups| groups.centers);
        let of: Vec<usize> = rows.iter().map(|row| nearest(row, &centers)).collect();
        let inertia = rows.iter().zip(&of).map(|(row, group)| apart(row, &centers[*group])).sum();
        Self { centers, of, inertia }
    }

    /// As many groups as are best apart, of these numbers.
    #[must_use]
    pub fn best(rows: &[Row], counts: RangeInclusive<usize>, seed: u64) -> Self {
        let judged = counts.map(|count| {
            let groups = Self::find(rows, count, seed);
            (silhouette(rows, &groups.of, groups.centers.len()), groups)
        });
        // Of equals the smallest number.
        let best = judged.reduce(|best, other| if other.0 > best.0 { other } else { best });
        best.map_or_else(|| Self::find(rows, 1, seed), |(_, groups)| groups)
    }

    fn from(rows: &[Row], mut centers: Vec<Row>) -> Self {
        let mut of = vec![usize::MAX; rows.len()];
        for _ in 0..ROUNDS {
            let nearest: Vec<usize> = rows.iter().map(|row| nearest(row, &centers)).collect();
            if nearest == of {
                break;
            }
            of = nearest;
            for (group, center) in centers.iter_mut().enumerate() {
                let own: Vec<&Row> = rows.iter().zip(&of).filter(|(_, it)| **it == group).map(|(row, _)| row).collect();
                // An empty group stays where it is: a mean of nothing would be no place at all.
                if !own.is_empty() {
                    *center = (0..center.len())
                        .map(|it| own.iter().map(|row| row[it]).sum::<f64>() / real(own.len()))
                        .collect();
                }
            }
        }
        let inertia = rows.iter().zip(&of).map(|(row, group)| apart(row, &centers[*group])).sum();
        Self { centers, of, inertia }
    }

    /// How many rows each group has.
    #[must_use]
    pub fn sizes(&self) -> Vec<usize> {
        (0..self.centers.len()).map(|group| self.of.iter().filter(|it| **it == group).count()).collect()
    }
}

fn nearest(row: &[f64], centers: &[Row]) -> usize {
    let distances = centers.iter().map(|center| apart(row, center)).enumerate();
    distances.min_by(|one, other| one.1.total_cmp(&other.1)).map_or(0, |(group, _)| group)
}

/// Rows to begin from: each is drawn the more likely the further it is from those that are drawn.
fn beginning(rows: &[Row], count: usize, dice: &mut Dice) -> Vec<Row> {
    let mut centers: Vec<Row> = rows.get(dice.below(rows.len())).cloned().into_iter().collect();
    let mut distances: Vec<f64> = rows.iter().map(|row| centers.first().map_or(0.0, |it| apart(row, it))).collect();
    while centers.len() < count {
        let all: f64 = distances.iter().sum();
        if all <= 0.0 {
            break;
        }
        let mut left = dice.share() * all;
        let drawn = distances.iter().position(|distance| {
            left -= distance;
            left < 0.0
        });
        let Some(row) = drawn.and_then(|place| rows.get(place)) else { break };
        for (distance, other) in distances.iter_mut().zip(rows) {
            *distance = distance.min(apart(row, other));
        }
        centers.push(row.clone());
    }
    centers
}

/// How well groups are apart, from -1 to 1: the mean over rows of (b - a) / max(a, b), where a is the mean distance from its own
/// group and b that from the next (Rousseeuw, 1987). Of many rows, an evenly spread part is compared.
#[must_use]
pub fn silhouette(rows: &[Row], of: &[usize], count: usize) -> f64 {
    let step = rows.len().div_ceil(COMPARED).max(1);
    let chosen: Vec<(&Row, usize)> = rows.iter().zip(of.iter().copied()).step_by(step).collect();
    let mut sizes = vec![0; count];
    for (_, group) in &chosen {
        sizes[*group] += 1;
    }
    if sizes.iter().filter(|size| **size > 0).count() < 2 {
        return 0.0;
    }
    let of_row = |(row, group): &(&Row, usize)| {
        let mut sums = vec![0.0; count];
        for (other, of) in &chosen {
            sums[*of] += apart(row, other).sqrt();
        }
        if sizes[*group] < 2 {
            return 0.0;
        }
        let own = sums[*group] / real(sizes[*group] - 1);
        let others = (0..count).filter(|other| other != group && sizes[*other] > 0);
        let next = others.map(|other| sums[other] / real(sizes[other])).fold(f64::INFINITY, f64::min);
        if own.max(next) > 0.0 { (next - own) / own.max(next) } else { 0.0 }
    };
    chosen.iter().map(of_row).sum::<f64>() / real(chosen.len())
}
