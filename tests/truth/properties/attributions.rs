//! Attributions of random models: sound or refused, and the same whatever the threads and columns.

use etiology::attribution::Unexplained;
use etiology::{Attribution, Quantity};
use proptest::prelude::*;

use super::{CASES, MANY_CASES, cases, config, rounding};

fn check_attribution(attribution: &Attribution) -> Result<(), TestCaseError> {
    let score = &attribution.score;
    let known: f64 = attribution.contributions.iter().map(|contribution| contribution.value).sum();
    let sum = known + attribution.unexplained.value;
    let nothing = Unexplained::default();
    prop_assert!(!attribution.missing.is_empty() || attribution.unexplained == nothing, "{:?}", attribution);
    prop_assert!((sum - score.value).abs() <= rounding(attribution), "{} != {:?}", sum, score);
    prop_assert!(score.value.is_finite() && score.std_error.is_finite() && score.std_error >= 0.0, "{:?}", score);
    if attribution.quantity == Quantity::ItScore {
        // −ln of a probability; more only by rounding.
        prop_assert!(score.value >= -1e-10, "a negative score: {:?}", score);
        prop_assert!((0.0..=1.0).contains(&score.tail_probability.unwrap_or(f64::NAN)), "{:?}", score);
    }
    for contribution in &attribution.contributions {
        let figures = [
            contribution.value,
            contribution.std_error,
            contribution.observed,
            contribution.typical,
            contribution.noise,
            contribution.noise_score,
        ];
        prop_assert!(figures.iter().all(|figure| figure.is_finite()), "{:?}", contribution);
        prop_assert!(contribution.std_error >= 0.0 && contribution.noise_score >= 0.0, "{:?}", contribution);
        let has_share = attribution.contributions[0].share.is_some();
        prop_assert_eq!(contribution.share.is_some(), has_share, "shares are given for all nodes or none");
    }
    if attribution.contributions[0].share.is_some() {
        let known: f64 = attribution.contributions.iter().filter_map(|contribution| contribution.share).sum();
        let shares = known + attribution.unexplained.value / score.value;
        let allowed = 2.0 * rounding(attribution) / score.value.abs();
        prop_assert!((shares - 1.0).abs() <= allowed, "shares sum to {}: {:?}", shares, attribution);
    }
    let towards = match attribution.quantity {
        Quantity::MeanDeviation if score.value < 0.0 => -1.0,
        _ => 1.0,
    };
    let ranked = attribution.ranked().windows(2).all(|pair| towards * pair[0].value >= towards * pair[1].value);
    prop_assert!(ranked, "{:?}", attribution);
    Ok(())
}

/// All figures, to the bit.
fn bits(attribution: &Attribution) -> Vec<(String, Vec<u64>)> {
    let of_score = [attribution.score.value, attribution.score.std_error];
    let score = ("score".to_owned(), of_score.map(f64::to_bits).to_vec());
    let of_node = attribution.contributions.iter().map(|c| {
        let figures = [c.value, c.std_error, c.observed, c.typical, c.noise, c.noise_score];
        (c.node.clone(), figures.map(f64::to_bits).to_vec())
    });
    std::iter::once(score).chain(of_node).collect()
}

proptest! {
    #![proptest_config(config(MANY_CASES))]

    #[test]
    fn attributions_of_anything_are_sound_or_refused(case in cases()) {
        // A failure is an error that says something; a panic would end the test.
        match case.attribute() {
            Ok(attribution) => check_attribution(&attribution)?,
            Err(error) => prop_assert!(error.to_string().contains('`'), "{} names nothing", error),
        }
    }
}

proptest! {
    #![proptest_config(config(CASES))]

    #[test]
    fn results_are_the_same_bits_on_any_number_of_threads(case in cases()) {
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads can be started");
            pool.install(|| case.attribute().map(|attribution| bits(&attribution)).map_err(|error| error.to_string()))
        };
        let expected = case.attribute().map(|attribution| bits(&attribution)).map_err(|error| error.to_string());
        for threads in [1, 3, 3] {
            prop_assert_eq!(&on(threads), &expected);
        }
    }

    #[test]
    fn the_order_of_columns_and_further_columns_change_nothing(case in cases()) {
        let plain = case.attribute().map(|attribution| bits(&attribution));
        let shuffled = case.shuffled_data().and_then(|data| case.attribute_from(&data));
        match (plain, shuffled.map(|attribution| bits(&attribution))) {
            (Ok(plain), Ok(shuffled)) => prop_assert_eq!(plain, shuffled),
            (Err(plain), Err(shuffled)) => prop_assert_eq!(plain.to_string(), shuffled.to_string()),
            (plain, shuffled) => prop_assert!(false, "{:?} {:?}", plain, shuffled),
        }
    }
}

/// The cases that are refused must not be nearly all, or the properties above would say little.
#[test]
fn most_random_cases_can_be_attributed() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::new(config(CASES));
    let succeeded = (0..CASES).filter(|_| cases().new_tree(&mut runner).unwrap().current().attribute().is_ok()).count();
    assert!(succeeded >= CASES as usize / 2, "{succeeded} of {CASES}");
}
