//! Whether a group has more of something than the rest.

use statrs::function::gamma::ln_gamma;

/// Terms below this part of the sum before them change none of its digits.
const NEGLIGIBLE: f64 = 1e-17;

/// The probability that of `drawn` things, drawn at random from `all` of which `marked` are marked, at least `hits` are marked: the one-sided
/// exact test of R. A. Fisher (*The Design of Experiments*, 1935) of whether a group has more of something than the rest. At most 1 where `hits` is
/// not above what is expected, of which nothing more is computed.
///
/// Costs some √drawn terms; its relative error is that of logarithms of factorials, 1e-6 for counts of 10⁸.
pub(crate) fn at_least_so_many(hits: u64, drawn: u64, marked: u64, all: u64) -> f64 {
    let (x, n, m, total) = (hits as f64, drawn as f64, marked as f64, all as f64);
    if x * total <= n * m {
        return 1.0;
    }
    let most = drawn.min(marked);
    if hits > most || marked > all || drawn > all {
        return 0.0;
    }
    let ln_choose = |n: f64, k: f64| ln_gamma(n + 1.0) - ln_gamma(k + 1.0) - ln_gamma(n - k + 1.0);
    let first = ln_choose(m, x) + ln_choose(total - m, n - x) - ln_choose(total, n);
    // Beyond the mean, terms fall ever faster.
    let (mut term, mut sum, mut k) = (1.0, 1.0, x);
    while k < most as f64 && term > NEGLIGIBLE * sum {
        term *= (m - k) * (n - k) / ((k + 1.0) * (total - m - n + k + 1.0));
        sum += term;
        k += 1.0;
    }
    (first + f64::ln(sum)).exp().min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::normal_tail::ln_normal_survival;

    /// All ways to draw, counted.
    fn counted(hits: u64, drawn: u64, marked: u64, all: u64) -> f64 {
        let choose = |n: u64, k: u64| (0..k).fold(1.0, |ways, i| ways * (n - i) as f64 / (i + 1) as f64);
        let ways = |k: u64| {
            if drawn - k > all - marked { 0.0 } else { choose(marked, k) * choose(all - marked, drawn - k) }
        };
        (hits..=drawn.min(marked)).map(ways).sum::<f64>() / choose(all, drawn)
    }

    #[test]
    fn the_test_is_the_count_of_all_ways_to_draw() {
        for (hits, drawn, marked, all) in [(3, 4, 5, 20), (1, 1, 1, 9), (8, 8, 9, 30), (5, 9, 12, 40), (4, 4, 6, 6)] {
            let (found, right) = (at_least_so_many(hits, drawn, marked, all), counted(hits, drawn, marked, all));
            assert!((found - right).abs() < 1e-11 * right, "{hits} {drawn} {marked} {all}: {found} and {right}");
        }
        assert_eq!(at_least_so_many(2, 10, 20, 100), 1.0);
        assert_eq!(at_least_so_many(0, 0, 5, 10), 1.0);
    }

    #[test]
    fn of_many_it_is_the_tail_of_a_normal_distribution() {
        // Three standard deviations above the mean of a hundred million, with a continuity correction and the first term of Edgeworth's series.
        let (all, marked, drawn): (u64, u64, u64) = (100_000_000, 20_000_000, 10_000_000);
        let (share, part) = (0.2, 0.1);
        let std_dev = (drawn as f64 * share * (1.0 - share) * (1.0 - part)).sqrt();
        let hits = (drawn as f64 * share + 3.0 * std_dev) as u64;
        let z = (hits as f64 - 0.5 - drawn as f64 * share) / std_dev;
        let skewness = (1.0 - 2.0 * share) * (1.0 - 2.0 * part) / std_dev;
        let density = (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt();
        let right = ln_normal_survival(z).exp() + density * skewness / 6.0 * (z * z - 1.0);
        let found = at_least_so_many(hits, drawn, marked, all);
        assert!((found - right).abs() < 1e-5 * right, "{found} and {right}");
    }
}
