//! Whatever a user gets wrong is an error that names the culprit, never a panic.

use std::panic::{AssertUnwindSafe, catch_unwind};

use etiology::{
    AdditiveNoiseModel, Attribution, AttributionConfig, CausalGraph, CausalMechanism, CustomMechanism, Dataset, Error,
    FeatureMap, FittedModel, FunctionGame, ItScore, ItScorer, KnownFormula, LinearFunction, LinearRegression, Location,
    Mechanism, NoiseDistribution, NoiseFamily, Observation, ParentFunction, Regressor, ShapleyConfig, ShapleyMethod,
    StructuralCausalModel, TailConfig, it_score, shapley_values,
};
use ndarray::{ArrayView1, ArrayView2, array};

type Outcome = Result<(), Error>;
type Step = Box<dyn Fn() -> Outcome>;

/// What is wrong, how to do it, and what the message must contain.
struct Case {
    name: &'static str,
    run: Step,
    fragments: &'static [&'static str],
}

fn case<T>(
    name: &'static str,
    run: impl Fn() -> Result<T, Error> + 'static,
    fragments: &'static [&'static str],
) -> Case {
    Case { name, run: Box::new(move || run().map(drop)), fragments }
}

/// Runs all cases and reports every one that is not an error with the right message.
fn check(cases: Vec<Case>) {
    let failures: Vec<String> = cases.iter().filter_map(failure).collect();
    assert!(failures.is_empty(), "{} of {} cases fail:\n{}", failures.len(), cases.len(), failures.join("\n"));
}

fn failure(case: &Case) -> Option<String> {
    let complaint = match catch_unwind(AssertUnwindSafe(&case.run)) {
        Err(_) => "panicked".to_owned(),
        Ok(Ok(())) => "was accepted".to_owned(),
        Ok(Err(error)) => {
            let message = error.to_string();
            let absent: Vec<_> = case.fragments.iter().filter(|fragment| !message.contains(**fragment)).collect();
            if absent.is_empty() {
                return None;
            }
            format!("lacks {absent:?} in: {message}")
        }
    };
    Some(format!("  {}: {complaint}", case.name))
}

fn pair() -> Result<CausalGraph, Error> {
    CausalGraph::from_edges([("a", "b")])
}

/// a → b with known normal noises: a ~ N(0, 1), b = a + N(0, 1).
fn known_pair() -> Result<FittedModel, Error> {
    known_pair_with(
        AdditiveNoiseModel::known(KnownFormula::sum(["a"])).with_noise(NoiseDistribution::normal(0.0, 1.0)?),
    )
}

/// a → b with a ~ N(0, 1) and this mechanism of b.
fn known_pair_with(mechanism: impl Into<CausalMechanism>) -> Result<FittedModel, Error> {
    StructuralCausalModel::new(pair()?)
        .with_mechanism("a", NoiseDistribution::normal(0.0, 1.0)?)?
        .with_mechanism("b", mechanism)?
        .without_fitting()
}

fn data_with(a: Vec<f64>, b: Vec<f64>) -> Result<Dataset, Error> {
    Dataset::from_columns([("a", a), ("b", b)])
}

fn good_data() -> Result<Dataset, Error> {
    data_with(vec![1.0, 2.0, 3.0, 4.0, 5.0], vec![2.5, 4.0, 6.5, 8.0, 9.5])
}

/// Fits a → b with the default mechanisms.
fn fit(a: Vec<f64>, b: Vec<f64>) -> Result<FittedModel, Error> {
    let data = data_with(a, b)?;
    StructuralCausalModel::new(pair()?).assign_mechanisms(&data)?.fit(&data)
}

/// Fits a → b to good data with this mechanism of a node and the default one of the other.
fn fit_with(node: &str, mechanism: impl Into<CausalMechanism>) -> Result<FittedModel, Error> {
    let data = good_data()?;
    StructuralCausalModel::new(pair()?).with_mechanism(node, mechanism)?.assign_mechanisms(&data)?.fit(&data)
}

fn event() -> Result<Observation, Error> {
    Observation::from_pairs([("a", 4.0), ("b", 9.0)])
}

fn attribute(config: AttributionConfig) -> Result<Attribution, Error> {
    known_pair()?.attribute_outlier("b", &event()?, &config)
}

fn attribute_event(pairs: &[(&str, f64)]) -> Result<Attribution, Error> {
    let event = Observation::from_pairs(pairs.iter().copied())?;
    known_pair()?.attribute_outlier("b", &event, &AttributionConfig::default())
}

/// evaluate and estimate_noise as plain functions of parent and noise or value.
#[derive(Debug)]
struct Custom {
    evaluate: fn(f64, f64) -> f64,
    estimate_noise: fn(f64, f64) -> f64,
}

impl Mechanism for Custom {
    fn evaluate(&self, parents: &[f64], noise: f64) -> f64 {
        (self.evaluate)(parents[0], noise)
    }
    fn estimate_noise(&self, parents: &[f64], value: f64) -> f64 {
        (self.estimate_noise)(parents[0], value)
    }
}

fn custom(evaluate: fn(f64, f64) -> f64, estimate_noise: fn(f64, f64) -> f64) -> CustomMechanism {
    CustomMechanism::new(["a"], Custom { evaluate, estimate_noise })
}

/// The same with N(0, 1) as its noise.
fn known_custom(evaluate: fn(f64, f64) -> f64, estimate_noise: fn(f64, f64) -> f64) -> Result<CustomMechanism, Error> {
    Ok(custom(evaluate, estimate_noise).with_noise(NoiseDistribution::normal(0.0, 1.0)?))
}

/// Attributes the event in the model with this mechanism of b.
fn attribute_with(mechanism: CustomMechanism) -> Result<Attribution, Error> {
    known_pair_with(mechanism)?.attribute_outlier("b", &event()?, &AttributionConfig::default())
}

/// A regression that returns whatever function it was given.
#[derive(Debug)]
struct Returns(ParentFunction);

impl Regressor for Returns {
    fn fit(&self, _: ArrayView2<'_, f64>, _: ArrayView1<'_, f64>) -> etiology::Result<ParentFunction> {
        Ok(self.0.clone())
    }
    fn min_rows(&self, _: usize) -> usize {
        1
    }
}

#[test]
fn graphs() {
    check(vec![
        case("no edges", || CausalGraph::from_edges(Vec::<(String, String)>::new()), &["causal graph", "empty"]),
        case(
            "no nodes",
            || CausalGraph::from_nodes_and_edges(Vec::<String>::new(), Vec::<(String, String)>::new()),
            &["causal graph", "empty"],
        ),
        case(
            "cycle",
            || CausalGraph::from_edges([("in", "p"), ("p", "q"), ("q", "r"), ("r", "p")]),
            &["cycle", "p -> q -> r -> p"],
        ),
        case("self-loop", || CausalGraph::from_edges([("p", "p")]), &["cycle", "p -> p"]),
        case("blank cause", || CausalGraph::from_edges([("a", "b"), ("", "b")]), &["node", "blank", "position 2"]),
        case("blank node", || CausalGraph::from_nodes_and_edges([" "], [("a", "b")]), &["node", "blank"]),
        case("node listed twice", || CausalGraph::from_nodes_and_edges(["x", "x"], [("a", "b")]), &["`x`"]),
        case("only self-calls", || CausalGraph::from_call_graph([("a", "a")]), &["causal graph", "empty"]),
        case("unknown node", || pair()?.parents("nobody").map(|parents| parents.len()), &["`nobody`", "`a`, `b`"]),
        case(
            "missing header",
            || CausalGraph::from_call_graph_csv_reader("caller,calls\na,b\n".as_bytes()),
            &["`callee`", "`calls`"],
        ),
        case(
            "ragged call graph",
            || CausalGraph::from_call_graph_csv_reader("caller,callee\na\n".as_bytes()),
            &["CSV input", "line: 2"],
        ),
        case("missing file", || CausalGraph::from_edges_csv_path("no/such/edges.csv"), &["no/such/edges.csv"]),
    ]);
}

#[test]
fn data() {
    check(vec![
        case("no columns", || Dataset::from_columns(Vec::<(String, Vec<f64>)>::new()), &["data", "column"]),
        case("no rows", || data_with(vec![], vec![]), &["data", "empty", "row"]),
        case("columns of two lengths", || data_with(vec![1.0, 2.0], vec![1.0]), &["`b`", "1 values", "2"]),
        case("a name too few", || Dataset::from_array(["a"], array![[1.0, 2.0]].view()), &["column names", "1", "2"]),
        case("column twice", || Dataset::from_columns([("x", [1.0]), ("x", [2.0])]), &["`x`", "more than once"]),
        case(
            "blank column",
            || Dataset::from_columns([("x", [1.0]), ("\t", [2.0])]),
            &["column", "blank", "position 1"],
        ),
        case("row beyond the end", || good_data()?.row(5), &["row 5", "5 rows"]),
        case("missing column", || good_data()?.column("c").map(|column| column.len()), &["`c`", "`a`, `b`"]),
        case("CSV row too short", || Dataset::from_csv_reader("a,b\n1\n".as_bytes()), &["CSV input", "line: 2"]),
        case("CSV row too long", || Dataset::from_csv_reader("a\n1\n1,2\n".as_bytes()), &["CSV input", "line: 3"]),
        case("CSV not UTF-8", || Dataset::from_csv_reader(&b"a\n\xff\n"[..]), &["CSV input", "UTF-8"]),
        case("CSV without a header", || Dataset::from_csv_reader("".as_bytes()), &["data", "empty"]),
        case("CSV without rows", || Dataset::from_csv_reader("a,b\n".as_bytes()), &["data", "row"]),
        case("missing file", || Dataset::from_csv_path("no/such/data.csv"), &["no/such/data.csv"]),
        case("nothing to fill with", || data_with(vec![1.0], vec![f64::NAN])?.fill_with_mean(["b"]), &["`b`"]),
        case("no complete row", || data_with(vec![1.0], vec![f64::NAN])?.drop_incomplete_rows(["b"]), &["empty"]),
        case("observation too short", || Observation::new(["a", "b"], [1.0]), &["observation", "1 values", "2"]),
        case("observation with a name twice", || Observation::from_pairs([("a", 1.0), ("a", 1.0)]), &["`a`"]),
        case("blank name in an observation", || Observation::from_pairs([("", 1.0)]), &["blank", "position 0"]),
    ]);
}

#[test]
fn fitting() {
    let five = || vec![1.0, 2.0, 3.0, 4.0, 5.0];
    check(vec![
        case("one row", || fit(vec![1.0], vec![2.0]), &["`a`", "at least 2 rows", "1"]),
        case("too few rows for the parents", || fit(vec![1.0, 2.0], vec![2.0, 5.0]), &["`b`", "3 rows", "2"]),
        case(
            "too few complete rows of a root",
            move || fit(vec![1.0, f64::NAN, f64::NAN, f64::NAN, f64::NAN], five()),
            &["`a`", "at least 2 rows", "1", "4 rows in which it or a parent is missing"],
        ),
        case(
            "too few rows with the parent present",
            move || fit(vec![1.0, 2.0, f64::NAN, f64::NAN, 5.0], vec![1.0, f64::NAN, 3.0, 4.0, 6.0]),
            &["`b`", "3 rows", "has 2", "3 rows in which it or a parent is missing"],
        ),
        case("a column of nothing", move || fit(five(), vec![f64::NAN; 5]), &["`b`", "at least 2 rows", "has 0"]),
        case(
            "infinity beside a gap",
            move || fit(vec![f64::NAN, 2.0, f64::INFINITY, 4.0, 5.0], five()),
            &["`a`", "1 missing", "1 infinite", "row 2"],
        ),
        case(
            "infinity in a parent",
            move || fit(vec![1.0, 2.0, f64::INFINITY, 4.0, 5.0], five()),
            &["`a`", "1 infinite", "row 2"],
        ),
        case(
            "text",
            || {
                let data = Dataset::from_csv_reader("a,b\n1,2\n2,slow\n3,4\n".as_bytes())?;
                StructuralCausalModel::new(pair()?).assign_mechanisms(&data)
            },
            &["`b`", "row 1", "`slow`"],
        ),
        case(
            "text in the column of a node with a mechanism",
            || {
                let data = Dataset::from_csv_reader("a,b\n1,2\n2,slow\n3,4\n".as_bytes())?;
                let model = StructuralCausalModel::new(pair()?).with_mechanism("a", NoiseFamily::Empirical)?;
                model.with_mechanism("b", AdditiveNoiseModel::linear())?.fit(&data)
            },
            &["`b`", "row 1", "`slow`"],
        ),
        case(
            "no column for a node",
            || {
                let data = Dataset::from_columns([("a", five_values()), ("c", five_values())])?;
                StructuralCausalModel::new(pair()?).assign_mechanisms(&data)
            },
            &["`b`", "`a`, `c`"],
        ),
        case(
            "no mechanism",
            || StructuralCausalModel::new(pair()?).with_mechanism("a", NoiseFamily::Normal)?.fit(&good_data()?),
            &["`b`", "no mechanism"],
        ),
        case(
            "no mechanism and no data",
            || StructuralCausalModel::new(pair()?).without_fitting(),
            &["`a`", "no mechanism"],
        ),
        case("unfitted regression without data", || known_pair_with(AdditiveNoiseModel::linear()), &["`b`", "fitted"]),
        case(
            "unfitted noise without data",
            || known_pair_with(AdditiveNoiseModel::known(KnownFormula::sum(["a"]))),
            &["`b`", "formula", "fitted"],
        ),
        case("gamma with a zero", || fit_root(NoiseFamily::gamma(), 0.0), &["gamma", "`a`", "above", "0"]),
        case("log-normal of a negative", || fit_root(NoiseFamily::log_normal(), -1.5), &["log-normal", "`a`", "-1.5"]),
        case(
            "half-normal of a negative",
            || fit_root(NoiseFamily::half_normal(), -1.5),
            &["half-normal", "`a`", "-1.5"],
        ),
        case(
            "exponential of a negative",
            || fit_root(NoiseFamily::exponential(), -1.5),
            &["exponential", "`a`", "-1.5"],
        ),
        case(
            "family located at NaN",
            || fit_root(NoiseFamily::Exponential { location: Location::Given(f64::NAN) }, 1.0),
            &["location", "NaN"],
        ),
        case(
            "tails of half of the values each",
            || fit_root(NoiseFamily::Tailed(TailConfig::default().with_fraction(0.5)), 1.0),
            &["share", "tail", "1/4", "0.5"],
        ),
        case("most likely family of an infinity", || fit_root(NoiseFamily::MostLikely, f64::INFINITY), &["`a`", "inf"]),
        case(
            "normal noise of an exact function",
            || {
                let data = data_with(five_values(), five_values())?;
                let exact = AdditiveNoiseModel::known(KnownFormula::sum(["a"])).with_noise(NoiseFamily::Normal);
                StructuralCausalModel::new(pair()?).with_mechanism("b", exact)?.assign_mechanisms(&data)?.fit(&data)
            },
            &["noise of node `b`", "constant"],
        ),
        case(
            "formula of NaN",
            || fit_with("b", AdditiveNoiseModel::known(KnownFormula::new(["a"], |_| f64::NAN))),
            &["`b`", "NaN"],
        ),
        case(
            "custom noise of NaN",
            || fit_with("b", custom(|a, n| a + n, |_, _| f64::NAN)),
            &["`b`", "NaN", "recover"],
        ),
        case(
            "custom noise of infinity",
            || fit_with("b", custom(|a, n| a + n, |_, _| f64::INFINITY)),
            &["`b`", "inf", "recover"],
        ),
        case(
            "coefficient beyond the range of f64",
            || fit(vec![1e-300, 2e-300, 4e-300, 3e-300], vec![1e300, 2e300, 5e300, 3e300]),
            &["`b`", "coefficient", "too large"],
        ),
        case(
            "regression with a coefficient too few",
            || regress(ParentFunction::Linear(LinearFunction { intercept: 0.0, coefficients: vec![] })),
            &["`b`", "coefficient"],
        ),
        case(
            "regression with a coefficient too many",
            || regress(ParentFunction::Linear(LinearFunction { intercept: 0.0, coefficients: vec![1.0, 1.0] })),
            &["`b`", "coefficient"],
        ),
        case("regression that returns NaN", || regress(ParentFunction::formula(|_| f64::NAN)), &["`b`", "NaN"]),
    ]);
}

fn five_values() -> Vec<f64> {
    vec![1.0, 2.0, 3.0, 4.0, 5.0]
}

/// Fits a family to the root a, whose smallest value is this.
fn fit_root(family: NoiseFamily, smallest: f64) -> Result<FittedModel, Error> {
    let data = data_with(vec![2.0, smallest, 3.0, 2.5, 4.0], five_values())?;
    StructuralCausalModel::new(pair()?).with_mechanism("a", family)?.assign_mechanisms(&data)?.fit(&data)
}

/// Fits and attributes with a regression that returns this function.
fn regress(function: ParentFunction) -> Result<Attribution, Error> {
    fit_with("b", AdditiveNoiseModel::new(Returns(function)))?.attribute_outlier(
        "b",
        &event()?,
        &AttributionConfig::default(),
    )
}

#[test]
fn mechanisms_and_their_places() {
    let place = |node: &'static str, mechanism: fn() -> Result<CausalMechanism, Error>| {
        move || {
            let graph = CausalGraph::from_edges([("a", "y"), ("b", "y")])?;
            StructuralCausalModel::new(graph).with_mechanism(node, mechanism()?)
        }
    };
    check(vec![
        case("unknown node", place("z", || Ok(NoiseFamily::Normal.into())), &["`z`", "`a`, `y`, `b`"]),
        case("distribution of a non-root", place("y", || Ok(NoiseFamily::Normal.into())), &["`y`", "`a`, `b`"]),
        case(
            "known distribution of a non-root",
            place("y", || Ok(NoiseDistribution::normal(0.0, 1.0)?.into())),
            &["`y`", "`a`, `b`"],
        ),
        case("regression of a root", place("a", || Ok(AdditiveNoiseModel::linear().into())), &["`a`", "parent"]),
        case(
            "formula of a wrong parent",
            place("y", || Ok(AdditiveNoiseModel::known(KnownFormula::sum(["a", "c"])).into())),
            &["`y`", "`a`, `c`", "`a`, `b`"],
        ),
        case(
            "formula of a parent twice",
            place("y", || Ok(AdditiveNoiseModel::known(KnownFormula::sum(["a", "a"])).into())),
            &["`y`", "`a`, `a`"],
        ),
        case(
            "formula of a parent twice beside all",
            place("y", || Ok(AdditiveNoiseModel::known(KnownFormula::sum(["a", "b", "a"])).into())),
            &["`y`", "`a`, `b`, `a`"],
        ),
        case(
            "formula that lacks a parent",
            place("y", || Ok(AdditiveNoiseModel::known(KnownFormula::maximum(["b"])).into())),
            &["`y`", "the parents `b`", "`a`, `b`"],
        ),
        case(
            "formula of parents for a root",
            place("a", || Ok(AdditiveNoiseModel::known(KnownFormula::sum(["b"])).into())),
            &["`a`", "`b`", "none"],
        ),
        case(
            "custom mechanism of a wrong parent",
            place("y", || Ok(custom(|a, n| a + n, |a, x| x - a).into())),
            &["`y`", "the parents `a`", "`a`, `b`"],
        ),
        case("maximum of nothing", maximum_of_nothing, &["`a`"]),
        case("weight of NaN", || KnownFormula::weighted_sum([("a", 1.0), ("b", f64::NAN)]), &["weight", "`b`", "NaN"]),
        case("infinite weight", || KnownFormula::weighted_sum([("a", f64::INFINITY)]), &["weight", "`a`", "inf"]),
        case("negative ridge", || LinearRegression::ridge(-1.0), &["ridge", "-1"]),
        case("ridge of NaN", || LinearRegression::ridge(f64::NAN), &["ridge", "NaN"]),
        case("infinite ridge", || LinearRegression::ridge(f64::INFINITY), &["ridge", "inf"]),
    ]);
}

/// The largest of no parents is minus infinity.
fn maximum_of_nothing() -> Result<FittedModel, Error> {
    let nothing = AdditiveNoiseModel::known(KnownFormula::maximum(Vec::<String>::new()));
    StructuralCausalModel::new(CausalGraph::from_nodes_and_edges(["a"], Vec::<(String, String)>::new())?)
        .with_mechanism("a", nothing.with_noise(NoiseDistribution::normal(0.0, 1.0)?))?
        .without_fitting()
}

#[test]
fn distributions() {
    const NAN: f64 = f64::NAN;
    const INF: f64 = f64::INFINITY;
    check(vec![
        case("constant of NaN", || NoiseDistribution::constant(NAN), &["constant", "NaN"]),
        case("empirical of nothing", || NoiseDistribution::empirical(&[]), &["empirical", "empty"]),
        case("empirical with NaN", || NoiseDistribution::empirical(&[1.0, NAN]), &["empirical", "position 1", "NaN"]),
        case("empirical with infinity", || NoiseDistribution::empirical(&[INF]), &["empirical", "position 0", "inf"]),
        case(
            "normal, negative std_dev",
            || NoiseDistribution::normal(0.0, -1.0),
            &["standard deviation", "normal", "-1"],
        ),
        case("normal, std_dev 0", || NoiseDistribution::normal(0.0, 0.0), &["standard deviation", "normal", "0"]),
        case("normal, std_dev NaN", || NoiseDistribution::normal(0.0, NAN), &["standard deviation", "normal", "NaN"]),
        case("normal, infinite mean", || NoiseDistribution::normal(INF, 1.0), &["mean", "normal", "inf"]),
        case("half-normal, scale 0", || NoiseDistribution::half_normal(0.0, 0.0), &["scale", "half-normal", "0"]),
        case("half-normal, location NaN", || NoiseDistribution::half_normal(NAN, 1.0), &["location", "half-normal"]),
        case("exponential, negative mean", || NoiseDistribution::exponential(-2.0), &["mean", "exponential", "-2"]),
        case("exponential, infinite mean", || NoiseDistribution::exponential(INF), &["mean", "exponential", "inf"]),
        case("gamma, shape 0", || NoiseDistribution::gamma(0.0, 1.0), &["shape", "gamma", "0"]),
        case("gamma, shape NaN", || NoiseDistribution::gamma(NAN, 1.0), &["shape", "gamma", "NaN"]),
        case("gamma, shape beyond 1e10", || NoiseDistribution::gamma(1e11, 1.0), &["shape", "gamma", "100000000000"]),
        case("gamma, negative scale", || NoiseDistribution::gamma(1.0, -1.0), &["scale", "gamma", "-1"]),
        case("log-normal, sigma 0", || NoiseDistribution::log_normal(0.0, 0.0), &["sigma", "log-normal", "0"]),
        case("log-normal, mu NaN", || NoiseDistribution::log_normal(NAN, 1.0), &["mu", "log-normal", "NaN"]),
        case("uniform, empty", || NoiseDistribution::uniform(2.0, 2.0), &["uniform", "0"]),
        case("uniform, reversed", || NoiseDistribution::uniform(2.0, 1.0), &["uniform", "-1"]),
        case("uniform, NaN", || NoiseDistribution::uniform(0.0, NAN), &["upper end", "uniform", "NaN"]),
        case("shift by NaN", || NoiseDistribution::normal(0.0, 1.0)?.shifted_by(NAN), &["mean", "NaN"]),
        case("quantile of 1.5", || NoiseDistribution::normal(0.0, 1.0)?.quantile(1.5), &["probability", "1.5"]),
        case("fit to nothing", || NoiseFamily::Normal.fit(&[], "the noise of `q`"), &["the noise of `q`", "empty"]),
        case("fit to one value", || NoiseFamily::Normal.fit(&[1.0], "the noise of `q`"), &["the noise of `q`", "1"]),
        case("fit to NaN", || NoiseFamily::Normal.fit(&[1.0, NAN], "the noise of `q`"), &["position 1", "`q`", "NaN"]),
        case(
            "fit to a constant",
            || NoiseFamily::Uniform.fit(&[3.0; 4], "the noise of `q`"),
            &["`q`", "3", "4 values"],
        ),
    ]);
}

#[test]
fn observations() {
    let attribute_row = |text: &'static str| {
        move || {
            let rows = Dataset::from_csv_reader(text.as_bytes())?;
            known_pair()?.attribute_outliers("b", &rows, &AttributionConfig::default())
        }
    };
    check(vec![
        case("missing target", || attribute_event(&[("a", 1.0)]), &["`b`", "`a`"]),
        case("NaN in the target", || attribute_event(&[("a", 1.0), ("b", f64::NAN)]), &["`b`", "NaN"]),
        case("infinite ancestor", || attribute_event(&[("a", f64::INFINITY), ("b", 1.0)]), &["`a`", "inf"]),
        case("blank target in the third row", attribute_row("a,b\n1,2\n1,3\n4,\n"), &["row 2", "`b`"]),
        case("text in an ancestor", attribute_row("a,b\n1,2\nslow,1\n"), &["row 1", "`a`", "slow"]),
        case("text in an event", attribute_row("a,b\n1,2\n1,slow\n"), &["row 1", "`b`", "slow"]),
        case(
            "node scores of infinity",
            || known_pair()?.node_scores(&Observation::from_pairs([("a", f64::INFINITY)])?, &FeatureMap::UpperTail),
            &["`a`", "inf"],
        ),
        case("noises lack a node", || known_pair()?.estimate_noise(&Observation::from_pairs([("a", 1.0)])?), &["`b`"]),
        case(
            "custom mechanism that is not invertible at the stand-in for a missing parent",
            || {
                let event = Observation::from_pairs([("b", 1.0)])?;
                known_pair_with(known_custom(|a, n| a * n, |a, x| x / a)?)?.attribute_outlier(
                    "b",
                    &event,
                    &AttributionConfig::default(),
                )
            },
            &["`b`", "recover", "inf"],
        ),
        case("noise of NaN", || known_pair()?.estimate_noise(&Observation::from_pairs([("a", f64::NAN)])?), &["`a`"]),
        case(
            "unknown target",
            || known_pair()?.attribute_outlier("nobody", &event()?, &AttributionConfig::default()),
            &["`nobody`", "`a`, `b`"],
        ),
        case("unknown node", || known_pair()?.mechanism("nobody").map(drop), &["`nobody`"]),
    ]);
}

#[test]
fn configurations() {
    let with =
        |change: fn(AttributionConfig) -> AttributionConfig| move || attribute(change(AttributionConfig::default()));
    check(vec![
        case("zero samples", with(|c| c.with_samples(0)), &["number of samples", "32", "is 0"]),
        case("31 samples", with(|c| c.with_samples(31)), &["number of samples", "32", "is 31"]),
        case(
            "samples beyond all memory",
            with(|c| c.with_samples(usize::MAX).with_feature_map(FeatureMap::custom(|x| x))),
            &["number of samples"],
        ),
        case(
            "0 permutations",
            with(|c| c.with_shapley_method(ShapleyMethod::Permutations(0))),
            &["permutations", "is 0"],
        ),
        case(
            "1 permutation",
            with(|c| c.with_shapley_method(ShapleyMethod::Permutations(1))),
            &["permutations", "is 1"],
        ),
        case(
            "2 permutations",
            with(|c| c.with_shapley_method(ShapleyMethod::Permutations(2))),
            &["permutations", "is 2"],
        ),
        case(
            "permutations beyond all memory",
            with(|c| c.with_shapley_method(ShapleyMethod::Permutations(usize::MAX))),
            &["permutations"],
        ),
        case("floor -0.1", with(|c| c.with_floor(-0.1)), &["floor", "-0.1"]),
        case("floor 1", with(|c| c.with_floor(1.0)), &["floor", "is 1"]),
        case("floor 2", with(|c| c.with_floor(2.0)), &["floor", "is 2"]),
        case("floor NaN", with(|c| c.with_floor(f64::NAN)), &["floor", "NaN"]),
        case(
            "feature map of NaN at the observation",
            with(|c| c.with_feature_map(FeatureMap::custom(|x| if x == 9.0 { f64::NAN } else { x }))),
            &["custom feature map", "NaN", "9"],
        ),
        case(
            "feature map of NaN at the samples",
            with(|c| c.with_feature_map(FeatureMap::custom(|x| if x == 9.0 { x } else { f64::NAN }))),
            &["custom feature map", "NaN"],
        ),
        case(
            "floor 0 and a tail that no sample hits",
            with(|c| c.with_floor(0.0).with_samples(100).with_feature_map(FeatureMap::custom(|x| x))),
            &["100 samples", "no node", "floor"],
        ),
        case(
            // Keeping b's noise of 0 leaves only a, which a closure hides from integration, and no sample of N(0, 1)
            // reaches 6.
            "floor 0 and a coalition that no sample hits",
            || {
                let edge = AdditiveNoiseModel::known(KnownFormula::new(["a"], |p| p[0]))
                    .with_noise(NoiseDistribution::uniform(-9.0, 9.0)?);
                let event = Observation::from_pairs([("a", 6.0), ("b", 6.0)])?;
                let config = AttributionConfig::default().with_floor(0.0).with_samples(100);
                known_pair_with(edge)?.attribute_outlier("b", &event, &config)
            },
            &["100 samples", "`b`", "floor"],
        ),
    ]);
}

#[test]
fn user_mechanisms() {
    check(vec![
        case("evaluates to NaN", || attribute_with(known_custom(|_, _| f64::NAN, |a, x| x - a)?), &["`b`", "NaN"]),
        case(
            "evaluates to infinity",
            || attribute_with(known_custom(|_, _| f64::INFINITY, |a, x| x - a)?),
            &["`b`", "inf"],
        ),
        case(
            // Only where a sample of the noise is large, so that the observation itself is fine.
            "evaluates some samples to NaN",
            || attribute_with(known_custom(|a, n| if n > 2.0 && n < 4.0 { f64::NAN } else { a + n }, |a, x| x - a)?),
            &["`b`", "NaN", "evaluate"],
        ),
        case(
            "recovers NaN",
            || attribute_with(known_custom(|a, n| a + n, |_, _| f64::NAN)?),
            &["`b`", "NaN", "recover"],
        ),
        case(
            "recovers infinity",
            || attribute_with(known_custom(|a, n| a + n, |_, _| f64::NEG_INFINITY)?),
            &["`b`", "-inf", "recover"],
        ),
        case(
            "is not invertible",
            || attribute_with(known_custom(|a, n| a + n, |a, x| x + a)?),
            &["`b`", "not invertible", "13", "17"],
        ),
        case(
            // b is in seconds, its parent in bytes: an error of 9 s is no rounding error however many bytes there are.
            "is not invertible beside a large parent",
            || {
                let model = known_pair_with(known_custom(|a, n| 1e-9 * a + n, |_, _| 0.0)?)?;
                let event = Observation::from_pairs([("a", 1e9), ("b", 10.0)])?;
                model.attribute_outlier("b", &event, &AttributionConfig::default())
            },
            &["`b`", "not invertible", "10"],
        ),
        case(
            "formula evaluates to NaN without data",
            || {
                let formula = KnownFormula::new(["a"], |p| if p[0] > 1.0 { f64::NAN } else { p[0] });
                let noise = NoiseDistribution::normal(0.0, 1.0)?;
                known_pair_with(AdditiveNoiseModel::known(formula).with_noise(noise))
            },
            &["`b`", "NaN"],
        ),
        case(
            "known noise overflows",
            || {
                // 1e300 is a number, as are all quantiles of it, but not its sum with itself a thousand million times.
                let graph = CausalGraph::from_edges([("a", "b")])?;
                let sum = KnownFormula::weighted_sum([("a", 1e9)])?;
                let sum = AdditiveNoiseModel::known(sum).with_noise(NoiseDistribution::normal(0.0, 1.0)?);
                let model = StructuralCausalModel::new(graph)
                    .with_mechanism("a", NoiseDistribution::normal(1e300, 1.0)?)?
                    .with_mechanism("b", sum)?;
                model.without_fitting()?.draw_samples(100, 1)
            },
            &["`b`", "inf"],
        ),
        case("known noise is beyond numbers", || NoiseDistribution::log_normal(0.0, 1000.0), &["finite", "inf"]),
        case(
            "known noise is known to be beyond numbers",
            || NoiseDistribution::exponential(f64::MAX),
            &["quantile", "inf"],
        ),
        case(
            "weighted sum overflows",
            || {
                let sum = KnownFormula::weighted_sum([("a", f64::MAX)])?;
                let noise = NoiseDistribution::normal(0.0, 1.0)?;
                known_pair_with(AdditiveNoiseModel::known(sum).with_noise(noise))?.draw_samples(100, 1)
            },
            &["`b`", "inf"],
        ),
    ]);
}

#[test]
fn scores_games_and_draws() {
    let game = |players: usize, method: ShapleyMethod| {
        move || shapley_values(&FunctionGame::new(players, |_| 0.0), &ShapleyConfig::default().with_method(method))
    };
    check(vec![
        case("no reference scores", || ItScorer::calibrate(&[]), &["reference scores", "empty"]),
        case("reference score of NaN", || ItScorer::calibrate(&[1.0, f64::NAN]), &["reference score", "NaN"]),
        case("score of NaN", || it_score(&[1.0, 2.0], f64::NAN), &["score", "NaN"]),
        case("scorer with floor 1", || ItScorer::calibrate(&[1.0])?.with_floor(1.0), &["floor", "1"]),
        case(
            "beyond the reference, floor 0",
            || ItScorer::calibrate(&[1.0])?.with_floor(0.0)?.score(2.0),
            &["floor", "0"],
        ),
        case("tail probability 1.1", || ItScore::from_tail_probability(1.1, 0.1), &["tail probability", "1.1"]),
        case("tail probability -0.1", || ItScore::from_tail_probability(-0.1, 0.1), &["tail probability", "-0.1"]),
        case("tail probability NaN", || ItScore::from_tail_probability(f64::NAN, 0.1), &["tail probability", "NaN"]),
        case("tail and floor 0", || ItScore::from_tail_probability(0.0, 0.0), &["floor", "positive"]),
        case("floor NaN", || ItScore::from_tail_probability(0.5, f64::NAN), &["floor", "NaN"]),
        case("no players", game(0, ShapleyMethod::Auto), &["game", "empty", "player"]),
        case("no players, permutations", game(0, ShapleyMethod::Permutations(10)), &["game", "empty", "player"]),
        case("21 players, exact", game(21, ShapleyMethod::Exact), &["21 players", "at most 20"]),
        case("2 permutations", game(3, ShapleyMethod::Permutations(2)), &["permutations", "is 2"]),
        case(
            "a game worth NaN",
            || {
                let game = FunctionGame::new(2, |coalition| if coalition.contains(0) { f64::NAN } else { 0.0 });
                shapley_values(&game, &ShapleyConfig::default())
            },
            &["NaN"],
        ),
        case("draws of no rows", || known_pair()?.draw_samples(0, 1), &["rows", "at least 1", "is 0"]),
        case("more rows than memory", || known_pair()?.draw_samples(usize::MAX, 1), &["rows"]),
    ]);
}
