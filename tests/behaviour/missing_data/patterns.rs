//! Any pattern of gaps, in random models.

use etiology::attribution::Estimator;
use etiology::{
    AdditiveNoiseModel, Attribution, AttributionConfig, CausalGraph, CustomMechanism, Dataset, Error, FeatureMap,
    FittedModel, KnownFormula, Mechanism, NoiseFamily, Observation, Quantity, ShapleyMethod, StructuralCausalModel,
};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::NAN;

/// Five nodes of all kinds: two roots, a linear node, a maximum, and a custom mechanism at the end or on the way.
#[derive(Debug)]
struct Grows;

impl Mechanism for Grows {
    fn evaluate(&self, parents: &[f64], noise: f64) -> f64 {
        noise * (1.0 + parents[0].abs())
    }

    fn estimate_noise(&self, parents: &[f64], value: f64) -> f64 {
        value / (1.0 + parents[0].abs())
    }
}

const NODES: [&str; 5] = ["a", "b", "c", "d", "e"];

fn random_model(data: &Dataset, kinds: u8) -> Result<FittedModel, Error> {
    let graph =
        CausalGraph::from_edges([("a", "c"), ("b", "c"), ("c", "d"), ("b", "d"), ("c", "e"), ("d", "e")]).unwrap();
    let mut model = StructuralCausalModel::new(graph);
    if kinds & 1 == 1 {
        model = model.with_mechanism("d", AdditiveNoiseModel::known(KnownFormula::maximum(["c", "b"])))?;
    }
    if kinds & 2 == 2 {
        model = model.with_mechanism("a", NoiseFamily::Normal)?;
    }
    if kinds & 4 == 4 {
        model = model.with_mechanism("e", CustomMechanism::new(["c", "d"], Grows))?;
    }
    if kinds & 8 == 8 {
        model = model.with_mechanism("c", AdditiveNoiseModel::linear().with_noise(NoiseFamily::Normal))?;
    }
    model.assign_mechanisms(data)?.fit(data)
}

/// Rows × nodes with gaps: each cell is missing with its column's probability; some columns are constant or tied.
fn tables() -> impl Strategy<Value = Vec<Vec<f64>>> {
    let rates = prop::collection::vec(prop_oneof![3 => Just(0.0), 3 => 0.0..0.5_f64, 1 => 0.9..1.0_f64], 5);
    let kinds = prop::collection::vec(prop_oneof![6 => Just(0_u8), 1 => Just(1), 1 => Just(2)], 5);
    (2..40_usize, rates, kinds).prop_flat_map(|(rows, rates, kinds)| {
        let cells = prop::collection::vec(prop::collection::vec((-1.0..1.0_f64, 0.0..1.0_f64), rows), 5);
        cells.prop_map(move |cells| {
            let mut columns: Vec<Vec<f64>> = Vec::new();
            for (node, cells) in cells.iter().enumerate() {
                let before = |row: usize| if node > 1 { columns[node - 1][row] } else { 0.0 };
                let value = |row: usize, noise: f64| match kinds[node] {
                    0 => 0.7 * before(row) + noise,
                    1 => 0.3,
                    _ => (3.0 * noise).round(),
                };
                columns.push(cells.iter().enumerate().map(|(row, (noise, _))| value(row, *noise)).collect());
            }
            for ((column, cells), rate) in columns.iter_mut().zip(&cells).zip(&rates) {
                column.iter_mut().zip(cells).filter(|(_, (_, lot))| lot < rate).for_each(|(value, _)| *value = NAN);
            }
            columns
        })
    })
}

fn check_sound(attribution: &Attribution, missing: &[bool]) -> Result<(), TestCaseError> {
    let sum: f64 = attribution.contributions.iter().map(|part| part.value).sum();
    let size: f64 = attribution.contributions.iter().map(|part| part.value.abs()).sum();
    let gap = sum + attribution.unexplained.value - attribution.score.value;
    prop_assert!(gap.abs() <= 1e-9 * (1.0 + size + attribution.score.value.abs()), "{:?}", attribution);
    prop_assert!(attribution.score.std_error.is_finite() && attribution.unexplained.std_error.is_finite());
    if attribution.quantity == Quantity::ItScore {
        prop_assert!(attribution.unexplained.value >= -1e-9, "{:?}", attribution.unexplained);
    }
    for (node, &missing) in NODES.iter().zip(missing) {
        prop_assert_eq!(attribution.contribution(node).is_none(), missing, "{}", node);
        prop_assert_eq!(attribution.missing.iter().any(|absent| absent.node == *node), missing, "{}", node);
    }
    for part in &attribution.contributions {
        prop_assert!(part.missing_parents.iter().all(|parent| attribution.missing.iter().any(|m| m.node == *parent)));
        prop_assert!(
            part.value.is_finite() && part.std_error.is_finite() && part.noise_score.is_finite(),
            "{:?}",
            part
        );
    }
    // Whatever is in it can be printed and read back.
    let json = serde_json::to_string(attribution).map_err(|error| TestCaseError::fail(error.to_string()))?;
    let back: Attribution = serde_json::from_str(&json).map_err(|error| TestCaseError::fail(error.to_string()))?;
    prop_assert_eq!(&back, attribution);
    prop_assert!(!attribution.to_string().is_empty() && !attribution.to_bar_chart().is_empty());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 4096,
        rng_seed: RngSeed::Fixed(0),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_pattern_of_gaps_is_sound_or_refused(
        columns in tables(),
        kinds in any::<u8>(),
        event in prop::collection::vec(-4.0..4.0_f64, 5),
        absent in any::<u8>(),
    ) {
        let data = Dataset::from_columns(NODES.into_iter().zip(columns.clone())).unwrap();
        let model = match random_model(&data, kinds) {
            Ok(model) => model,
            Err(error) => {
                prop_assert!(error.to_string().contains('`'), "{} names nothing", error);
                return Ok(());
            }
        };
        let report = model.fit_report().unwrap();
        for entry in &report.nodes {
            prop_assert_eq!(entry.rows_used + entry.rows_incomplete, data.rows());
            prop_assert!(entry.rows_used >= 2);
        }
        // The target is there unless a bit says otherwise, which is an error.
        let missing: Vec<bool> = (0..5).map(|node| absent >> node & 1 == 1).collect();
        let cells = NODES.into_iter().zip(event).zip(&missing);
        let event = Observation::from_pairs(cells.map(|((node, value), missing)| (node, if *missing { NAN } else { value })));
        let event = event.unwrap();
        let mut config = AttributionConfig::default().with_samples(64);
        if kinds & 16 == 16 {
            config = config.with_quantity(Quantity::MeanDeviation);
        }
        if kinds & 32 == 32 {
            config = config.with_estimator(Estimator::Counting);
        }
        if kinds & 64 == 64 {
            config = config.with_shapley_method(ShapleyMethod::Permutations(6));
        }
        match model.attribute_outlier("e", &event, &config) {
            Ok(attribution) => {
                prop_assert!(!missing[4]);
                check_sound(&attribution, &missing)?;
            }
            Err(error) => prop_assert!(missing[4] && error.to_string().contains("`e`"), "{}", error),
        }
        for (score, missing) in model.node_scores(&event, &FeatureMap::default()).unwrap().iter().zip(&missing) {
            let place = NODES.iter().position(|node| *node == score.node).unwrap();
            prop_assert_eq!(score.marginal.is_none(), absent >> place & 1 == 1, "{:?} {}", score, missing);
        }
        // The rows that the model was fitted to, gaps and all, are no reason for a panic either.
        let drift = model.drift_check(&data, 0.01).unwrap();
        prop_assert!(drift.nodes.iter().flat_map(|node| [node.noise, node.marginal]).flatten().all(|test| {
            (0.0..=1.0).contains(&test.statistic) && (0.0..=1.0).contains(&test.adjusted_p_value)
        }), "{:?}", drift);
    }
}
