use jiff::civil::date;

use super::{Forest, Severity, Usual, strange_days};
use crate::forecast::{Sum, after};
use crate::math::{Dice, mean};

/// Fisher's irises, and a flower that cannot be.
fn flowers() -> Vec<[f64; 4]> {
    let rows = include_str!("../../fixtures/iris.csv").lines().skip(1);
    let row = |line: &str| {
        let parts: Vec<f64> = line.split(',').map(|part| part.parse().expect("a number")).collect();
        parts.try_into().expect("four numbers")
    };
    rows.map(row).chain([[9.0, 1.0, 9.0, 0.1]]).collect()
}

#[test]
fn the_forest_finds_what_scikit_learns_finds() {
    let rows = flowers();
    let forest = Forest::grow(&rows, 1);
    let scores: Vec<f64> = rows.iter().map(|row| forest.score(row)).collect();
    let mut places: Vec<usize> = (0..rows.len()).collect();
    places.sort_by(|one, other| scores[*other].total_cmp(&scores[*one]));
    // Mean scores of ten forests of scikit-learn's, of 200 trees each.
    assert_eq!(places[..4], [150, 131, 117, 118]);
    for (place, known) in [(150, 0.819_2), (131, 0.619_3), (117, 0.610_3), (0, 0.400_8), (50, 0.479_2), (100, 0.534_7)]
    {
        assert!((scores[place] - known).abs() < 0.01, "{place}: {} is not {known}", scores[place]);
    }
    assert!((mean(&scores) - 0.461_9).abs() < 0.01);
}

#[test]
fn the_same_seed_grows_the_same_forest() {
    let rows = flowers();
    let score = |seed| Forest::grow(&rows, seed).score(&rows[41]);
    assert!((score(4) - score(4)).abs() < f64::EPSILON);
    assert!((score(4) - score(5)).abs() > 0.0);
    let alike = [[1.0, 2.0]; 40];
    assert!((Forest::grow(&alike, 1).score(&alike[0]) - 0.5).abs() < 0.01, "all alike: none is strange");
    assert!((Forest::grow::<2>(&[], 1).score(&[]) - 0.5).abs() < f64::EPSILON);
}

#[test]
fn strange_days_are_found_and_others_are_not() {
    let mut dice = Dice::new(2);
    let mut sums: Vec<Sum> =
        (0..120).map(|day| Sum { day: after(date(2026, 1, 1), day), value: 100.0 + 20.0 * dice.share() }).collect();
    assert_eq!(strange_days(&sums), []);
    sums[60].value = 900.0;
    sums[90].value = 10.0;
    let found = strange_days(&sums);
    assert_eq!(found.iter().map(|it| it.day).collect::<Vec<_>>(), [sums[60].day, sums[90].day]);
    assert_eq!((found[0].severity, found[0].distance > 0.0, found[1].distance < 0.0), (Severity::High, true, true));
    assert_eq!(strange_days(&sums[..30]), [], "four of a weekday are too few");
}

#[test]
fn a_reason_is_the_figure_that_is_furthest_off() {
    let rows = [[1.0, 5.0], [2.0, 5.0], [3.0, 5.0], [2.0, 9.0]];
    let usual = Usual::of(&rows);
    let found = rows.map(|row| usual.distances(&row));
    assert!(found[3][0].abs() < 1e-9 && found[3][1] > 9.0, "{found:?}");
    assert!(found[1].iter().all(|it| it.abs() < 1e-9));
}
