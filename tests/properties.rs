//! Properties that hold for every graph, data set, game and input, on random ones from fixed seeds.

use std::collections::HashSet;

use etiology::{
    AdditiveNoiseModel, AssignmentConfig, Attribution, AttributionConfig, CausalGraph, Coalition, Dataset, Error,
    Estimator, FeatureMap, FittedModel, FunctionGame, KnownFormula, NoiseDistribution, NoiseFamily, Observation,
    Quantity, ShapleyConfig, ShapleyMethod, ShapleyValues, StructuralCausalModel, Tail, TailConfig, Unexplained,
    shapley_values,
};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

const CASES: u32 = 64;
/// For the property that covers most: a case takes less than a millisecond.
const MANY_CASES: u32 = 4096;

/// The same cases on every run and machine, and no files left behind.
fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, rng_seed: RngSeed::Fixed(0), failure_persistence: None, ..ProptestConfig::default() }
}

/// What a column of random data is like.
#[derive(Debug, Clone)]
enum Kind {
    /// Parents and noise, added.
    Sum,
    /// Parents alone, added: an exact function of them.
    ExactSum,
    /// Whatever the first parent is, or noise for a root.
    Copy,
    Constant,
    /// Few values, many times each.
    Ties,
}

#[derive(Debug, Clone)]
struct Node {
    /// One bit per node before it.
    parents: u8,
    kind: Kind,
    /// The column's unit, as a power of ten.
    exponent: i32,
}

/// A cell that is not a finite number.
type Hole = (prop::sample::Index, prop::sample::Index, f64);

/// A random graph with data of it: names, edges, columns.
#[derive(Debug, Clone)]
struct Case {
    edges: Vec<(usize, usize)>,
    columns: Vec<Vec<f64>>,
    /// Which feature map and what is split.
    question: u8,
    permutations: bool,
    known: u8,
    /// By how much of itself a value of the event is moved.
    shift: f64,
}

fn name(node: usize) -> String {
    format!("n{node}")
}

fn kinds() -> impl Strategy<Value = Kind> {
    prop_oneof![
        8 => Just(Kind::Sum),
        2 => Just(Kind::ExactSum),
        1 => Just(Kind::Copy),
        1 => Just(Kind::Ties),
        // Of a constant column nothing can be learned, so it must be rare for anything else to be tested.
        1 => prop_oneof![1 => Just(Kind::Constant), 5 => Just(Kind::Sum)],
    ]
}

fn exponents() -> impl Strategy<Value = i32> {
    prop_oneof![3 => Just(0), 1 => -9..=9]
}

fn node() -> impl Strategy<Value = Node> {
    (any::<u8>(), any::<u8>(), kinds(), exponents()).prop_map(|(one, other, kind, exponent)| Node {
        parents: one & other,
        kind,
        exponent,
    })
}

/// Far beyond the data, or near its edge.
fn shifts() -> impl Strategy<Value = f64> {
    prop_oneof![-6.0..6.0, -0.5..1.0]
}

fn holes() -> impl Strategy<Value = Vec<Hole>> {
    let bad = prop_oneof![Just(f64::NAN), Just(f64::INFINITY), Just(f64::NEG_INFINITY)];
    let hole = (any::<prop::sample::Index>(), any::<prop::sample::Index>(), bad);
    prop_oneof![7 => Just(Vec::new()), 1 => prop::collection::vec(hole, 1..3)]
}

fn cases() -> impl Strategy<Value = Case> {
    let rows = prop_oneof![1 => 1..8_usize, 6 => 12..60_usize];
    let nodes = prop::collection::vec(node(), 1..=8);
    (nodes, rows).prop_flat_map(|(nodes, rows)| {
        let noise = prop::collection::vec(prop::collection::vec(-1.0..1.0, rows), nodes.len());
        (Just(nodes), noise, holes(), any::<(u8, bool, u8)>(), shifts()).prop_map(
            |(nodes, noise, holes, (question, permutations, known), shift)| {
                let (edges, mut columns) = generate(&nodes, &noise);
                for (column, row, value) in holes {
                    let column = column.index(columns.len());
                    let row = row.index(columns[column].len());
                    columns[column][row] = value;
                }
                Case { edges, columns, question, permutations: permutations && known % 2 == 0, known, shift }
            },
        )
    })
}

fn generate(nodes: &[Node], noise: &[Vec<f64>]) -> (Vec<(usize, usize)>, Vec<Vec<f64>>) {
    let mut edges = Vec::new();
    // In units of each column, so that no scale drowns another.
    let mut plain: Vec<Vec<f64>> = Vec::new();
    for (node, Node { parents, kind, .. }) in nodes.iter().enumerate() {
        let parents: Vec<usize> = (0..node).filter(|&parent| parents >> parent & 1 == 1).collect();
        edges.extend(parents.iter().map(|&parent| (parent, node)));
        let sum = |row: usize| parents.iter().map(|&parent| plain[parent][row]).sum::<f64>();
        let column = noise[node].iter().enumerate().map(|(row, &noise)| match (kind, parents.first()) {
            (Kind::Sum, _) | (Kind::ExactSum | Kind::Copy, None) => sum(row) + noise,
            (Kind::ExactSum, _) => sum(row),
            (Kind::Copy, Some(&parent)) => plain[parent][row],
            (Kind::Constant, _) => 0.1,
            (Kind::Ties, _) => (2.0 * noise).round(),
        });
        let column = column.collect();
        plain.push(column);
    }
    for (column, node) in plain.iter_mut().zip(nodes) {
        column.iter_mut().for_each(|value| *value *= 10_f64.powi(node.exponent));
    }
    (edges, plain)
}

impl Case {
    fn data(&self) -> Result<Dataset, Error> {
        Dataset::from_columns(self.columns.iter().enumerate().map(|(node, column)| (name(node), column.clone())))
    }

    /// The same data with its columns in another order and one more.
    fn shuffled_data(&self) -> Result<Dataset, Error> {
        let mut columns: Vec<(String, Vec<f64>)> =
            self.columns.iter().enumerate().map(|(node, column)| (name(node), column.clone())).collect();
        columns.push(("extra".to_owned(), vec![f64::NAN; self.columns[0].len()]));
        columns.rotate_right(1);
        columns.reverse();
        Dataset::from_columns(columns)
    }

    fn fit(&self, data: &Dataset) -> Result<FittedModel, Error> {
        let edges = self.edges.iter().map(|&(cause, effect)| (name(cause), name(effect)));
        let graph = CausalGraph::from_nodes_and_edges((0..self.columns.len()).map(name), edges)?;
        let mut model = StructuralCausalModel::new(graph.clone());
        for (node, column) in graph.nodes().zip(0_u32..) {
            let parents: Vec<&str> = graph.parents(node)?;
            model = match (self.known.rotate_left(column) & 7, parents.is_empty()) {
                (0, false) => model.with_mechanism(node, AdditiveNoiseModel::known(KnownFormula::maximum(parents)))?,
                (1, false) => model.with_mechanism(
                    node,
                    AdditiveNoiseModel::known(KnownFormula::new(parents, |values| values.iter().sum::<f64>())),
                )?,
                (2, false) => {
                    model.with_mechanism(node, AdditiveNoiseModel::linear().with_noise(NoiseFamily::Normal))?
                }
                (3, false) => {
                    model.with_mechanism(node, AdditiveNoiseModel::linear().with_noise(NoiseFamily::tailed()))?
                }
                (0, true) => model.with_mechanism(node, NoiseFamily::Normal)?,
                (3, true) => model.with_mechanism(node, NoiseFamily::tailed())?,
                _ => model,
            };
        }
        let assignment = if self.known % 8 == 3 { AssignmentConfig::default() } else { AssignmentConfig::linear() };
        model.assign_mechanisms_with(data, &assignment)?.fit(data)
    }

    fn config(&self) -> AttributionConfig {
        let config = AttributionConfig::default().with_samples(64 + usize::from(self.known)).with_seed(7);
        let config = match self.question % 8 {
            0 => config.with_feature_map(FeatureMap::UpperTail),
            1 => config.with_feature_map(FeatureMap::LowerTail),
            2 => config.with_feature_map(FeatureMap::DistanceFromMedian),
            3 => config.with_feature_map(FeatureMap::ZScore),
            4 | 6 => config.with_feature_map(FeatureMap::custom(f64::abs)),
            5 => config.with_quantity(Quantity::MeanDeviation),
            _ => config,
        };
        let config = config.with_estimator(match self.question / 8 % 3 {
            0 => Estimator::Auto,
            1 => Estimator::MonteCarlo,
            _ => Estimator::Counting,
        });
        let config = if self.known & 16 == 0 { config } else { config.with_floor(1e-9) };
        if self.permutations { config.with_shapley_method(ShapleyMethod::Permutations(6)) } else { config }
    }

    /// The last row, some of its values moved.
    fn event(&self, data: &Dataset) -> Result<Observation, Error> {
        let last = data.row(data.rows() - 1)?;
        let moved = last.names().iter().zip(last.values()).enumerate().map(|(column, (name, value))| {
            let moves = self.question.rotate_left(column as u32) & 3 == 0;
            (name.clone(), if moves { value * (1.0 + self.shift) } else { *value })
        });
        Observation::from_pairs(moved)
    }

    fn attribute(&self) -> Result<Attribution, Error> {
        self.attribute_from(&self.data()?)
    }

    fn attribute_from(&self, data: &Dataset) -> Result<Attribution, Error> {
        // The event is always read from the plain data, so that the same values move.
        let event = self.event(&self.data()?)?;
        self.fit(data)?.attribute_outlier(&name(self.columns.len() - 1), &event, &self.config())
    }
}

/// How far rounding may take the sum of the contributions from the score: 1e-10 of what is summed. Where all of that is
/// itself rounding, 1e-14 of what it was computed from: logarithms near 1, or values of the target.
fn rounding(attribution: &Attribution) -> f64 {
    let summed: f64 = attribution.contributions.iter().map(|contribution| contribution.value.abs()).sum();
    let computed_from = match (attribution.quantity, attribution.contribution(&attribution.target)) {
        (Quantity::MeanDeviation, Some(target)) => target.observed.abs() + target.typical.abs() + target.noise.abs(),
        _ => 1.0,
    };
    1e-10 * (summed + attribution.score.value.abs()) + 1e-14 * computed_from
}

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
    let ranked = attribution.ranked().windows(2).all(|pair| pair[0].value >= pair[1].value);
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

/// A linear model with noise everywhere, so that fits succeed, and a moved event.
fn linear_cases() -> impl Strategy<Value = Case> {
    let node = any::<(u8, u8)>().prop_map(|(one, other)| Node { parents: one & other, kind: Kind::Sum, exponent: 0 });
    prop::collection::vec(node, 2..=6).prop_flat_map(|nodes| {
        let noise = prop::collection::vec(prop::collection::vec(-1.0..1.0, 30..31), nodes.len());
        (Just(nodes), noise, 0..4_u8, shifts()).prop_map(|(nodes, noise, question, shift)| {
            let (edges, columns) = generate(&nodes, &noise);
            // 255: every node gets its default mechanism, a root its data or a linear regression.
            Case { edges, columns, question, permutations: false, known: 255, shift }
        })
    })
}

/// Compares the contributions before and after the columns are multiplied by these powers of two.
fn assert_units_do_not_matter(case: &Case, exponents: &[i32]) -> Result<(), TestCaseError> {
    let mut rescaled = case.clone();
    for (column, &exponent) in rescaled.columns.iter_mut().zip(exponents.iter().cycle()) {
        column.iter_mut().for_each(|value| *value *= 2_f64.powi(exponent));
    }
    // Only where shrinking a counterexample made a column constant.
    let plain = case.attribute().map_err(|error| TestCaseError::reject(error.to_string()))?;
    let rescaled = rescaled.attribute().map_err(|error| TestCaseError::fail(error.to_string()))?;
    prop_assert!((plain.score.value - rescaled.score.value).abs() <= 1e-9, "{:?}\n{:?}", plain.score, rescaled.score);
    for contribution in &plain.contributions {
        let value = rescaled.contribution(&contribution.node).map(|rescaled| rescaled.value);
        prop_assert!(
            (contribution.value - value.unwrap_or(f64::NAN)).abs() <= 1e-9,
            "{:?} became {:?}",
            contribution,
            value
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(config(CASES))]

    #[test]
    fn one_unit_for_all_columns_does_not_matter(case in linear_cases(), exponent in -40..40) {
        assert_units_do_not_matter(&case, &[exponent])?;
    }

    // Bytes beside seconds: each column has its own unit.
    #[test]
    fn the_unit_of_each_column_does_not_matter(
        case in linear_cases(),
        exponents in prop::collection::vec(-40..40, 6),
    ) {
        assert_units_do_not_matter(&case, &exponents)?;
    }
}

/// One or two hits leave a score uncertain, which is a matter of its standard error, but it is not of another order.
#[test]
fn a_single_hit_gives_a_score_near_the_logarithm_of_its_frequency() {
    let model = StructuralCausalModel::new(CausalGraph::from_nodes_and_edges(["x"], [("x", "y")]).unwrap())
        .with_mechanism("x", NoiseDistribution::normal(0.0, 1.0).unwrap())
        .and_then(|model| {
            let same = AdditiveNoiseModel::known(KnownFormula::sum(["x"]));
            model.with_mechanism("y", same.with_noise(NoiseDistribution::constant(0.0)?))
        })
        .and_then(|model| model.without_fitting())
        .unwrap();
    let event = Observation::from_pairs([("x", 3.719), ("y", 3.719)]).unwrap();
    let (mut counted, mut few) = (0, 0);
    for seed in 0..50 {
        // A closure cannot be integrated, so hits are counted: P{N(0, 1) ≥ 3.719} = 1e-4, one in 10 000 samples.
        let config =
            AttributionConfig::default().with_feature_map(FeatureMap::custom(|y| y)).with_floor(1e-8).with_seed(seed);
        let score = model.attribute_outlier("y", &event, &config).unwrap().score;
        let hits = score.tail_probability.unwrap() * 10_000.0;
        counted += 1;
        if (0.5..2.5).contains(&hits) {
            few += 1;
            // ln 10 000 = 9.2; the bias of a logarithm of one or two hits is about half a nat.
            assert!((8.0..10.5).contains(&score.value), "seed {seed}, {hits:.1} hits: {score:?}");
        }
    }
    assert!(few >= counted / 4, "{few} of {counted} seeds have one or two hits");
}

/// An event far out is no less surprising because a byte count is large.
#[test]
fn a_large_number_elsewhere_does_not_hide_an_outlier() {
    let normal = |mean, std_dev| NoiseDistribution::normal(mean, std_dev).unwrap();
    let seconds = KnownFormula::weighted_sum([("bytes", 1e-12)]).unwrap();
    let model = StructuralCausalModel::new(CausalGraph::from_edges([("bytes", "seconds")]).unwrap())
        .with_mechanism("bytes", normal(1e9, 1e8))
        .unwrap()
        .with_mechanism("seconds", AdditiveNoiseModel::known(seconds).with_noise(normal(1e-6, 1e-7)))
        .unwrap()
        .without_fitting()
        .unwrap();
    // About 40 standard deviations of its noise.
    let event = Observation::from_pairs([("bytes", 1e9), ("seconds", 1.005e-3)]).unwrap();
    let config = AttributionConfig::default().with_feature_map(FeatureMap::UpperTail);
    let usual = model.attribute_outlier("seconds", &event, &config).unwrap();
    // P{N(1.001 ms, 0.1 ms) ≥ 1.005 ms} = 0.484, so not an outlier at all, but no certainty either.
    assert!((usual.score.value - 0.7257).abs() < 0.01, "{usual}");
    let event = Observation::from_pairs([("bytes", 1e9), ("seconds", 2e-3)]).unwrap();
    let slow = model.attribute_outlier("seconds", &event, &config).unwrap();
    assert_eq!(slow.ranked()[0].node, "seconds", "{slow}");
    assert!(slow.score.value > 9.0, "{slow}");
}

proptest! {
    #![proptest_config(config(CASES))]

    #[test]
    fn random_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let data = Dataset::from_csv_reader(bytes.as_slice());
        prop_assert!(data.is_err() || data.is_ok_and(|data| data.rows() > 0 && data.columns() > 0));
        let graph = CausalGraph::from_call_graph_csv_reader(bytes.as_slice());
        prop_assert!(graph.is_err() || graph.is_ok_and(|graph| graph.edge_count() > 0));
    }

    // Mostly well formed, so that more than the first line is reached.
    #[test]
    fn random_csv_is_read_or_refused(
        text in "[ab,\" 1e.\r\n\u{feff}-]{0,80}",
        header in "(a,b|caller,callee|\"a\n\",b)\n",
    ) {
        let text = header + &text;
        if let Ok(data) = Dataset::from_csv_reader(text.as_bytes()) {
            prop_assert!(data.rows() > 0);
            prop_assert_eq!(data.names().iter().collect::<HashSet<_>>().len(), data.columns());
            prop_assert_eq!(data.observations().len(), data.rows());
        }
        if let Ok(graph) = CausalGraph::from_call_graph_csv_reader(text.as_bytes()) {
            prop_assert!(graph.nodes().all(|node| !node.trim().is_empty()));
        }
    }

    #[test]
    fn random_calls_are_acyclic_or_name_a_real_cycle(calls in prop::collection::vec((0..7_u8, 0..7_u8), 1..12)) {
        let edges: HashSet<(String, String)> = calls
            .iter()
            .filter(|(caller, callee)| caller != callee)
            .map(|(caller, callee)| (callee.to_string(), caller.to_string()))
            .collect();
        let names = calls.iter().map(|(caller, callee)| (caller.to_string(), callee.to_string()));
        match CausalGraph::from_call_graph(names) {
            Ok(graph) => {
                let order = graph.topological_order();
                let place = |node: &str| order.iter().position(|&other| other == node);
                prop_assert!(edges.iter().all(|(cause, effect)| place(cause) < place(effect)));
                prop_assert_eq!(graph.edge_count(), edges.len());
                let self_calls = calls.iter().filter(|(caller, callee)| caller == callee).count();
                prop_assert_eq!(graph.dropped_calls().len(), self_calls);
            }
            Err(Error::Cycle { nodes }) => {
                prop_assert!(nodes.len() >= 3, "{:?}", nodes);
                prop_assert_eq!(nodes.first(), nodes.last());
                // Told along the calls, so against the causal edges.
                let steps = nodes.windows(2).map(|pair| (pair[1].clone(), pair[0].clone()));
                prop_assert!(steps.into_iter().all(|step| edges.contains(&step)), "{:?}", nodes);
            }
            Err(error) => prop_assert!(edges.is_empty() && matches!(error, Error::Empty { .. }), "{}", error),
        }
    }
}

/// A game of 1 to 6 players as a table of the values of all coalitions.
fn tables() -> impl Strategy<Value = Vec<f64>> {
    (1..=6_u32).prop_flat_map(|players| prop::collection::vec(-10.0..10.0, 1_usize << players))
}

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

/// The cases that are refused must not be nearly all, or the properties above would say little.
#[test]
fn most_random_cases_can_be_attributed() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::new(config(CASES));
    let succeeded = (0..CASES).filter(|_| cases().new_tree(&mut runner).unwrap().current().attribute().is_ok()).count();
    assert!(succeeded >= CASES as usize / 2, "{succeeded} of {CASES}");
}

/// Values with and without ties, in any unit, and how to model their tails.
fn tailed_cases() -> impl Strategy<Value = (Vec<f64>, TailConfig)> {
    let tail =
        prop_oneof![Just(Tail::None), Just(Tail::Exponential), Just(Tail::GeneralisedPareto), Just(Tail::Automatic)];
    let value =
        prop_oneof![4 => -1.0..1.0_f64, 1 => (-3..3_i32).prop_map(f64::from), 1 => (0.0..8.0_f64).prop_map(f64::exp)];
    let values = prop::collection::vec(value, 1..400);
    (values, tail.clone(), tail, 0.01..0.25_f64, -20..20_i32, any::<bool>()).prop_map(
        |(values, lower, upper, fraction, exponent, negated)| {
            let unit = if negated { -10_f64.powi(exponent) } else { 10_f64.powi(exponent) };
            let values = values.into_iter().map(|value| value * unit).collect();
            (values, TailConfig::default().with_lower(lower).with_upper(upper).with_fraction(fraction))
        },
    )
}

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn tailed_noise_keeps_the_laws_of_probability((values, tails) in tailed_cases()) {
        let noise = NoiseFamily::Tailed(tails).fit(&values, "the values").unwrap();
        let NoiseDistribution::Tailed(parts) = &noise else { panic!("not tailed") };
        let (low, high) = (parts.lower_threshold(), parts.upper_threshold());
        prop_assert!(low <= high && noise.mean().is_finite() && noise.variance() >= 0.0, "{}", noise);
        prop_assert_eq!(noise.quantile(0.0).unwrap().is_infinite(), parts.lower_tail().is_some());
        prop_assert_eq!(noise.quantile(1.0).unwrap().is_infinite(), parts.upper_tail().is_some());
        let spread = noise.variance().sqrt();
        let steps = (-40..=40).map(|step| high.midpoint(low) + f64::from(step) * 0.2 * spread);
        let mut places: Vec<f64> = values.iter().copied().chain(steps).chain([low, high]).collect();
        places.sort_by(f64::total_cmp);
        for pair in places.windows(2) {
            prop_assert!(noise.cdf(pair[0]) <= noise.cdf(pair[1]), "{} at {:?}", noise, pair);
            prop_assert!(noise.survival(pair[0]) >= noise.survival(pair[1]), "{} at {:?}", noise, pair);
        }
        for &x in &places {
            // Both sides share the atom at x, and nothing else.
            let in_body = low <= x && x <= high;
            let atoms = if in_body { values.iter().filter(|&&value| value == x).count() } else { 0 };
            let expected = 1.0 + atoms as f64 / values.len() as f64;
            prop_assert!((noise.cdf(x) + noise.survival(x) - expected).abs() < 1e-13, "{} at {}", noise, x);
            prop_assert!((noise.log_cdf(x).exp() - noise.cdf(x)).abs() < 1e-13, "{} at {}", noise, x);
            prop_assert!((noise.log_survival(x).exp() - noise.survival(x)).abs() < 1e-13, "{} at {}", noise, x);
            // The quantile of its own probability is never above x, and is x in a tail. Near 1 rounding moves it.
            let room = 1e-9 * spread * (1.0 + 1e-4 / noise.survival(x));
            let again = noise.quantile(noise.cdf(x)).unwrap();
            let resolved = noise.cdf(x) > 1e-300 && noise.survival(x) > 1e-12;
            prop_assert!(!resolved || again <= x + room, "{} at {}: {}", noise, x, again);
            let exact = x < low && parts.lower_tail().is_some() || x > high && noise.survival(x) > 1e-4;
            if resolved && exact {
                prop_assert!((again - x).abs() <= 1e-9 * (x - low).abs().max(spread), "{} at {}: {}", noise, x, again);
            }
        }
        let json = serde_json::to_string(&noise).unwrap();
        prop_assert_eq!(&serde_json::from_str::<NoiseDistribution>(&json).unwrap(), &noise);
    }
}
