use super::{Customer, Family, Spending, Visits, lifetime};

/// Customers of CDNOW, an American record shop, who first bought in the first quarter of 1997: until the end of September, with the mean
/// value of their repeat orders, and with the orders of the quarter that followed. Published by Fader and Hardie; taken from the
/// `lifetimes` package (MIT).
pub(crate) fn cdnow() -> Vec<(Customer, f64, f64)> {
    let file = include_str!("../../fixtures/cdnow.csv");
    let rows = file.lines().skip(1).map(|line| {
        let parts: Vec<f64> = line.split(',').map(|part| part.parse().expect("a number")).collect();
        (Customer { repeats: parts[0], last: parts[1] / 7.0, age: parts[2] / 7.0 }, parts[3], parts[4])
    });
    rows.collect()
}

fn close(found: f64, published: f64, share: f64) {
    assert!((found / published - 1.0).abs() <= share, "{found} is not {published}");
}

#[test]
fn the_parameters_are_those_that_fader_and_hardie_published() {
    let customers: Vec<Customer> = cdnow().into_iter().map(|(customer, _, _)| customer).collect();
    assert_eq!(customers.len(), 2357);
    let visits = Visits::fit(Family::AfterRepeats, &customers).expect("a model");
    for (found, published) in [(visits.r, 0.243), (visits.alpha, 4.414), (visits.a, 0.793), (visits.b, 2.426)] {
        close(found, published, 0.005);
    }
    // Their example: two repeat orders, the last after 30.43 of 38.86 weeks, in the next 39 weeks.
    let one = Customer { repeats: 2.0, last: 30.43, age: 38.86 };
    close(visits.expected(&one, 39.0), 1.226, 0.005);
}

#[test]
fn what_orders_bring_is_as_published() {
    let customers: Vec<(f64, f64)> = cdnow().into_iter().map(|(customer, mean, _)| (customer.repeats, mean)).collect();
    let spending = Spending::fit(&customers).expect("a model");
    for (found, published) in [(spending.p, 6.25), (spending.q, 3.74), (spending.v, 15.45)] {
        close(found, published, 0.005);
    }
}

#[test]
fn who_may_leave_after_the_first_order_too_is_as_lifetimes_has_it() {
    let customers: Vec<Customer> = cdnow().into_iter().map(|(customer, _, _)| customer).collect();
    let visits = Visits::fit(Family::AfterAny, &customers).expect("a model");
    for (found, known) in [(visits.r, 0.524_838), (visits.alpha, 6.182_988), (visits.a, 0.891_356), (visits.b, 1.614)] {
        close(found, known, 0.001);
    }
    let one = Customer { repeats: 2.0, last: 30.43, age: 38.86 };
    close(visits.expected(&one, 39.0), 1.262_671, 0.001);
    close(visits.alive(&one), 0.706_126, 0.001);
    let orders = visits.expected(&one, 12.0 * 4.345);
    let value = lifetime(&visits, &one, 20.0, 4.345, 12);
    assert!((0.9..1.0).contains(&(value / (20.0 * orders))), "{value} is a little less than {orders} orders of 20");
}
