//! The plane in which rows of many figures lie furthest apart: the first two principal components.

use nalgebra::{DMatrix, SymmetricEigen};

use super::Row;
use crate::math::{mean, real};

/// Rows as points of a plane.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// Each row.
    pub points: Vec<[f64; 2]>,
    /// The share of all variance that each of the two axes shows.
    pub shown: [f64; 2],
}

impl Picture {
    /// Of rows; `None` where nothing varies.
    #[must_use]
    pub fn of(rows: &[Row]) -> Option<Self> {
        let width = rows.first()?.len();
        let means: Vec<f64> = (0..width).map(|it| mean(&rows.iter().map(|row| row[it]).collect::<Vec<_>>())).collect();
        let centered = rows.iter().flat_map(|row| row.iter().zip(&means).map(|(value, mean)| value - mean));
        let centered = DMatrix::from_row_iterator(rows.len(), width, centered);
        let variance = centered.transpose() * &centered / real(rows.len().saturating_sub(1).max(1));
        let eigen = SymmetricEigen::new(variance);
        let mut axes: Vec<usize> = (0..width).collect();
        axes.sort_by(|one, other| eigen.eigenvalues[*other].total_cmp(&eigen.eigenvalues[*one]));
        let all: f64 = eigen.eigenvalues.iter().sum();
        if all <= 1e-12 {
            return None;
        }
        let along = |place: usize| {
            let Some(component) = axes.get(place) else { return (vec![0.0; rows.len()], 0.0) };
            let vector = eigen.eigenvectors.column(*component).into_owned();
            // An axis may point either way: to the side of its largest part, so that the picture never flips.
            let largest = vector
                .iter()
                .copied()
                .fold(0.0, |largest: f64, it| if it.abs() > largest.abs() + 1e-9 { it } else { largest });
            let projected = &centered * vector * largest.signum();
            (projected.iter().copied().collect(), eigen.eigenvalues[*component].max(0.0) / all)
        };
        let ((across, first), (up, second)) = (along(0), along(1));
        let points = across.into_iter().zip(up).map(|(across, up)| [across, up]).collect();
        Some(Self { points, shown: [first, second] })
    }
}
