//! Stated errors hold for random models whose contributions are known exactly, for every engine and budget.
//!
//! The example `stated_errors` does the same with more models and prints a table.

use etiology::attribution::{EngineName, Estimator, NoiseSampling};
use etiology::{AttributionConfig, FeatureMap, ShapleyMethod};

use crate::exact_models::{ExactCase, Family};

const MODELS: u64 = 80;
/// Differences that rounding explains, in nats: of closed forms whose terms cancel, near a floor of 10⁻⁸.
const ROUNDING: f64 = 2e-6;

/// How many figures there were, lay within 1.96 of their errors, and beyond 4.
#[derive(Debug, Default)]
struct Counts {
    all: usize,
    within: usize,
    beyond: usize,
}

impl Counts {
    fn add(&mut self, found: f64, truth: f64, error: f64) {
        let missed = (found - truth).abs();
        // Figures without an error that miss the truth by rounding say nothing of errors.
        if missed > ROUNDING || error > ROUNDING {
            self.all += 1;
            self.within += usize::from(missed <= 1.96 * error + ROUNDING);
            self.beyond += usize::from(missed > 4.0 * error + ROUNDING);
        }
    }

    fn of(config: &AttributionConfig, cases: &[ExactCase]) -> Self {
        let mut counts = Self::default();
        for (case, seed) in cases.iter().zip(0..) {
            let config = config.clone().with_feature_map(FeatureMap::UpperTail).with_floor(case.floor).with_seed(seed);
            // An engine does not apply to all models.
            let Ok(found) = case.model.attribute_outlier(&case.target(), &case.observation, &config) else { continue };
            counts.add(found.score.value, case.score, found.score.std_error);
            for (node, truth) in &case.contributions {
                // Nodes that cannot matter have no contribution, or one of 0.
                let (value, error) =
                    found.contribution(node).map_or((0.0, 0.0), |found| (found.value, found.std_error));
                counts.add(value, *truth, error);
            }
        }
        counts
    }

    /// What one model misses it misses in several figures, so that of few a handful may lie beyond.
    fn assert_honest(&self, what: &str) {
        assert!(self.all >= 100, "{what}: {self:?}");
        assert!(self.within as f64 >= 0.92 * self.all as f64, "{what}: {self:?}");
        assert!(self.beyond as f64 <= (self.all as f64 / 500.0).max(3.0), "{what}: {self:?}");
    }

    fn sum(counts: &[Self]) -> Self {
        let sum = |part: fn(&Self) -> usize| counts.iter().map(part).sum();
        Self { all: sum(|counts| counts.all), within: sum(|counts| counts.within), beyond: sum(|counts| counts.beyond) }
    }
}

fn cases(models: u64, families: &[Family]) -> Vec<ExactCase> {
    let cases = (0..models).map(|seed| ExactCase::random_of(families, seed).unwrap());
    cases.collect()
}

fn only(engine: EngineName) -> AttributionConfig {
    AttributionConfig::default().with_estimator(Estimator::Only(engine))
}

#[test]
fn errors_of_samples_hold_from_32_to_16_384() {
    let cases = cases(MODELS, &Family::ALL);
    let independent = only(EngineName::Sampling).with_noise_sampling(NoiseSampling::MonteCarlo);
    let mut all = Vec::new();
    for (samples, models) in [(32, 80), (64, 80), (1_024, 80), (16_384, 30)] {
        for (config, what) in [(only(EngineName::Sampling), "nets"), (independent.clone(), "independent draws")] {
            let counts = Counts::of(&config.with_samples(samples), &cases[..models]);
            counts.assert_honest(&format!("{samples} samples, {what}"));
            all.push(counts);
        }
    }
    let all = Counts::sum(&all);
    assert!(all.beyond * 500 <= all.all, "{all:?}");
}

#[test]
fn errors_of_counted_hits_hold_from_32_to_4_096() {
    let cases = cases(MODELS, &Family::ALL);
    let counting = AttributionConfig::default().with_estimator(Estimator::Counting);
    for samples in [32, 256, 4_096] {
        let counts = Counts::of(&counting.clone().with_samples(samples), &cases);
        counts.assert_honest(&format!("{samples} counted samples"));
    }
}

#[test]
fn errors_of_partial_inversion_hold_from_32_to_4_096() {
    let cases = cases(30, &[Family::Outer]);
    for samples in [32, 256, 4_096] {
        let counts = Counts::of(&only(EngineName::PartialInversion).with_samples(samples), &cases);
        counts.assert_honest(&format!("partial inversion with {samples} samples"));
    }
}

#[test]
fn errors_of_few_permutations_hold_from_4_to_32() {
    let cases = cases(150, &[Family::Normal]);
    for permutations in [4, 8, 16, 32] {
        let method = ShapleyMethod::Permutations(permutations);
        let counts = Counts::of(&only(EngineName::ClosedForm).with_shapley_method(method), &cases);
        counts.assert_honest(&format!("{permutations} permutations"));
    }
}
