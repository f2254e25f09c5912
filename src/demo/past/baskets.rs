//! What is in a basket.

use super::super::dice::Dice;
use super::goods::{GOODS, Good, TOGETHER};

/// Lines of a basket, by how many of a hundred have so many.
const LINES: [(usize, usize); 6] = [(22, 1), (29, 2), (24, 3), (14, 4), (8, 5), (3, 7)];
/// Of a hundred lines, those with two and those with three pieces.
const PIECES: [usize; 2] = [26, 5];
/// December to February.
const SUMMER: [i8; 3] = [12, 1, 2];

/// Products and how many of each, in a month.
pub fn basket(dice: &Dice, month: i8) -> Vec<(i64, i64)> {
    let lines = super::people::weighed(dice, &LINES, |lines| lines.0).1;
    let mut basket: Vec<(i64, i64)> = Vec::with_capacity(lines + 1);
    while basket.len() < lines {
        let product = one(dice, month);
        add(dice, &mut basket, product);
        let also = TOGETHER.iter().find(|(first, ..)| *first == product);
        if let Some((_, second, of_hundred)) = also.filter(|_| lines > 1)
            && dice.pick(100) < *of_hundred
        {
            add(dice, &mut basket, *second);
        }
    }
    basket
}

/// What a company wants for many people.
pub fn large(dice: &Dice, month: i8, lines: usize, (fewest, most): (i64, i64)) -> Vec<(i64, i64)> {
    let mut basket: Vec<(i64, i64)> = Vec::new();
    while basket.len() < lines {
        let product = one(dice, month);
        let many = fewest + i64::try_from(dice.pick(usize::try_from(most - fewest).unwrap_or(1))).unwrap_or_default();
        if basket.iter().all(|(other, _)| *other != product) {
            basket.push((product, many));
        }
    }
    basket
}

fn add(dice: &Dice, basket: &mut Vec<(i64, i64)>, product: i64) {
    if basket.iter().any(|(other, _)| *other == product) {
        return;
    }
    let pieces = match dice.pick(100) {
        chance if chance < PIECES[1] => 3,
        chance if chance < PIECES[0] + PIECES[1] => 2,
        _ => 1,
    };
    basket.push((product, pieces));
}

fn one(dice: &Dice, month: i8) -> i64 {
    let liked = |good: &Good| good.liked * if SUMMER.contains(&month) { good.summer } else { 1.0 };
    let mut left = dice.fraction() * GOODS.iter().map(liked).sum::<f64>();
    for good in &GOODS {
        left -= liked(good);
        if left < 0.0 {
            return good.id;
        }
    }
    GOODS[0].id
}
