use jiff::civil::{Date, date};

use super::course::Course;
use super::{Band, Calendar, Candidate, Step, Sum, after, forecast, outcome};
use crate::math::{Dice, mean, whole};

/// Passengers of airlines by month, 1949 to 1960, in thousands: Box and Jenkins' series G.
const PASSENGERS: [f64; 144] = [
    112., 118., 132., 129., 121., 135., 148., 148., 136., 119., 104., 118., 115., 126., 141., 135., 125., 149., 170.,
    170., 158., 133., 114., 140., 145., 150., 178., 163., 172., 178., 199., 199., 184., 162., 146., 166., 171., 180.,
    193., 181., 183., 218., 230., 242., 209., 191., 172., 194., 196., 196., 236., 235., 229., 243., 264., 272., 237.,
    211., 180., 201., 204., 188., 235., 227., 234., 264., 302., 293., 259., 229., 203., 229., 242., 233., 267., 269.,
    270., 315., 364., 347., 312., 274., 237., 278., 284., 277., 317., 313., 318., 374., 413., 405., 355., 306., 271.,
    306., 315., 301., 356., 348., 355., 422., 465., 467., 404., 347., 305., 336., 340., 318., 362., 348., 363., 435.,
    491., 505., 404., 359., 310., 337., 360., 342., 406., 396., 420., 472., 548., 559., 463., 407., 362., 405., 417.,
    391., 419., 461., 472., 535., 622., 606., 508., 461., 390., 432.,
];

/// Mean of the absolute errors as shares of the values.
fn mape(expected: &[f64], actual: &[f64]) -> f64 {
    let shares: Vec<f64> = expected.iter().zip(actual).map(|(told, was)| ((told - was) / was).abs()).collect();
    mean(&shares)
}

#[test]
fn two_years_of_passengers_are_foretold() {
    let (known, later) = PASSENGERS.split_at(120);
    let (course, ahead) = (Course::plain(12, known), Course::marks_from(12, 120, 24));
    let found = outcome(&course, &ahead).expect("a forecast");
    let told: Vec<f64> = found.bands.iter().map(|band| band.value).collect();
    let naive = Candidate::SeasonalNaive.predict(&course, &ahead).expect("a forecast");
    // Holt and Winters' multiplicative smoothing is at about 5 % here, the same month of the last year again at 15.5 %.
    assert_eq!(found.model, "mstl-ets-log");
    assert!(mape(&told, later) < 0.05, "{}", mape(&told, later));
    assert!((mape(&naive, later) - 0.155).abs() < 0.001, "{}", mape(&naive, later));
    let within = found.bands.iter().zip(later).filter(|(band, was)| (band.lower_95..=band.upper_95).contains(*was));
    assert!(within.count() >= 22, "of 24");

    let measures = found.measures.expect("measures");
    assert!(measures.r2.is_some_and(|share| share > 0.9), "{measures:?}");
    for (nominal, coverage) in [(0.8, measures.coverage_80), (0.95, measures.coverage_95)] {
        let (_, low, high) = coverage.expect("a coverage");
        assert!((low..=high).contains(&nominal), "{measures:?}");
    }
}

fn two_months() -> Vec<(Date, f64, f64)> {
    let file = include_str!("../../fixtures/two-months.csv");
    let rows = file.lines().skip(1).map(|line| {
        let parts: Vec<&str> = line.split(',').collect();
        let number = |place: usize| parts[place].parse::<f64>().expect("a number");
        (parts[0].parse().expect("a day"), number(1), number(2))
    });
    rows.collect()
}

fn sums(rows: &[(Date, f64, f64)], until: Date, value: impl Fn(&(Date, f64, f64)) -> f64) -> Vec<Sum> {
    let known = rows.iter().filter(|row| row.0 <= until);
    known.map(|row| Sum { day: row.0, value: value(row) }).collect()
}

/// The absolute errors over all that the days brought.
fn wape(told: impl Iterator<Item = (f64, f64)>) -> f64 {
    let (wrong, all) = told.fold((0.0, 0.0), |(wrong, all), (told, was)| (wrong + (told - was).abs(), all + was));
    wrong / all
}

#[test]
fn the_real_weeks_are_foretold_better_than_by_the_week_before() {
    type Row = (Date, f64, f64);
    let rows = two_months();
    for (value, at_most) in [((|row| row.1) as fn(&Row) -> f64, 0.7), (|row| row.2, 0.8)] {
        let (mut wrong, mut naive) = (0.0, 0.0);
        for back in 7..21 {
            let last = after(date(2011, 1, 31), -back);
            let was = |day: Date| rows.iter().find(|row| row.0 == day).map_or(0.0, value);
            let found = forecast(&sums(&rows, last, value), last, 7, Calendar::England, Step::Day);
            assert_eq!(found.model, "middle", "too few days to choose by");
            wrong += wape(found.predictions.iter().map(|told| (told.band.value, was(told.day))));
            // The same weekday of the last week on which it was open.
            let same =
                |day: Date| (1..5).map(|weeks| was(after(day, -7 * weeks))).find(|value| *value != 0.0).unwrap_or(0.0);
            naive += wape((1..=7).map(|day| after(last, day)).map(|day| (same(day), was(day))));
        }
        assert!(wrong < at_most * naive, "{wrong} against {naive}");
    }
}

#[test]
fn closed_days_are_learned_and_are_no_zeros() {
    let rows = two_months();
    let last = date(2011, 1, 31);
    let found = forecast(&sums(&rows, last, |row| row.1), last, 90, Calendar::England, Step::Day);
    let closed = |day: Date| found.predictions.iter().find(|told| told.day == day).is_some_and(|told| told.closed);
    // Saturdays, and holidays like those at the year's end; nobody has told the program of either.
    assert!(closed(date(2011, 2, 5)) && closed(date(2011, 4, 23)));
    assert!(closed(date(2011, 4, 22)) && closed(date(2011, 4, 25)));
    assert!(!closed(date(2011, 2, 6)) && !closed(date(2011, 2, 7)));
    assert_eq!(found.predictions.len(), 90);
    let lowest =
        found.predictions.iter().filter(|told| !told.closed).map(|told| told.band.value).fold(f64::MAX, f64::min);
    assert!(lowest > 2_000.0, "no day of sale is like a closed one: {lowest}");
    let year_end = forecast(&sums(&rows, last, |row| row.1), last, 333, Calendar::England, Step::Day);
    assert!(year_end.predictions.iter().rev().take(5).all(|told| told.closed), "the break comes again");
}

/// Two years of days with a weekly and a yearly rhythm, a trend and noise, closed on Sundays.
fn made_up(seed: u64, days: i64) -> Vec<Sum> {
    let mut dice = Dice::new(seed);
    let first = date(2024, 1, 1);
    let day = |place: i64| after(first, place);
    let value = |day: Date, noise: f64| {
        let weekday = f64::from(day.weekday().to_monday_zero_offset());
        let year = (f64::from(day.day_of_year()) / 365.25 * std::f64::consts::TAU).sin();
        let grown = f64::from((day - first).get_days()) * 0.2;
        if weekday > 5.5 { 0.0 } else { (200.0 + 20.0 * weekday + 40.0 * year + grown) * (0.8 + 0.4 * noise) }
    };
    (0..days).map(|place| Sum { day: day(place), value: value(day(place), dice.share()) }).collect()
}

#[test]
fn bands_hold_as_many_days_as_they_say() {
    let (mut within_80, mut within_95, mut days) = (0, 0, 0);
    for seed in 0..6 {
        let all = made_up(seed, 520);
        let found = forecast(&all[..480], all[479].day, 40, Calendar::Unknown, Step::Day);
        let open = found.predictions.iter().zip(&all[480..]).filter(|(told, _)| !told.closed);
        for (told, was) in open {
            days += 1;
            within_80 += i32::from((told.band.lower_80..=told.band.upper_80).contains(&was.value));
            within_95 += i32::from((told.band.lower_95..=told.band.upper_95).contains(&was.value));
        }
    }
    assert!((0.72..=0.9).contains(&(f64::from(within_80) / f64::from(days))), "{within_80} of {days}");
    assert!((0.9..=0.99).contains(&(f64::from(within_95) / f64::from(days))), "{within_95} of {days}");
}

#[test]
fn a_strange_day_does_not_bend_the_forecast() {
    let calm = made_up(3, 200);
    let mut wild = calm.clone();
    wild[190].value *= 40.0;
    let last = calm[199].day;
    let total = |sums: &[Sum]| -> f64 {
        forecast(sums, last, 30, Calendar::Unknown, Step::Day).predictions.iter().map(|told| told.band.value).sum()
    };
    let (calm, wild) = (total(&calm), total(&wild));
    assert!((wild / calm - 1.0).abs() < 0.05, "{wild} against {calm}");
}

#[test]
fn of_a_few_days_it_is_their_mean_with_their_range() {
    let sums: Vec<Sum> = (0..27)
        .map(|day| Sum { day: after(date(2026, 1, 1), day), value: if day % 2 == 0 { 10.0 } else { 20.0 } })
        .collect();
    let found = forecast(&sums, date(2026, 1, 27), 7, Calendar::Argentina, Step::Day);
    assert_eq!((found.model, found.measures, found.days), ("mean", None, 27));
    let band = found.predictions[6].band;
    assert!((band.value - 14.815).abs() < 0.001 && band.upper_95 - band.lower_95 > 9.9, "{band:?}");
    let nothing = forecast(&[], date(2026, 1, 27), 7, Calendar::Argentina, Step::Day);
    assert_eq!((nothing.predictions.len(), nothing.predictions[0].band.value), (7, 0.0));
}

#[test]
fn the_same_days_always_give_the_same_forecast() {
    let sums = made_up(5, 120);
    let again = || forecast(&sums, sums[119].day, 30, Calendar::Argentina, Step::Day);
    assert_eq!(again(), again());
}

#[test]
fn nothing_that_a_shop_may_have_sold_ends_it() {
    let first = date(2025, 1, 1);
    for seed in 0..30 {
        let mut dice = Dice::new(seed);
        let count = 1 + dice.below(150);
        let (seldom, size) = (dice.share(), 10.0_f64.powf(8.0 * dice.share() - 2.0));
        let mut value = || if dice.share() < seldom { 0.0 } else { size * (dice.share() - 0.05) };
        let sums: Vec<Sum> = (0_i64..).take(count).map(|day| Sum { day: after(first, day), value: value() }).collect();
        let found = forecast(&sums, after(first, 150), 30, Calendar::Argentina, Step::Day);
        assert_eq!(found.predictions.len(), 30, "seed {seed}");
        for told in found.predictions {
            let Band { value, lower_80, upper_80, lower_95, upper_95 } = told.band;
            assert!(
                [0.0, lower_95, lower_80, value, upper_80, upper_95].is_sorted() && upper_95.is_finite(),
                "seed {seed}: {told:?}"
            );
        }
    }
}

#[test]
fn weeks_and_months_hold_as_many_as_their_bands_say_and_are_narrower_than_their_days_together() {
    let (mut within, mut weeks) = (0, 0);
    for seed in 0..6 {
        let all = made_up(seed, 560);
        let (known, last) = (&all[..480], all[479].day);
        let days = forecast(known, last, 80, Calendar::Unknown, Step::Day);
        let found = forecast(known, last, 80, Calendar::Unknown, Step::Week);
        assert!(found.predictions.iter().all(|week| Step::Week.first(week.day) == week.day));
        for week in &found.predictions {
            let of = |day: Date| Step::Week.first(day) == week.day;
            let was: f64 = all.iter().filter(|sum| of(sum.day)).map(|sum| sum.value).sum();
            let apart: f64 =
                days.predictions.iter().filter(|day| of(day.day)).map(|day| day.band.upper_80 - day.band.value).sum();
            assert!(week.band.upper_80 - week.band.value < apart, "{week:?} of days {apart} apart");
            weeks += 1;
            within += i32::from((week.band.lower_80..=week.band.upper_80).contains(&was));
        }
    }
    let share = f64::from(within) / f64::from(weeks);
    assert!(weeks > 50 && (0.65..=0.97).contains(&share), "{within} of {weeks}");
}

#[test]
fn a_month_that_has_begun_is_what_came_and_what_is_to_come() {
    let sums: Vec<Sum> = (0..130).map(|day| Sum { day: after(date(2026, 1, 1), day), value: 10.0 }).collect();
    // The tenth of May is the last day that is known.
    let found = forecast(&sums, date(2026, 5, 10), 60, Calendar::Unknown, Step::Month);
    let months: Vec<(Date, usize)> =
        found.predictions.iter().map(|month| (month.day, whole(month.band.value.round()))).collect();
    assert_eq!(months, [(date(2026, 5, 1), 310), (date(2026, 6, 1), 300)], "July is not told to its end");
    let few = forecast(&sums[120..], date(2026, 5, 10), 30, Calendar::Unknown, Step::Week);
    let weeks: Vec<(Date, f64)> = few.predictions.iter().map(|week| (week.day, week.band.value)).collect();
    assert_eq!((few.model, weeks[0]), ("mean", (date(2026, 5, 11), 70.0)));
}
