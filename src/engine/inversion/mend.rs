//! Which coalitions of a table are worth a better answer: those whose errors count in the Shapley values.
//!
//! What is stated of a contribution is a weighted sum of the errors of all coalitions, and most weigh little: of eleven players, one in
//! which two are free has a weight of 1/495 or 1/110. So errors are made smaller in the order of what they come to, until the sum
//! of what is left is small enough; a threshold for every coalition by itself would mend dozens of times as many.

use crate::shapley::{Faces, joining_weights};

/// What the errors of a table's sets of players come to in the Shapley value of each, the player with the lowest bit first; with errors
/// made better by `better`, if it can, as long as one of these sums is larger than `close_enough`, or than the share of it that the
/// table's sets have in that player's value. Sets are asked for by their places in the table.
pub(super) fn mended(
    errors: &mut [f64],
    faces: &Faces,
    close_enough: f64,
    mut better: impl FnMut(usize) -> Option<f64>,
) -> Vec<f64> {
    let mut sums = faces.sums_of_errors(errors);
    // All weights of a player's sum are 2 together.
    let shares: Vec<f64> = if faces.are_all() {
        vec![close_enough; sums.len()]
    } else {
        faces.sums_of_errors(&vec![0.5 * close_enough; errors.len()])
    };
    let is_close = |sums: &[f64]| sums.iter().zip(&shares).all(|(sum, share)| sum <= share);
    if is_close(&sums) {
        return sums;
    }
    let sets = faces.sets();
    let weights = Weights(joining_weights(sums.len()));
    // Errors of half as much are close enough whatever their number.
    let is_rough = |&(_, &error): &(usize, &f64)| error > 0.5 * close_enough;
    let mut rough: Vec<(f64, usize)> = errors
        .iter()
        .enumerate()
        .filter(is_rough)
        .map(|(place, error)| (error * weights.of(sets[place], true).max(weights.of(sets[place], false)), place))
        .collect();
    rough.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (_, place) in rough {
        let Some(error) = better(place) else { continue };
        let (gained, set) = (errors[place] - error, sets[place]);
        errors[place] = error;
        for (player, sum) in sums.iter_mut().enumerate() {
            *sum -= gained * weights.of(set, set >> player & 1 == 1);
        }
        if is_close(&sums) {
            break;
        }
    }
    sums
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
        let sums = mended(&mut left, &Faces::all(6), 0.015, |set| {
            asked.push(set);
            Some(0.0)
        });
        assert!(sums.iter().all(|&sum| sum <= 0.015 + 1e-12), "{sums:?}");
        for (sum, expected) in sums.iter().zip(Faces::all(6).sums_of_errors(&left)) {
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
        mended(&mut left, &Faces::all(6), 1.0, |_| unreachable!("all are close enough"));
        let sums = mended(&mut left, &Faces::all(6), 1e-9, |_| None);
        assert_eq!((left, sums), (errors(), Faces::all(6).sums_of_errors(&errors())));
    }

    #[test]
    fn parts_of_a_game_are_together_as_close_as_is_enough() {
        let fixed = 0b100100;
        let parts = [Faces::new(6, fixed, vec![0b100]), Faces::new(6, fixed, vec![0, 0b100000, 0b100100])];
        let mut sums = vec![0.0; 6];
        let mut asked = 0;
        for part in &parts {
            let mut left: Vec<f64> = part.sets().into_iter().map(|set| errors()[set]).collect();
            let of_part = mended(&mut left, part, 0.015, |_| {
                asked += 1;
                Some(0.0)
            });
            sums.iter_mut().zip(of_part).for_each(|(sum, of_part)| *sum += of_part);
        }
        assert!(sums.iter().all(|&sum| sum <= 0.015 + 1e-12), "{sums:?}");
        assert!((1..60).contains(&asked), "{asked}");
    }
}
