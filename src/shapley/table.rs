//! Shapley values of a game whose values are all known.

use super::exact::joining_weights;

/// The Shapley values from the values of all 2ⁿ coalitions, numbered by their bits; the first value is of player 0,
/// who has the lowest bit.
///
/// A coalition S adds w(|S| − 1)·v(S) to the value of each of its members and takes w(|S|)·v(S) from that of everyone
/// else, with w(s) = s!(n − s − 1)!/n!. So φᵢ = Σ_{S ∋ i} (w(|S| − 1) + w(|S|))·v(S) − Σ_S w(|S|)·v(S). The sums over
/// all S with i are found for all i together by adding one half of the table to the other, again and again. Costs O(2ⁿ).
pub(crate) fn values_of_table(table: &[f64]) -> Vec<f64> {
    combined(table, -1.0)
}

/// The averages of which [`values_of_table`] gives the differences, summed: of v(S with i) and of v(S without i). If no value
/// of a game is off by more than the table says, then no player's is by more than this.
pub(crate) fn sums_of_table(table: &[f64]) -> Vec<f64> {
    combined(table, 1.0)
}

/// Σ w(|S|)·(v(S ∪ i) + sign·v(S)) over the S without i, for every player.
fn combined(table: &[f64], sign: f64) -> Vec<f64> {
    let players = table.len().ilog2() as usize;
    let joining = joining_weights(players);
    let weight = |size: usize| joining.get(size).copied().unwrap_or(0.0);
    // By size, what a set's value counts for its members, and for others.
    let weights: Vec<(f64, f64)> =
        (0..=players).map(|size| (weight(size.wrapping_sub(1)) - sign * weight(size), weight(size))).collect();
    let sizes = sizes_of_sets(players);
    let of_others: f64 = table.iter().zip(&sizes).map(|(value, &size)| weights[usize::from(size)].1 * value).sum();
    let mut sums: Vec<f64> =
        table.iter().zip(&sizes).map(|(value, &size)| weights[usize::from(size)].0 * value).collect();
    let mut values = vec![0.0; players];
    for value in values.iter_mut().rev() {
        let half = sums.len() / 2;
        let (without, with) = sums.split_at_mut(half);
        *value = with.iter().sum::<f64>() + sign * of_others;
        without.iter_mut().zip(with).for_each(|(sum, other)| *sum += *other);
        sums.truncate(half);
    }
    values
}

/// The size of every set, by its bits: to count them anew for each takes longer.
fn sizes_of_sets(players: usize) -> Vec<u8> {
    let mut sizes = vec![0];
    for _ in 0..players {
        sizes.extend_from_within(..);
        let half = sizes.len() / 2;
        sizes[half..].iter_mut().for_each(|size| *size += 1);
    }
    sizes
}

#[cfg(test)]
mod tests {
    use super::super::{FunctionGame, ShapleyConfig, shapley_values};
    use super::*;

    #[test]
    fn a_table_gives_what_enumeration_gives() {
        for players in 1..=9 {
            let value = |set: usize| ((set * set + 3) as f64).sin() * (set as f64).sqrt();
            let game = FunctionGame::new(players, |coalition| value(coalition.iter().map(|player| 1 << player).sum()));
            let expected = shapley_values(&game, &ShapleyConfig::default()).unwrap().values();
            let table: Vec<f64> = (0..1 << players).map(value).collect();
            for (found, expected) in values_of_table(&table).iter().zip(&expected) {
                assert!((found - expected).abs() < 1e-12, "{found} instead of {expected}");
            }
        }
    }

    #[test]
    fn sums_bound_what_errors_of_any_sign_come_to() {
        let errors: Vec<f64> = (0..32).map(|set| f64::from(set * 7 % 11)).collect();
        let bounds = sums_of_table(&errors);
        for signs in 0..200_u32 {
            let signed = |(set, error): (usize, &f64)| {
                if signs.wrapping_mul(0x9E37_79B9) >> set & 1 == 1 { *error } else { -error }
            };
            let table: Vec<f64> = errors.iter().enumerate().map(signed).collect();
            let values = values_of_table(&table);
            assert!(values.iter().zip(&bounds).all(|(value, bound)| value.abs() <= bound + 1e-12));
        }
        // For one player, the sets with and without weigh the same: all errors of 1 come to 2.
        assert!(sums_of_table(&[1.0; 8]).iter().all(|bound| (bound - 2.0).abs() < 1e-12));
    }
}
