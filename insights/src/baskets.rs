//! What sells together: pairs and triples of articles in orders, by Apriori (Agrawal and Srikant, 1994).
//!
//! In: the articles of each order. Out: how often articles are in one order, and how much oftener than by chance; and what to
//! recommend beside an article. What must never happen here: a rule made of a handful of orders.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::math::real;

/// An article, by its place in a list.
pub type Item = u32;

/// The articles of orders, one order behind the other; an article counts once in an order.
#[derive(Clone, Debug, Default)]
pub struct Orders {
    items: Vec<Item>,
    /// Where each order ends.
    ends: Vec<usize>,
}

impl Orders {
    /// One more article of the order that is being told.
    pub fn add(&mut self, item: Item) {
        self.items.push(item);
    }

    /// That order is told; one of nothing is none.
    pub fn close(&mut self) {
        let from = self.ends.last().copied().unwrap_or(0);
        self.items[from..].sort_unstable();
        let mut kept = from;
        for place in from..self.items.len() {
            if kept == from || self.items[place] != self.items[kept - 1] {
                self.items[kept] = self.items[place];
                kept += 1;
            }
        }
        self.items.truncate(kept);
        if kept > from {
            self.ends.push(kept);
        }
    }

    /// How many orders there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Each order, its articles in order.
    fn iter(&self) -> impl Iterator<Item = &[Item]> {
        let mut from = 0;
        self.ends.iter().map(move |end| {
            let order = &self.items[from..*end];
            from = *end;
            order
        })
    }

    /// The same with these articles alone.
    fn only(&self, kept: &BTreeMap<Item, usize>) -> Self {
        let mut orders = Self::default();
        for order in self.iter() {
            order.iter().filter(|item| kept.contains_key(item)).for_each(|item| orders.add(*item));
            orders.close();
        }
        orders
    }
}

impl FromIterator<Vec<Item>> for Orders {
    fn from_iter<I: IntoIterator<Item = Vec<Item>>>(all: I) -> Self {
        let mut orders = Self::default();
        for order in all {
            orders.items.extend(order);
            orders.close();
        }
        orders
    }
}

/// Sets of articles that are in enough orders, each set in order, with the number of orders.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Frequent {
    /// Orders that were looked at.
    pub orders: usize,
    /// Single articles.
    pub items: BTreeMap<Item, usize>,
    /// Two of them.
    pub pairs: BTreeMap<[Item; 2], usize>,
    /// Three of them.
    pub triples: BTreeMap<[Item; 3], usize>,
}

/// Who has these buys that as well.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// One article or two.
    pub given: Vec<Item>,
    /// What is bought as well.
    pub then: Item,
    /// Orders with all of them.
    pub orders: usize,
    /// Share of all orders that have all of them.
    pub support: f64,
    /// Share of the orders with what is given that have the other as well.
    pub confidence: f64,
    /// How many times oftener than if they had nothing to do with each other.
    pub lift: f64,
}

impl Frequent {
    /// Articles and pairs in at least `least` of the orders, triples in at least `least_of_triples`, which are many where they may be
    /// seldom.
    #[must_use]
    pub fn of(orders: &Orders, least: usize, least_of_triples: usize) -> Self {
        let (least, least_of_triples) = (least.max(1), least_of_triples.max(least).max(1));
        let mut counted: HashMap<Item, usize> = HashMap::new();
        for item in &orders.items {
            *counted.entry(*item).or_default() += 1;
        }
        let items = enough(counted, least);
        // Only what is frequent by itself can be so with another.
        let kept = orders.only(&items);
        let pairs = enough(count_pairs(&kept), least);
        let often = pairs.iter().filter(|(_, orders)| **orders >= least_of_triples).map(|(pair, _)| *pair).collect();
        let triples = enough(count_triples(&kept, &often), least_of_triples);
        Self { orders: orders.len(), items, pairs, triples }
    }

    fn count(&self, set: &[Item]) -> Option<usize> {
        match *set {
            [one] => self.items.get(&one).copied(),
            [one, other] => self.pairs.get(&[one, other]).copied(),
            [one, other, third] => self.triples.get(&[one, other, third]).copied(),
            _ => None,
        }
    }

    fn rule(&self, given: Vec<Item>, then: Item, orders: usize) -> Option<Rule> {
        let all = real(self.orders);
        let confidence = real(orders) / real(self.count(&given)?);
        let lift = confidence * all / real(self.count(&[then])?);
        Some(Rule { given, then, orders, support: real(orders) / all, confidence, lift })
    }

    /// Every rule that leads from one article or two to another one.
    #[must_use]
    pub fn rules(&self) -> Vec<Rule> {
        let pairs = self.pairs.iter().map(|(set, orders)| (set.to_vec(), *orders));
        let sets = pairs.chain(self.triples.iter().map(|(set, orders)| (set.to_vec(), *orders)));
        let rules_of = |(set, orders): (Vec<Item>, usize)| {
            let rule = |then: &Item| {
                let given = set.iter().copied().filter(|item| item != then).collect();
                self.rule(given, *then, orders)
            };
            set.iter().filter_map(rule).collect::<Vec<_>>()
        };
        sets.flat_map(rules_of).collect()
    }

    /// What to recommend beside an article, the best first: what is in its orders oftener than by chance, by how much oftener and in
    /// how many.
    #[must_use]
    pub fn beside(&self, item: Item) -> Vec<Rule> {
        let others = self.pairs.iter().filter_map(|([one, other], orders)| {
            let then = if *one == item { *other } else { *one };
            if *one == item || *other == item { self.rule(vec![item], then, *orders) } else { None }
        });
        let mut rules: Vec<Rule> = others.filter(|rule| rule.lift > 1.0).collect();
        rules.sort_by(|one, other| other.score().total_cmp(&one.score()).then(one.then.cmp(&other.then)));
        rules
    }
}

impl Rule {
    /// How good a recommendation is, from 0 to 1: the share of orders that follow the rule, less those that would by chance.
    #[must_use]
    pub fn score(&self) -> f64 {
        (self.confidence * (1.0 - 1.0 / self.lift)).max(0.0)
    }
}

fn enough<K: Ord>(counted: HashMap<K, usize>, least: usize) -> BTreeMap<K, usize> {
    counted.into_iter().filter(|(_, count)| *count >= least).collect()
}

fn count_pairs(orders: &Orders) -> HashMap<[Item; 2], usize> {
    let mut counted = HashMap::new();
    for order in orders.iter() {
        for (place, one) in order.iter().enumerate() {
            for other in &order[place + 1..] {
                *counted.entry([*one, *other]).or_default() += 1;
            }
        }
    }
    counted
}

/// Only what has three frequent pairs can be frequent.
fn count_triples(orders: &Orders, pairs: &HashSet<[Item; 2]>) -> HashMap<[Item; 3], usize> {
    let mut counted = HashMap::new();
    for order in orders.iter() {
        for (place, one) in order.iter().enumerate() {
            let later = order[place + 1..].iter().copied();
            let others: Vec<Item> = later.filter(|other| pairs.contains(&[*one, *other])).collect();
            for (place, other) in others.iter().enumerate() {
                for third in &others[place + 1..] {
                    if pairs.contains(&[*other, *third]) {
                        *counted.entry([*one, *other, *third]).or_default() += 1;
                    }
                }
            }
        }
    }
    counted
}

#[cfg(test)]
mod tests {
    use super::{Frequent, Item, Orders, Rule};
    use crate::math::{Dice, whole};

    /// The example of mlxtend's manual: 0 apple, 1 corn, 2 dill, 3 eggs, 4 ice cream, 5 kidney beans, 6 milk, 7 nutmeg, 8 onion,
    /// 9 unicorn, 10 yogurt.
    fn manual() -> Orders {
        let orders = vec![
            vec![6, 8, 7, 5, 3, 10],
            vec![2, 8, 7, 5, 3, 10],
            vec![6, 0, 5, 3],
            vec![6, 9, 1, 5, 10],
            vec![1, 8, 8, 5, 4, 3],
        ];
        orders.into_iter().collect()
    }

    #[test]
    fn it_is_as_in_mlxtends_manual() {
        let found = Frequent::of(&manual(), 3, 3);
        assert_eq!(found.items.into_iter().collect::<Vec<_>>(), [(3, 4), (5, 5), (6, 3), (8, 3), (10, 3)]);
        let pairs: Vec<_> = found.pairs.into_iter().collect();
        assert_eq!(pairs, [([3, 5], 4), ([3, 8], 3), ([5, 6], 3), ([5, 8], 3), ([5, 10], 3)]);
        assert_eq!(found.triples.into_iter().collect::<Vec<_>>(), [([3, 5, 8], 3)]);
        let rules = Frequent::of(&manual(), 3, 3).rules();
        let onion = rules.iter().find(|rule| rule.given == [8] && rule.then == 3).expect("a rule");
        let Rule { support, confidence, lift, .. } = onion;
        assert_eq!(format!("{support:.6} {confidence:.6} {lift:.6}"), "0.600000 1.000000 1.250000");
    }

    fn made_up() -> Orders {
        let mut dice = Dice::new(7);
        let mut number = |end: f64| u32::try_from(whole(dice.share() * end)).expect("a small number");
        let order = |_| {
            let first = number(5.0) * 4;
            let near: Vec<Item> = (0..4).filter(|_| number(10.0) < 6).map(|place| first + place).collect();
            let far: Vec<Item> = (0..3).map(|_| number(40.0)).collect();
            [near, far].concat()
        };
        (0..500).map(order).collect()
    }

    #[test]
    fn it_finds_what_mlxtend_finds_in_five_hundred_orders() {
        let found = Frequent::of(&made_up(), 10, 10);
        assert_eq!([found.items.len(), found.pairs.len(), found.triples.len()], [40, 147, 20]);
        let [items, pairs, triples]: [usize; 3] =
            [found.items.values().sum(), found.pairs.values().sum(), found.triples.values().sum()];
        assert_eq!([items, pairs, triples], [2571, 2659, 517]);
        let rules = found.rules();
        for (given, count, lift, confidence) in
            [(1, 294, "375.431895", "63.531318"), (2, 60, "201.153742", "36.888452")]
        {
            let of = || rules.iter().filter(|rule| rule.given.len() == given);
            assert_eq!(of().count(), count);
            let sums = [of().map(|rule| rule.lift).sum::<f64>(), of().map(|rule| rule.confidence).sum()];
            assert_eq!(sums.map(|sum| format!("{sum:.6}")), [lift, confidence]);
        }
        let best = rules.iter().max_by(|one, other| one.lift.total_cmp(&other.lift)).expect("a rule");
        assert_eq!(
            (best.given.as_slice(), best.then, format!("{:.6}", best.lift)),
            ([14, 15].as_slice(), 12, "4.109226".to_owned())
        );
    }

    #[test]
    fn what_is_recommended_is_bought_together_oftener_than_by_chance() {
        let found = Frequent::of(&made_up(), 10, 10);
        let beside: Vec<Item> = found.beside(5).iter().map(|rule| rule.then).collect();
        assert_eq!(beside[..3], [4, 6, 7], "{beside:?}");
        assert!(found.beside(4_000).is_empty());
    }
}
