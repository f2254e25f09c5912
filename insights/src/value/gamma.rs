//! Two functions of the books: the logarithm of the gamma function, and Gauss' hypergeometric function where the models need it.

/// The logarithm of the gamma function of a positive number, by the C library's own method.
pub(super) fn ln_gamma(value: f64) -> f64 {
    libm::lgamma(value)
}

/// Gauss' hypergeometric function 2F1(a, b; c; z) for 0 <= z < 1, by its series. Near 1 the series needs many terms, so the
/// argument is moved away from it by Euler's transformation where that shrinks the parameters.
pub(super) fn hypergeometric(a: f64, b: f64, c: f64, z: f64) -> f64 {
    // F(a, b; c; z) = (1 - z)^(c - a - b) F(c - a, c - b; c; z)
    if (c - a).abs() + (c - b).abs() < a.abs() + b.abs() {
        return (1.0 - z).powf(c - a - b) * series(c - a, c - b, c, z);
    }
    series(a, b, c, z)
}

fn series(a: f64, b: f64, c: f64, z: f64) -> f64 {
    const TERMS: u32 = 100_000;
    let (mut sum, mut term) = (1.0, 1.0);
    for place in 0..TERMS {
        let place = f64::from(place);
        term *= (a + place) * (b + place) / ((c + place) * (place + 1.0)) * z;
        sum += term;
        if f64::abs(term) <= 1e-14 * f64::abs(sum) {
            break;
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use std::f64::consts::{LN_2, PI};

    use super::{hypergeometric, ln_gamma};

    #[test]
    fn they_are_as_in_the_books() {
        assert!((ln_gamma(0.5) - PI.sqrt().ln()).abs() < 1e-14);
        assert!((ln_gamma(11.0) - 3_628_800_f64.ln()).abs() < 1e-12);
        // Abramowitz and Stegun 15.1.3, 15.1.8 and 15.1.7.
        assert!((hypergeometric(1.0, 1.0, 2.0, 0.5) - 2.0 * LN_2).abs() < 1e-12);
        assert!((hypergeometric(2.5, 3.0, 3.0, 0.75) - 0.25_f64.powf(-2.5)).abs() < 1e-9);
        assert!((hypergeometric(0.5, 0.5, 1.5, 0.64) - 0.8_f64.asin() / 0.8).abs() < 1e-12);
    }
}
