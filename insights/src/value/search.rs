//! The lowest point of a function, by Nelder and Mead's simplex. It needs no derivative, and goes the same way every time.

/// Steps at most.
const STEPS: usize = 2_000;
/// Corners whose values are this close are one point.
const CLOSE: f64 = 1e-10;

/// Where `cost` is lowest, looked for from `start` on. A cost that is no number counts as infinite.
pub(super) fn lowest<const N: usize>(start: [f64; N], cost: impl Fn(&[f64; N]) -> f64) -> [f64; N] {
    let priced = |point: [f64; N]| {
        let price = cost(&point);
        (if price.is_nan() { f64::INFINITY } else { price }, point)
    };
    let mut corners = vec![priced(start)];
    for axis in 0..N {
        let mut corner = start;
        corner[axis] += 0.5;
        corners.push(priced(corner));
    }
    for _ in 0..STEPS {
        corners.sort_by(|one, other| one.0.total_cmp(&other.0));
        let (best, worst) = (corners[0], corners[N]);
        if worst.0 - best.0 <= CLOSE * best.0.abs() && worst.0.is_finite() {
            break;
        }
        let middle = middle(&corners[..N]);
        let at = |by: f64| priced(std::array::from_fn(|axis| middle[axis] + by * (worst.1[axis] - middle[axis])));
        let mirrored = at(-1.0);
        corners[N] = if mirrored.0 < best.0 {
            better(mirrored, at(-2.0))
        } else if mirrored.0 < corners[N - 1].0 {
            mirrored
        } else {
            let nearer = if mirrored.0 < worst.0 { at(-0.5) } else { at(0.5) };
            if nearer.0 < worst.0.min(mirrored.0) {
                nearer
            } else {
                for corner in &mut corners[1..] {
                    *corner = priced(std::array::from_fn(|axis| f64::midpoint(corner.1[axis], best.1[axis])));
                }
                continue;
            }
        };
    }
    corners.sort_by(|one, other| one.0.total_cmp(&other.0));
    corners[0].1
}

type Priced<const N: usize> = (f64, [f64; N]);

fn better<const N: usize>(one: Priced<N>, other: Priced<N>) -> Priced<N> {
    if other.0 < one.0 { other } else { one }
}

fn middle<const N: usize>(corners: &[Priced<N>]) -> [f64; N] {
    let count = crate::math::real(corners.len());
    std::array::from_fn(|axis| corners.iter().map(|corner| corner.1[axis]).sum::<f64>() / count)
}

#[cfg(test)]
mod tests {
    use super::lowest;

    #[test]
    fn the_bottom_of_rosenbrocks_valley_is_found() {
        let found = lowest([-1.2, 1.0], |[x, y]| (1.0 - x).powi(2) + 100.0 * (y - x * x).powi(2) + 1.0);
        assert!((found[0] - 1.0).abs() < 1e-3 && (found[1] - 1.0).abs() < 1e-3, "{found:?}");
    }
}
