//! Shapley values of a game whose values are all known.

use super::faces::Faces;

/// The Shapley values from the values of all 2ⁿ coalitions, numbered by their bits; the first value is of player 0,
/// who has the lowest bit. Costs O(2ⁿ).
pub(crate) fn values_of_table(table: &[f64]) -> Vec<f64> {
    Faces::all(table.len().ilog2() as usize).values(table)
}

/// The averages of which [`values_of_table`] gives the differences, summed: of v(S with i) and of v(S without i). If no value
/// of a game is off by more than the table says, then no player's is by more than this.
pub(crate) fn sums_of_table(table: &[f64]) -> Vec<f64> {
    Faces::all(table.len().ilog2() as usize).sums_of_errors(table)
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
