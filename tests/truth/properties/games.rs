//! The axioms of Shapley, on random games.

use etiology::ShapleyMethod;
use etiology::shapley::{Coalition, FunctionGame, ShapleyConfig, ShapleyValues, shapley_values};
use proptest::prelude::*;

use super::{CASES, config};

fn players(table: &[f64]) -> usize {
    table.len().ilog2() as usize
}

fn solve(table: &[f64], method: ShapleyMethod, seed: u64) -> ShapleyValues {
    let value = |coalition: &Coalition| table[coalition.iter().map(|player| 1 << player).sum::<usize>()];
    let config = ShapleyConfig::default().with_method(method).with_seed(seed);
    shapley_values(&FunctionGame::new(players(table), value), &config).expect("the game has players")
}

fn exact(table: &[f64]) -> Vec<f64> {
    solve(table, ShapleyMethod::Exact, 0).values()
}

/// A game of 1 to 6 players as a table of the values of all coalitions.
fn tables() -> impl Strategy<Value = Vec<f64>> {
    (1..=6_u32).prop_flat_map(|players| prop::collection::vec(-10.0..10.0, 1_usize << players))
}

/// The coalition with two players exchanged.
fn swapped(coalition: usize, one: usize, other: usize) -> usize {
    let differ = (coalition >> one ^ coalition >> other) & 1;
    coalition ^ (differ << one | differ << other)
}

proptest! {
    #![proptest_config(config(CASES))]

    #[test]
    fn shapley_values_are_efficient(table in tables()) {
        for method in [ShapleyMethod::Exact, ShapleyMethod::Permutations(6)] {
            let solved = solve(&table, method, 1);
            let expected = table[table.len() - 1] - table[0];
            prop_assert!((solved.values().iter().sum::<f64>() - expected).abs() < 1e-11);
            prop_assert_eq!(solved.empty_value(), &[table[0]]);
            prop_assert_eq!(solved.full_value(), &[table[table.len() - 1]]);
        }
    }

    #[test]
    fn symmetric_players_get_the_same(table in tables(), pair in any::<[prop::sample::Index; 2]>()) {
        let [one, other] = pair.map(|player| player.index(players(&table)));
        let symmetric: Vec<f64> =
            (0..table.len()).map(|coalition| table[coalition] + table[swapped(coalition, one, other)]).collect();
        let values = exact(&symmetric);
        prop_assert!((values[one] - values[other]).abs() < 1e-11, "{:?}", values);
        // And exchanging two players exchanges their values.
        let exchanged: Vec<f64> = (0..table.len()).map(|coalition| table[swapped(coalition, one, other)]).collect();
        prop_assert!((exact(&exchanged)[one] - exact(&table)[other]).abs() < 1e-11);
    }

    #[test]
    fn dummies_get_what_they_bring(table in tables(), dummy in any::<prop::sample::Index>(), own in -5.0..5.0) {
        let bit = 1 << dummy.index(players(&table));
        let with_dummy: Vec<f64> = (0..table.len())
            .map(|coalition| table[coalition & !bit] + if coalition & bit == 0 { 0.0 } else { own })
            .collect();
        prop_assert!((exact(&with_dummy)[dummy.index(players(&table))] - own).abs() < 1e-11);
    }

    #[test]
    fn values_of_a_sum_of_games_add_up(
        table in tables(),
        other in prop::collection::vec(-10.0..10.0, 64),
        factor in -3.0..3.0_f64,
    ) {
        let sum: Vec<f64> = table.iter().zip(&other).map(|(one, other)| one + factor * other).collect();
        let (one, other, sum) = (exact(&table), exact(&other[..table.len()]), exact(&sum));
        for player in 0..sum.len() {
            prop_assert!((sum[player] - one[player] - factor * other[player]).abs() < 1e-10);
        }
    }

    // Six standard errors of 32 pairs, and a thousandth of the games' range of 20 where those pairs happen to agree.
    #[test]
    fn permutations_agree_with_enumeration(table in tables(), seed in any::<u64>()) {
        let expected = exact(&table);
        let estimate = solve(&table, ShapleyMethod::Permutations(64), seed);
        for (player, found) in estimate.values().into_iter().enumerate() {
            let std_error = estimate.std_errors()[player];
            prop_assert!(std_error >= 0.0);
            prop_assert!(
                (found - expected[player]).abs() <= 6.0 * std_error + 0.02,
                "{} ± {} is not {}", found, std_error, expected[player]
            );
        }
        prop_assert_eq!(&estimate, &solve(&table, ShapleyMethod::Permutations(64), seed));
    }
}
