//! That what is made up has the shape that was asked for.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

fn made(shape: &Shape, seed: u64) -> (Written, Vec<Vec<String>>) {
    let mut text = Vec::new();
    let written = write(shape, seed, &mut text).unwrap();
    assert_eq!(written.bytes, text.len() as u64);
    let text = String::from_utf8(text).unwrap();
    // No name has a comma outside of quotes, and none a quote inside.
    let split = |line: &str| {
        let mut quoted = false;
        let plain: String = line
            .chars()
            .filter_map(|c| match c {
                '"' => {
                    quoted = !quoted;
                    None
                }
                ',' if quoted => Some(';'),
                other => Some(other),
            })
            .collect();
        plain.split(',').map(ToOwned::to_owned).collect::<Vec<_>>()
    };
    (written, text.lines().skip(1).map(split).collect())
}

#[test]
fn it_has_exactly_as_many_rows_and_documents_as_asked_for() {
    for shape in [Shape::orders(2_000, 6_000), Shape::year(20_000), Shape::orders(1, 9), Shape::orders(5, 5)] {
        let (written, rows) = made(&shape, 1);
        assert_eq!((written.rows, rows.len() as u64), (shape.lines, shape.lines));
        assert_eq!(written.sales + written.cancellations, shape.orders);
        assert!(rows.iter().all(|row| row.len() == 8), "{:?}", rows.iter().find(|row| row.len() != 8));
    }
}

#[test]
fn the_seed_decides() {
    let shape = Shape::orders(200, 600);
    assert_eq!(made(&shape, 3), made(&shape, 3));
    assert_ne!(made(&shape, 3).1, made(&shape, 4).1);
}

#[test]
fn it_has_the_shape_of_the_real_one() {
    let (written, rows) = made(&Shape::year(54_000), 5);
    let mut orders: BTreeMap<&str, u64> = BTreeMap::new();
    for row in &rows {
        *orders.entry(&row[0]).or_default() += 1;
    }
    let mut lines: Vec<u64> = orders.values().copied().collect();
    lines.sort_unstable();
    let (half, ninth) = (lines[lines.len() / 2], lines[lines.len() * 9 / 10]);
    assert!((4..14).contains(&half) && (30..60).contains(&ninth), "{half} {ninth}");
    let share =
        |keep: &dyn Fn(&Vec<String>) -> bool| float(rows.iter().filter(|row| keep(row)).count() as u64) / 54_000.0;
    assert!((0.1..0.35).contains(&share(&|row| row[6].is_empty())));
    assert!((0.002..0.02).contains(&share(&|row| row[3].starts_with('-'))));
    assert!(share(&|row| row[1] == "POST") > 0.005 && share(&|row| row[5] == "0.00") > 0.001);
    let customers: BTreeSet<&String> = rows.iter().map(|row| &row[6]).collect();
    assert!((200..437).contains(&customers.len()), "{}", customers.len());
    assert!(written.cancellations > written.sales / 20);
}

#[test]
fn days_go_from_the_first_to_the_last() {
    let shape = Shape::orders(3_000, 9_000);
    let (_, rows) = made(&shape, 6);
    assert!(rows.is_sorted_by_key(|row| row[4].clone()));
    assert!(rows[0][4].starts_with("2025-09-01 08:"));
    assert!(rows[8_999][4].starts_with(&shape.last_day().to_string()), "{:?}", rows[8_999]);
    assert_eq!(shape.last_day().to_string(), "2026-10-31");
}

#[test]
fn some_cancellations_take_back_exactly_what_was_bought() {
    let (_, rows) = made(&Shape::orders(5_000, 15_000), 7);
    let key =
        |row: &Vec<String>| (row[6].clone(), row[1].clone(), row[3].trim_start_matches('-').to_owned(), row[5].clone());
    let sold: BTreeSet<_> = rows.iter().filter(|row| !row[0].starts_with('C')).map(key).collect();
    let back: Vec<_> = rows.iter().filter(|row| row[0].starts_with('C')).collect();
    assert!(back.iter().all(|row| row[3].starts_with('-')));
    let exact = back.iter().filter(|row| sold.contains(&key(row))).count();
    assert!(exact * 5 > back.len() && exact < back.len(), "{exact} of {}", back.len());
}
