//! How unusual a value is, in nats, where ranks among the training rows end.
//!
//! The score of a value is −ln of a tail probability, which n rows tell down to 1/n: everything outside of what was seen has the same
//! score, however far out. And just outside is no evidence by itself: one row in n is. So
//!
//! - a score is at most what a normal tail gives at as many standard deviations: a value a little below the smallest of a skewed column is
//!   outside of all that was seen, and hardly unusual; and
//! - beyond what was seen it grows with the distance, as a tail of P(|X − median| > x) ∝ 1/x does: by ln(x / furthest seen). That is heavier
//!   than any tail with a mean, so that it claims little; it tells apart what the ceiling makes equal.

use crate::error::Result;
use crate::noise::NoiseDistribution;
use crate::score::ItScore;

/// How unusual `x` is, in nats; `floor` is the smallest tail probability that the training rows tell from 0. A distribution that is a
/// formula has its own tails and needs neither bound nor growth.
pub(super) fn nats(distribution: &NoiseDistribution, x: f64, floor: f64) -> Result<f64> {
    let by_rank = nats_of_tail(distribution.two_sided_tail(x), floor)?;
    let (Some((smallest, largest)), spread) = (distribution.seen(), distribution.std_dev()) else { return Ok(by_rank) };
    let (median, mean) = (distribution.median(), distribution.mean());
    let bounded = if spread > 0.0 { by_rank.min(normal_nats((x - mean).abs() / spread)) } else { by_rank };
    let (furthest, distance) = ((largest - median).max(median - smallest), (x - median).abs());
    // Of a constant nothing says how far is far.
    let beyond = if furthest > 0.0 { (distance / furthest).max(1.0).ln() } else { 0.0 };
    Ok(bounded + beyond)
}

/// Like [`ItScore`], in nats.
pub(super) fn nats_of_tail(tail: f64, floor: f64) -> Result<f64> {
    Ok(ItScore::from_tail_probability(tail, floor)?.nats())
}

/// −ln P(|Z| ≥ z) for a standard normal Z.
fn normal_nats(z: f64) -> f64 {
    -NoiseDistribution::normal(0.0, 1.0).map_or(f64::NEG_INFINITY, |normal| normal.log_two_sided_tail(z))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 1 … 100 squared: skewed, with its smallest value near the median.
    fn skewed() -> NoiseDistribution {
        NoiseDistribution::empirical(&(1..=100).map(|value| f64::from(value * value)).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn just_below_the_smallest_is_hardly_unusual() {
        let z = (skewed().mean() - 0.0) / skewed().std_dev();
        let score = nats(&skewed(), 0.0, 0.005).unwrap();
        assert!((score - normal_nats(z)).abs() < 1e-12 && score < 2.0, "{score}");
        assert!(nats_of_tail(skewed().two_sided_tail(0.0), 0.005).unwrap() > 5.0);
    }

    #[test]
    fn beyond_what_was_seen_it_grows_with_the_distance() {
        let (median, furthest) = (skewed().median(), 10_000.0 - skewed().median());
        let at = |times: f64| nats(&skewed(), median + times * furthest, 0.005).unwrap();
        let ceiling = nats_of_tail(0.0, 0.005).unwrap();
        assert!((at(10.0) - (ceiling + 10_f64.ln())).abs() < 1e-9);
        assert!((at(100.0) - at(10.0) - 10_f64.ln()).abs() < 1e-9);
    }

    #[test]
    fn a_formula_has_its_own_tails() {
        let exponential = NoiseDistribution::exponential(1.0).unwrap();
        let expected = nats_of_tail(exponential.two_sided_tail(12.0), 1e-9).unwrap();
        assert_eq!(nats(&exponential, 12.0, 1e-9).unwrap(), expected);
    }

    #[test]
    fn a_constant_that_moved_is_at_the_ceiling() {
        let constant = NoiseDistribution::empirical(&[2.0; 50]).unwrap();
        assert_eq!(nats(&constant, 2.0, 0.01).unwrap(), 0.0);
        assert_eq!(nats(&constant, 7.0, 0.01).unwrap(), nats_of_tail(0.0, 0.01).unwrap());
    }
}
