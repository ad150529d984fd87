//! Missing values and awkward columns: what is repaired is right, and reported.

use etiology::{
    AdditiveNoiseModel, Attribution, AttributionConfig, CausalGraph, CustomMechanism, Dataset, Error, Estimator,
    FeatureMap, FitReport, FittedModel, KnownFormula, LinearFunction, Mechanism, NoiseDistribution, NoiseFamily,
    Observation, ParentFunction, Quantity, ShapleyMethod, StructuralCausalModel, Unexplained,
};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

const NAN: f64 = f64::NAN;

/// A deterministic column without ties, of mean about 0.
fn wave(rows: usize, frequency: f64) -> Vec<f64> {
    (0..rows).map(|row| (row as f64 * frequency).sin()).collect()
}

/// a → b → c, 60 rows.
fn chain_columns() -> [(&'static str, Vec<f64>); 3] {
    let a = wave(60, 1.0);
    let b: Vec<f64> = a.iter().zip(wave(60, 2.3)).map(|(a, noise)| 2.0 * a + noise).collect();
    let c: Vec<f64> = b.iter().zip(wave(60, 3.1)).map(|(b, noise)| 0.5 * b + noise).collect();
    [("a", a), ("b", b), ("c", c)]
}

fn chain() -> CausalGraph {
    CausalGraph::from_edges([("a", "b"), ("b", "c")]).unwrap()
}

fn fit(graph: CausalGraph, data: &Dataset) -> Result<FittedModel, Error> {
    StructuralCausalModel::new(graph).assign_mechanisms(data)?.fit(data)
}

fn report(model: &FittedModel) -> &FitReport {
    model.fit_report().unwrap()
}

fn linear<'m>(model: &'m FittedModel, node: &str) -> &'m LinearFunction {
    match model.mechanism(node).unwrap().parent_function() {
        Some(ParentFunction::Linear(linear)) => linear,
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_mechanism_is_fitted_to_its_own_complete_rows() {
    let mut columns = chain_columns();
    columns[0].1[3] = NAN;
    columns[1].1[7] = NAN;
    columns[2].1[8] = NAN;
    let model = fit(chain(), &Dataset::from_columns(columns.clone()).unwrap()).unwrap();
    let figures = |node: &str| {
        let entry = report(&model).node(node).unwrap();
        (entry.rows_used, entry.rows_incomplete)
    };
    assert_eq!([figures("a"), figures("b"), figures("c")], [(59, 1), (58, 2), (58, 2)]);

    // The mechanism of c is that of the data without rows 7 and 8, to the bit; a gap in `a` costs it nothing.
    let without = |rows: &[usize], column: &[f64]| -> Vec<f64> {
        column.iter().enumerate().filter(|(row, _)| !rows.contains(row)).map(|(_, value)| *value).collect()
    };
    let complete = [1, 2].map(|column| (columns[column].0, without(&[7, 8], &columns[column].1)));
    let expected =
        fit(CausalGraph::from_edges([("b", "c")]).unwrap(), &Dataset::from_columns(complete).unwrap()).unwrap();
    assert_eq!(linear(&model, "c"), linear(&expected, "c"));
    assert_eq!(model.mechanism("c").unwrap().noise(), expected.mechanism("c").unwrap().noise());

    // What is typical of a node is told by all its present values.
    let present = NoiseDistribution::empirical(&without(&[7], &columns[1].1)).unwrap();
    assert_eq!(model.reference("b").unwrap(), &present);
}

#[test]
fn without_gaps_nothing_is_repaired() {
    let data = Dataset::from_columns(chain_columns()).unwrap();
    let model = fit(chain(), &data).unwrap();
    assert_eq!(report(&model).repaired().count(), 0);
    assert_eq!(report(&model).to_string(), "60 rows; 3 nodes fitted, 0 known; 0 repaired\n");
    assert!(report(&model).nodes.iter().all(|entry| entry.rows_used == 60 && entry.largest_atom == Some(1.0 / 60.0)));
}

#[test]
fn the_report_names_every_repair_and_survives_json() {
    let [a, mut b, c] = chain_columns();
    b.1[0] = NAN;
    let flat = ("flat", vec![0.25; 60]);
    let mut ties = ("ties", vec![0.0; 60]);
    ties.1[4] = 1.0;
    let graph = CausalGraph::from_edges([("a", "b"), ("flat", "b"), ("b", "c"), ("a", "ties")]).unwrap();
    let data = Dataset::from_columns([a, b, c, flat, ties, ("note", vec![NAN; 60])]).unwrap();
    let model = StructuralCausalModel::new(graph)
        .with_mechanism("a", NoiseDistribution::uniform(-1.0, 1.0).unwrap())
        .unwrap()
        .assign_mechanisms(&data)
        .unwrap()
        .fit(&data)
        .unwrap();
    let text = report(&model).to_string();
    for line in [
        "60 rows; 4 nodes fitted, 1 known; 3 repaired",
        "`b`: 59 rows used, 1 incomplete ones left out; nothing can be learned of the effect of `flat`, which never varies",
        "`c`: 59 rows used, 1 incomplete ones left out",
        "`flat`: always 0.25, so any other value is impossible under the model",
        "`ties`: 98% of its values are the same",
        "columns that the graph does not name: `note`",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
    }
    let json = serde_json::to_string(report(&model)).unwrap();
    assert_eq!(&serde_json::from_str::<FitReport>(&json).unwrap(), report(&model));
    assert!(model.fit_report().unwrap().node("nobody").is_none());
}

#[test]
fn a_model_without_data_has_no_report() {
    let graph = CausalGraph::from_nodes_and_edges(["a"], Vec::<(String, String)>::new()).unwrap();
    let noise = NoiseDistribution::normal(0.0, 1.0).unwrap();
    let model = StructuralCausalModel::new(graph).with_mechanism("a", noise).unwrap().without_fitting().unwrap();
    assert!(model.fit_report().is_none());
}

/// error → latency ← load, where `error` never moved in training.
fn constant_root() -> FittedModel {
    let load = wave(100, 1.0);
    let latency: Vec<f64> = load.iter().zip(wave(100, 2.3)).map(|(load, noise)| load + 0.2 * noise).collect();
    let data = Dataset::from_columns([("error", vec![0.0; 100]), ("load", load), ("latency", latency)]).unwrap();
    fit(CausalGraph::from_edges([("error", "latency"), ("load", "latency")]).unwrap(), &data).unwrap()
}

#[test]
fn a_constant_column_is_constant_noise_and_its_effect_unknown() {
    let model = constant_root();
    assert_eq!(model.mechanism("error").unwrap().noise(), &NoiseDistribution::constant(0.0).unwrap());
    assert_eq!(linear(&model, "latency").coefficients[0], 0.0);
    assert_eq!(report(&model).node("error").unwrap().constant, Some(0.0));
    assert_eq!(report(&model).node("latency").unwrap().constant_parents, ["error"]);
}

#[test]
fn a_constant_root_that_moves_scores_at_the_ceiling_but_nothing_is_known_of_its_effect() {
    let model = constant_root();
    let event = Observation::from_pairs([("error", 3.0), ("load", 0.1), ("latency", 4.0)]).unwrap();
    let scores = model.node_scores(&event, &FeatureMap::default()).unwrap();
    let conditional = scores[0].conditional.unwrap();
    assert!(conditional.is_saturated() && scores[0].marginal.unwrap().is_saturated());
    assert_eq!(conditional.nats(), conditional.ceiling());
    let attribution = model.attribute_outlier("latency", &event, &AttributionConfig::default()).unwrap();
    // Its coefficient is 0, so the shift is put down to the target's own noise.
    assert_eq!(attribution.contribution("error").unwrap().value, 0.0);
    assert_eq!(attribution.contribution("error").unwrap().noise_score, conditional.nats());
    assert_eq!(attribution.ranked()[0].node, "latency");
}

#[test]
fn a_constant_child_that_moves_takes_the_blame() {
    // b never moved in training, though its parent did; c follows b by a known formula.
    let a = wave(80, 1.0);
    let c = wave(80, 2.3);
    let data = Dataset::from_columns([("a", a), ("b", vec![5.0; 80]), ("c", c)]).unwrap();
    let model = StructuralCausalModel::new(chain())
        .with_mechanism("c", AdditiveNoiseModel::known(KnownFormula::sum(["b"])))
        .unwrap()
        .assign_mechanisms(&data)
        .unwrap()
        .fit(&data)
        .unwrap();
    assert_eq!(linear(&model, "b"), &LinearFunction { intercept: 5.0, coefficients: vec![0.0] });
    assert_eq!(model.mechanism("b").unwrap().noise(), &NoiseDistribution::constant(0.0).unwrap());
    for shift in [0.0, 7.0] {
        let event = Observation::from_pairs([("a", 0.5), ("b", 5.0 + shift), ("c", 0.3 + shift)]).unwrap();
        let attribution = model.attribute_outlier("c", &event, &AttributionConfig::default()).unwrap();
        let of_b = attribution.contribution("b").unwrap();
        let score = model.node_scores(&event, &FeatureMap::default()).unwrap()[1].conditional.unwrap();
        assert_eq!(score.is_saturated(), shift > 0.0);
        if shift > 0.0 {
            assert_eq!(attribution.ranked()[0].node, "b");
            assert!(of_b.value > 4.0, "{attribution}");
        } else {
            assert_eq!(of_b.value, 0.0);
        }
    }
}

#[test]
fn a_constant_column_fits_whatever_its_family() {
    let columns = |value: f64| [("a", vec![value; 20]), ("b", wave(20, 1.0))];
    for family in [NoiseFamily::Normal, NoiseFamily::gamma(), NoiseFamily::log_normal(), NoiseFamily::Uniform] {
        let data = Dataset::from_columns(columns(-2.0)).unwrap();
        let model = StructuralCausalModel::new(CausalGraph::from_edges([("a", "b")]).unwrap());
        let model = model.with_mechanism("a", family).unwrap().assign_mechanisms(&data).unwrap().fit(&data).unwrap();
        assert_eq!(model.mechanism("a").unwrap().noise(), &NoiseDistribution::constant(-2.0).unwrap());
    }
}

/// a → b → c and d, which nothing follows, with normal noises; c has another parent of which nothing could be learned.
fn known() -> FittedModel {
    let normal = |std_dev: f64| NoiseDistribution::normal(0.0, std_dev).unwrap();
    let sum = |parents: &[&str], std_dev: f64| {
        AdditiveNoiseModel::known(KnownFormula::sum(parents.to_vec())).with_noise(normal(std_dev))
    };
    let weighted = KnownFormula::weighted_sum([("b", 1.0), ("flat", 0.0)]).unwrap();
    let graph = CausalGraph::from_edges([("a", "b"), ("b", "c"), ("flat", "c"), ("c", "d")]).unwrap();
    StructuralCausalModel::new(graph)
        .with_mechanism("a", normal(1.0))
        .and_then(|model| model.with_mechanism("flat", normal(3.0)))
        .and_then(|model| model.with_mechanism("b", sum(&["a"], 0.5)))
        .and_then(|model| model.with_mechanism("c", AdditiveNoiseModel::known(weighted).with_noise(normal(0.2))))
        .and_then(|model| model.with_mechanism("d", sum(&["c"], 1.0)))
        .and_then(|model| model.without_fitting())
        .unwrap()
}

fn event<const N: usize>(pairs: [(&str, f64); N]) -> Observation {
    Observation::from_pairs(pairs).unwrap()
}

#[test]
fn a_missing_node_that_does_not_matter_changes_no_bit() {
    let model = known();
    let whole = event([("a", 0.3), ("flat", 5.0), ("b", 4.0), ("c", 4.1), ("d", 3.0)]);
    let partly = event([("a", 0.3), ("b", 4.0), ("c", 4.1)]);
    for estimator in [Estimator::Auto, Estimator::MonteCarlo, Estimator::Counting] {
        let config = AttributionConfig::default().with_estimator(estimator);
        let expected = model.attribute_outlier("c", &whole, &config).unwrap();
        let found = model.attribute_outlier("c", &partly, &config).unwrap();
        assert_eq!(found.unexplained, Unexplained::default());
        assert_eq!(found.score, expected.score);
        assert_eq!(found.missing.iter().map(|node| node.node.as_str()).collect::<Vec<_>>(), ["flat"]);
        assert!(found.contributions.iter().all(|found| Some(found) == expected.contribution(&found.node)));
        assert_eq!(found.contributions.len() + 1, expected.contributions.len());
    }
}

#[test]
fn without_gaps_nothing_is_unexplained_or_approximate() {
    let whole = event([("a", 0.3), ("flat", 5.0), ("b", 4.0), ("c", 4.1), ("d", 3.0)]);
    let attribution = known().attribute_outlier("d", &whole, &AttributionConfig::default()).unwrap();
    assert_eq!(attribution.unexplained, Unexplained::default());
    assert!(attribution.missing.is_empty() && attribution.contributions.iter().all(|part| !part.is_approximate()));
    let json = serde_json::to_value(&attribution).unwrap();
    assert!(json.get("missing").is_none() && json.get("unexplained").is_none());
    assert!(json["contributions"][0].get("missing_parents").is_none());
}

#[test]
fn with_all_but_the_target_missing_its_noise_takes_what_medians_do_not_explain() {
    let model = known();
    for estimator in [Estimator::Auto, Estimator::MonteCarlo] {
        let config = AttributionConfig::default().with_estimator(estimator);
        let attribution = model.attribute_outlier("c", &event([("c", 4.0)]), &config).unwrap();
        assert_eq!(attribution.contributions.len(), 1);
        assert_eq!((attribution.contributions[0].noise, attribution.contributions[0].missing_parents.len()), (4.0, 1));
        let missing: Vec<&str> = attribution.missing.iter().map(|node| node.node.as_str()).collect();
        assert_eq!(missing.len(), 3);
        // Given that noise, c is 4 in the median, and |c| ≥ 4 is as likely as not.
        let allowed = 1e-3 + 4.0 * attribution.unexplained.std_error;
        assert!((attribution.unexplained.value - 2.0_f64.ln()).abs() < allowed, "{attribution:?}");
    }
}

#[test]
fn where_only_missing_nodes_are_random_all_is_unexplained() {
    // total = a exactly, and a was not observed; total is where it usually is given the median of a.
    let total =
        AdditiveNoiseModel::known(KnownFormula::sum(["a"])).with_noise(NoiseDistribution::constant(0.0).unwrap());
    let model = StructuralCausalModel::new(CausalGraph::from_edges([("a", "total")]).unwrap())
        .with_mechanism("a", NoiseDistribution::normal(2.0, 1.0).unwrap())
        .and_then(|model| model.with_mechanism("total", total))
        .and_then(|model| model.without_fitting())
        .unwrap();
    for estimator in [Estimator::Auto, Estimator::MonteCarlo, Estimator::Counting] {
        let config = AttributionConfig::default().with_estimator(estimator).with_feature_map(FeatureMap::UpperTail);
        let attribution = model.attribute_outlier("total", &event([("total", 2.0)]), &config).unwrap();
        assert_eq!(attribution.contributions[0].value, 0.0);
        assert_eq!(attribution.unexplained.value, attribution.score.value);
        assert!((attribution.score.value - 2.0_f64.ln()).abs() < 1e-3 + 4.0 * attribution.score.std_error);
    }
}

#[test]
fn table_bars_and_json_say_what_is_missing_and_what_is_approximate() {
    let attribution =
        known().attribute_outlier("d", &event([("a", 0.3), ("c", 4.1), ("d", 3.0)]), &AttributionConfig::default());
    let attribution = attribution.unwrap();
    let text = attribution.to_string();
    let line = |start: &str| text.lines().find(|line| line.starts_with(start)).unwrap_or_else(|| panic!("{text}"));
    assert!(line("No value was observed of").contains("`flat`, `b`: what it contributed is not known."), "{text}");
    assert!(line("Approximate (≈)").ends_with("`c`."), "{text}");
    assert!(line(" c ").contains('≈') && !line(" d ").contains('≈'), "{text}");
    assert!(line(" b ").contains("missing") && line(" (unexplained)").contains('%'), "{text}");
    let chart = attribution.to_bar_chart();
    assert!(chart.lines().any(|line| line.trim_start().starts_with("b ") && line.ends_with("missing")), "{chart}");
    assert!(chart.lines().any(|line| line.trim_start().starts_with("c ") && line.contains('≈')), "{chart}");
    let json = serde_json::to_value(&attribution).unwrap();
    assert_eq!(json["missing"][1]["node"], "b");
    assert_eq!(json["missing"][1]["stand_in"], 0.3);
    assert_eq!(json["unexplained"]["nats"], attribution.unexplained.value);
    let of_c = json["contributions"].as_array().unwrap().iter().find(|part| part["node"] == "c").unwrap();
    assert_eq!(of_c["missing_parents"], serde_json::json!(["b"]));
    let text = serde_json::to_string(&attribution).unwrap();
    assert_eq!(serde_json::from_str::<Attribution>(&text).unwrap(), attribution);
}

#[test]
fn node_scores_are_absent_where_nothing_is_known() {
    let scores =
        known().node_scores(&event([("a", 0.3), ("c", 4.1), ("d", f64::NAN)]), &FeatureMap::default()).unwrap();
    let known: Vec<(&str, bool, bool, bool)> = scores
        .iter()
        .map(|score| {
            assert_eq!(score.noise.is_some(), score.conditional.is_some());
            (score.node.as_str(), score.observed.is_some(), score.marginal.is_some(), score.conditional.is_some())
        })
        .collect();
    let expected = [
        ("a", true, true, true),
        ("b", false, false, false),
        ("c", true, true, false),
        ("flat", false, false, false),
        ("d", false, false, false),
    ];
    assert_eq!(known, expected);
}

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
