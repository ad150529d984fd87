//! What can be sent between threads, cloned and kept: part of the public interface, held here at compile time.

use std::error::Error as StdError;

use etiology::arrow_strength::{ArrowStrengthConfig, ArrowStrengths};
use etiology::bootstrap::BootstrapIntervals;
use etiology::evaluation::ModelEvaluation;
use etiology::influence::{InfluenceConfig, IntrinsicInfluence};
use etiology::mechanism::{AssignmentConfig, CausalMechanism, FittedMechanism, MechanismRegistry};
use etiology::relevance::{Relevance, RelevanceConfig};
use etiology::score::ItScore;
use etiology::shapley::ShapleyConfig;
use etiology::{
    Attribution, AttributionConfig, Attributor, BootstrapConfig, CausalGraph, Dataset, Diagnosis, DiagnosisConfig,
    Error, EvaluationConfig, FeatureMap, FittedModel, NoiseDistribution, Observation, StructuralCausalModel,
};

fn shared_and_cloned<T: Send + Sync + Clone + std::fmt::Debug + 'static>() {}
fn shared<T: Send + Sync + 'static>() {}

#[test]
fn values_cross_threads_and_can_be_cloned() {
    shared_and_cloned::<FittedModel>();
    shared_and_cloned::<StructuralCausalModel>();
    shared_and_cloned::<CausalGraph>();
    shared_and_cloned::<CausalMechanism>();
    shared_and_cloned::<FittedMechanism>();
    shared_and_cloned::<NoiseDistribution>();
    shared_and_cloned::<Dataset>();
    shared_and_cloned::<Observation>();
    shared_and_cloned::<Attribution>();
    shared_and_cloned::<Diagnosis>();
    shared_and_cloned::<ModelEvaluation>();
    shared_and_cloned::<BootstrapIntervals>();
    shared_and_cloned::<ItScore>();
    shared_and_cloned::<FeatureMap>();
    shared_and_cloned::<MechanismRegistry>();
    shared_and_cloned::<AttributionConfig>();
    shared_and_cloned::<AssignmentConfig>();
    shared_and_cloned::<BootstrapConfig>();
    shared_and_cloned::<DiagnosisConfig>();
    shared_and_cloned::<EvaluationConfig>();
    shared_and_cloned::<ShapleyConfig>();
    shared_and_cloned::<IntrinsicInfluence>();
    shared_and_cloned::<InfluenceConfig>();
    shared_and_cloned::<ArrowStrengths>();
    shared_and_cloned::<ArrowStrengthConfig>();
    shared_and_cloned::<Relevance>();
    shared_and_cloned::<RelevanceConfig>();
}

#[test]
fn an_attributor_is_shared_by_the_threads_that_ask_it() {
    shared::<Attributor>();
}

#[test]
fn errors_go_wherever_boxed_errors_go() {
    fn boxed<T: StdError + Send + Sync + 'static>(error: T) -> Box<dyn StdError + Send + Sync> {
        Box::new(error)
    }
    let error = Dataset::from_csv_reader("".as_bytes()).unwrap_err();
    let text = error.to_string();
    assert_eq!(boxed::<Error>(error).to_string(), text);
}
