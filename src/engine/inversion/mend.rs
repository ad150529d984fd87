//! Which coalitions of a table are worth a better answer: those whose errors count in the Shapley values.
//!
//! What is stated of a contribution is a weighted sum of the errors of all coalitions, and most weigh little: of eleven players, one in
//! which two are free has a weight of 1/495 or 1/110. So errors are made smaller in the order of what they come to, until the sum
//! of what is left is small enough; a threshold for every coalition by itself would mend dozens of times as many.

use crate::shapley::{joining_weights, sums_of_table};

/// What the errors of all sets of players come to in the Shapley value of each, the player with the lowest bit first; with errors
/// made better by `better`, if it can, as long as one of these sums is larger than `close_enough`.
pub(super) fn mended(errors: &mut [f64], close_enough: f64, mut better: impl FnMut(usize) -> Option<f64>) -> Vec<f64> {
    let mut sums = sums_of_table(errors);
    if is_close(&sums, close_enough) {
        return sums;
    }
    let players = sums.len();
    let weights = Weights(joining_weights(players));
    // All weights of a player's sum are 2 together: errors of half as much are close enough whatever their number.
    let is_rough = |&(_, &error): &(usize, &f64)| error > 0.5 * close_enough;
    let mut rough: Vec<(f64, usize)> = errors
        .iter()
        .enumerate()
        .filter(is_rough)
        .map(|(set, error)| (error * weights.of(set, true).max(weights.of(set, false)), set))
        .collect();
    rough.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (_, set) in rough {
        let Some(error) = better(set) else { continue };
        let gained = errors[set] - error;
        errors[set] = error;
        for (player, sum) in sums.iter_mut().enumerate() {
            *sum -= gained * weights.of(set, set >> player & 1 == 1);
        }
        if is_close(&sums, close_enough) {
            break;
        }
    }
    sums
}

fn is_close(sums: &[f64], close_enough: f64) -> bool {
    sums.iter().all(|&sum| sum <= close_enough)
}

/// How often a player joins a set of others, by its size.
struct Weights(Vec<f64>);

impl Weights {
    /// What a set's value weighs in the Shapley value of a player who is, or is not, in it.
    fn of(&self, set: usize, is_member: bool) -> f64 {
        let size = set.count_ones() as usize;
        self.0.get(if is_member { size.wrapping_sub(1) } else { size }).copied().unwrap_or(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors() -> Vec<f64> {
        (0..64).map(|set: u64| ((set * 37 + 11) % 23) as f64 * 1e-3).collect()
    }

    #[test]
    fn errors_are_mended_until_no_contribution_is_off_by_more() {
        let mut left = errors();
        let mut asked = Vec::new();
        let sums = mended(&mut left, 0.015, |set| {
            asked.push(set);
            Some(0.0)
        });
        assert!(sums.iter().all(|&sum| sum <= 0.015 + 1e-12), "{sums:?}");
        for (sum, expected) in sums.iter().zip(sums_of_table(&left)) {
            assert!((sum - expected).abs() < 1e-12, "{sum}, {expected}");
        }
        // Not all, and none twice.
        assert!((1..40).contains(&asked.len()), "{asked:?}");
        let count = asked.len();
        asked.sort_unstable();
        asked.dedup();
        assert_eq!(asked.len(), count);
    }

    #[test]
    fn what_is_close_enough_or_cannot_be_mended_is_left() {
        let mut left = errors();
        mended(&mut left, 1.0, |_| unreachable!("all are close enough"));
        let sums = mended(&mut left, 1e-9, |_| None);
        assert_eq!((left, sums), (errors(), sums_of_table(&errors())));
    }
}
