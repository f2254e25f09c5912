//! Groups of customers who are alike, found by the data and not by rules (those are the segments of `gold_customer_analytics`).
//!
//! In: a few figures of each customer. Out: groups by k-means, how well they are apart, and a picture of them in the plane that
//! shows most. What must never happen here: other groups for the same data and seed.

mod means;
mod picture;

pub use means::{Groups, silhouette};
pub use picture::Picture;

use crate::math::{mean, real};

/// A row of figures.
pub type Row = Vec<f64>;

/// The same rows with every column at mean 0 and standard deviation 1; a column that never varies becomes 0.
#[must_use]
pub fn scaled(rows: &[Row]) -> Vec<Row> {
    let width = rows.first().map_or(0, Vec::len);
    let columns = (0..width).map(|column| {
        let values: Vec<f64> = rows.iter().map(|row| row[column]).collect();
        let middle = mean(&values);
        let squares: f64 = values.iter().map(|value| (value - middle).powi(2)).sum();
        (middle, (squares / real(values.len())).sqrt())
    });
    let columns: Vec<(f64, f64)> = columns.collect();
    let scale = |(value, (middle, deviation)): (&f64, &(f64, f64))| {
        if *deviation > 1e-12 { (value - middle) / deviation } else { 0.0 }
    };
    rows.iter().map(|row| row.iter().zip(&columns).map(scale).collect()).collect()
}

/// The square of the distance between two rows.
fn apart(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(one, other)| (one - other).powi(2)).sum()
}

#[cfg(test)]
mod tests {
    use super::{Groups, Picture, Row, scaled, silhouette};

    /// Fisher's irises, as scikit-learn has them.
    fn iris() -> Vec<Row> {
        let rows = include_str!("../../fixtures/iris.csv").lines().skip(1);
        rows.map(|line| line.split(',').map(|part| part.parse().expect("a number")).collect()).collect()
    }

    fn close(found: f64, known: f64) {
        assert!((found - known).abs() < 1e-4 * known.abs().max(1.0), "{found} is not {known}");
    }

    #[test]
    fn groups_are_those_of_scikit_learn() {
        let rows = iris();
        for (count, inertia, apart, sizes) in
            [(2, 152.347_95, 0.681_046, vec![53, 97]), (3, 78.851_44, 0.552_819, vec![38, 50, 62])]
        {
            let groups = Groups::find(&rows, count, 1);
            close(groups.inertia, inertia);
            close(silhouette(&rows, &groups.of, count), apart);
            let mut found = groups.sizes();
            found.sort_unstable();
            assert_eq!(found, sizes);
        }
        // Of more groups there are several arrangements that are nearly as good.
        for (count, inertia) in [(4, 57.228_47), (5, 46.446_18)] {
            assert!(Groups::find(&rows, count, 1).inertia < 1.001 * inertia);
        }
    }

    #[test]
    fn the_number_of_groups_is_the_one_that_is_best_apart() {
        assert_eq!(Groups::best(&iris(), 2..=6, 1).centers.len(), 2);
    }

    #[test]
    fn the_same_seed_gives_the_same_groups() {
        assert_eq!(Groups::find(&iris(), 5, 9), Groups::find(&iris(), 5, 9));
    }

    #[test]
    fn more_groups_than_different_rows_are_as_many_as_rows() {
        let rows = vec![vec![1.0], vec![1.0], vec![2.0]];
        let groups = Groups::find(&rows, 3, 1);
        assert_eq!((groups.centers.len(), groups.sizes().iter().sum::<usize>()), (2, 3));
        assert!(Groups::find(&[], 3, 1).centers.is_empty());
    }

    #[test]
    fn the_picture_shows_as_much_as_scikit_learns() {
        let picture = Picture::of(&iris()).expect("a picture");
        close(picture.shown[0], 0.924_618_7);
        close(picture.shown[1], 0.053_066_5);
        // Of the first flower: -2.684126, 0.319397, whichever way the axes point.
        close(picture.points[0][0].abs(), 2.684_126);
        close(picture.points[0][1].abs(), 0.319_397);
        let picture = Picture::of(&scaled(&iris())).expect("a picture");
        close(picture.shown[0], 0.729_624_5);
        close(picture.shown[1], 0.228_507_6);
        assert_eq!(Picture::of(&[]), None);
    }
}
