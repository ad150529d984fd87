//! Several rows as one event, against closed forms: a row is y = 2x + n, with normal x and n.

use crate::linear_gaussian::normal_survival;
use etiology::attribution::{Estimator, RowStatistic, RowsAttribution};
use etiology::{
    AdditiveNoiseModel, AttributionConfig, CausalGraph, Dataset, Error, FeatureMap, FittedModel, KnownFormula,
    NoiseDistribution, Quantity, StructuralCausalModel,
};

const X: [f64; 4] = [1.2, -0.3, 0.8, 1.5];
const N: [f64; 4] = [0.4, 1.1, -0.2, 0.9];

fn model() -> FittedModel {
    let y = AdditiveNoiseModel::known(KnownFormula::weighted_sum([("x", 2.0)]).unwrap());
    let normal = |sd| NoiseDistribution::normal(0.0, sd).unwrap();
    StructuralCausalModel::new(CausalGraph::from_edges([("x", "y")]).unwrap())
        .with_mechanism("x", normal(1.0))
        .and_then(|model| model.with_mechanism("y", y.with_noise(normal(0.7))))
        .and_then(|model| model.without_fitting())
        .unwrap()
}

fn incident() -> Dataset {
    let y: Vec<f64> = X.iter().zip(N).map(|(x, n)| 2.0 * x + n).collect();
    Dataset::from_columns([("x", X.to_vec()), ("y", y)]).unwrap()
}

fn upper() -> AttributionConfig {
    AttributionConfig::default().with_feature_map(FeatureMap::UpperTail).with_floor(0.0)
}

fn ask(statistic: RowStatistic, config: &AttributionConfig) -> RowsAttribution {
    model().attribute_rows_together("y", &incident(), statistic, config).unwrap()
}

/// The Shapley values of two players from ln P of nobody, of x alone and of y alone.
fn split(nobody: f64, x: f64, y: f64) -> [f64; 2] {
    [0.5 * (x - nobody - y), 0.5 * (y - nobody - x)]
}

fn assert_close(found: &RowsAttribution, [x, y]: [f64; 2], errors: f64, least: f64) {
    for (node, expected) in [("x", x), ("y", y)] {
        let part = found.contribution(node).unwrap();
        let allowed = errors * part.std_error + least;
        assert!(
            (part.value - expected).abs() <= allowed,
            "{node}: {} ± {}, not {expected}",
            part.value,
            part.std_error
        );
    }
}

#[test]
fn the_mean_of_a_linear_normal_target_is_in_closed_form() {
    let rows = X.len() as f64;
    let (x, n) = (X.iter().sum::<f64>() / rows, N.iter().sum::<f64>() / rows);
    let (sd_x, sd_n) = (2.0 / rows.sqrt(), 0.7 / rows.sqrt());
    let ln_tail = |deviation: f64, sd: f64| normal_survival(deviation / sd).ln();
    let truth = split(ln_tail(2.0 * x + n, sd_x.hypot(sd_n)), ln_tail(n, sd_n), ln_tail(2.0 * x, sd_x));
    assert_close(&ask(RowStatistic::Mean, &upper()), truth, 0.0, 1e-9);
    assert_close(&ask(RowStatistic::Mean, &upper().with_estimator(Estimator::MonteCarlo)), truth, 4.0, 1e-9);
    let deviation = ask(RowStatistic::Mean, &AttributionConfig::default().with_quantity(Quantity::MeanDeviation));
    assert_close(&deviation, [2.0 * x, n], 0.0, 1e-12);
}

#[test]
fn the_maximum_is_that_of_independent_rows() {
    let highest = X.iter().zip(N).map(|(x, n)| 2.0 * x + n).fold(f64::MIN, f64::max);
    let none = |below: f64, sd: f64| 1.0 - normal_survival(below / sd);
    let ln_any = |all_below: f64| (1.0 - all_below).ln();
    let nobody = ln_any(none(highest, 2_f64.hypot(0.7)).powi(4));
    let x = ln_any(X.iter().map(|x| none(highest - 2.0 * x, 0.7)).product());
    let y = ln_any(N.iter().map(|n| none(highest - n, 2.0)).product());
    assert_close(&ask(RowStatistic::Maximum, &upper()), split(nobody, x, y), 4.0, 0.0);
}

#[test]
fn the_count_is_that_of_independent_rows() {
    let (bound, seen) = (1.0, 3);
    let together = ask(RowStatistic::CountAbove(bound), &upper());
    assert_eq!(together.observed, seen as f64);
    // P{at least so many of independent trials succeed}
    let at_least = |chances: [f64; 4]| {
        let mut counts = [1.0, 0.0, 0.0, 0.0, 0.0];
        for chance in chances {
            for count in (0..4).rev() {
                counts[count + 1] += chance * counts[count];
                counts[count] *= 1.0 - chance;
            }
        }
        counts[seen..].iter().sum::<f64>().ln()
    };
    let nobody = at_least([normal_survival(bound / 2_f64.hypot(0.7)); 4]);
    let x = at_least(X.map(|x| normal_survival((bound - 2.0 * x) / 0.7)));
    let y = at_least(N.map(|n| normal_survival((bound - n) / 2.0)));
    assert_close(&together, split(nobody, x, y), 4.0, 0.0);
}

#[test]
fn a_context_is_given_in_every_row_and_one_row_is_an_outlier() {
    let given = ask(RowStatistic::Mean, &upper().with_context(["x"]));
    let n = N.iter().sum::<f64>() / 4.0;
    let expected = -normal_survival(n / (0.7 / 2.0)).ln();
    assert!((given.score.value - expected).abs() < 1e-9 && given.contributions.len() == 1, "{given}");
    let single = incident().head(1).unwrap();
    let together = model().attribute_rows_together("y", &single, RowStatistic::Mean, &upper()).unwrap();
    let alone = model().attribute_outlier("y", &single.row(0).unwrap(), &upper()).unwrap();
    for part in &alone.contributions {
        assert!((together.contribution(&part.node).unwrap().value - part.value).abs() < 1e-9);
    }
}

#[test]
fn rows_that_are_refused() {
    let ask = |rows: &Dataset, statistic| model().attribute_rows_together("y", rows, statistic, &upper());
    let refused = |rows: &Dataset, statistic| ask(rows, statistic).unwrap_err().to_string();
    assert!(refused(&incident(), RowStatistic::CountAbove(f64::NAN)).contains("finite"));
    let without = Dataset::from_columns([("x", vec![1.0, 2.0]), ("y", vec![1.0, f64::NAN])]).unwrap();
    assert!(matches!(ask(&without, RowStatistic::Mean), Err(Error::InRow { row: 1, .. })));
    let many = Dataset::from_columns([("x", vec![0.0; 1_001]), ("y", vec![0.0; 1_001])]).unwrap();
    assert!(refused(&many, RowStatistic::Mean).contains("1001 rows of 2 nodes"));
    // A cause that is missing in a row is drawn there.
    let gaps = Dataset::from_columns([("x", vec![1.2, f64::NAN]), ("y", vec![2.8, 2.9])]).unwrap();
    let found = ask(&gaps, RowStatistic::Mean).unwrap();
    assert!(found.contribution("x").unwrap().rows_missing == 1 && found.unexplained.value > 0.1, "{found}");
}
