//! Models that travel: the same bits after a round trip, and no harm from anything else that claims to be a model.

mod damage;
mod files;
mod models;

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use etiology::mechanism::MechanismRegistry;
use etiology::model::ModelFormat;
use etiology::{
    Attribution, AttributionConfig, CausalGraph, CustomMechanism, DiagnosisConfig, FeatureMap, FittedModel,
    KnownFormula, Mechanism, NoiseDistribution, StructuralCausalModel,
};
use models::{Case, Share};

/// Everything that a model is asked for, as text that shows every bit.
fn answers(Case { target, event, .. }: &Case, model: &FittedModel) -> Vec<String> {
    let config = AttributionConfig::default().with_samples(512);
    let attribution = model.attribute_outlier(target, event, &config).unwrap();
    let diagnosis = model.diagnose(target, event, &DiagnosisConfig::default());
    vec![
        serde_json::to_string(&attribution).unwrap(),
        format!("{:?}", diagnosis.map_err(|error| error.to_string())),
        format!("{:?}", model.node_scores(event, &FeatureMap::default()).map_err(|error| error.to_string())),
        format!("{:?}", model.draw_samples(20, 3).unwrap().values()),
        format!("{:?} {:?}", model.fit_report(), model.assignment_report()),
        format!("{:?} {:?} {:?}", model.training_rows(), model.default_floor(), model.graph().to_dot()),
        format!("{:?} {:?}", model.graph().topological_order(), model.graph().dropped_calls()),
    ]
}

#[test]
fn a_loaded_model_gives_the_same_bits_in_both_formats() {
    for case in models::all(120) {
        let (text, bytes) = (case.model.to_json().unwrap(), case.model.to_bytes().unwrap());
        let asked = answers(&case, &case.model);
        for loaded in [
            FittedModel::from_json_with(&text, &case.registry).unwrap(),
            FittedModel::from_bytes_with(&bytes, &case.registry).unwrap(),
        ] {
            assert_eq!(answers(&case, &loaded), asked, "{}", case.name);
            assert_eq!(loaded.to_json().unwrap(), text, "{}", case.name);
            assert_eq!(loaded.to_bytes().unwrap(), bytes, "{}", case.name);
        }
        assert!(bytes.len() < text.len(), "{}", case.name);
    }
}

#[test]
fn files_are_loaded_in_whichever_format_they_are_and_replaced_as_a_whole() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("saved_models");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let case = &models::all(40)[0];
    for (name, format) in [("model.JSON", ModelFormat::Json), ("model.etiology", ModelFormat::Binary)] {
        let path = folder.join(name);
        fs::write(&path, "what was there before").unwrap();
        assert_eq!(ModelFormat::of_path(&path), format);
        case.model.save(&path).unwrap();
        let first = fs::read(&path).unwrap();
        let expected = match format {
            ModelFormat::Json => case.model.to_json().unwrap().into_bytes(),
            _ => case.model.to_bytes().unwrap(),
        };
        assert_eq!(first, expected);
        assert_eq!(answers(case, &FittedModel::load(&path).unwrap()), answers(case, &case.model));
    }
    let misnamed = folder.join("binary.json");
    case.model.save_as(&misnamed, ModelFormat::Binary).unwrap();
    assert!(FittedModel::load(&misnamed).is_ok());
    let mut left: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["binary.json", "model.JSON", "model.etiology"], "temporary files are gone");
}

#[test]
fn a_failed_write_leaves_what_was_there_and_says_which_file() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("saved_models_failing");
    fs::create_dir_all(folder.join("folder.json").join("inside")).unwrap();
    let model = &models::all(40)[3].model;
    let error = model.save(folder.join("folder.json")).unwrap_err().to_string();
    assert!(error.starts_with("cannot write the model file") && error.contains("folder.json"), "{error}");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "no temporary file is left");
    let error = model.save(folder.join("nowhere").join("model.json")).unwrap_err().to_string();
    assert!(error.contains("nowhere"), "{error}");
    let error = FittedModel::load(folder.join("absent.json")).unwrap_err().to_string();
    assert!(error.starts_with("cannot read the model file") && error.contains("absent.json"), "{error}");
}

#[test]
fn code_is_saved_by_its_name_or_not_at_all() {
    let graph = || StructuralCausalModel::new(CausalGraph::from_edges([("quantity", "returns")]).unwrap());
    let quantity = || NoiseDistribution::normal(50.0, 2.0).unwrap();
    let with = |returns: etiology::mechanism::CausalMechanism| {
        let model = graph().with_mechanism("quantity", quantity()).unwrap();
        model.with_mechanism("returns", returns).unwrap().without_fitting().unwrap()
    };
    let noise = NoiseDistribution::uniform(0.0, 0.1).unwrap();
    let unnamed = with(CustomMechanism::new(["quantity"], Share).with_noise(noise.clone()).into());
    let error = unnamed.to_bytes().unwrap_err().to_string();
    assert!(error.contains("`returns`") && error.contains("Share") && error.contains("with_name"), "{error}");
    let formula = KnownFormula::new(["quantity"], |parents| 0.1 * parents[0]);
    let formula = with(etiology::AdditiveNoiseModel::known(formula).with_noise(noise).into());
    let error = formula.to_json().unwrap_err().to_string();
    assert!(error.contains("`returns`") && error.contains("formula"), "{error}");

    let custom = &models::all(40)[4];
    let text = custom.model.to_json().unwrap();
    let error = FittedModel::from_json(&text).unwrap_err().to_string();
    assert!(error.contains("`returns`") && error.contains("`share of`") && error.contains("none"), "{error}");
    let other = MechanismRegistry::new().register("another", Arc::new(Share)).unwrap();
    let error = FittedModel::from_bytes_with(&custom.model.to_bytes().unwrap(), &other).unwrap_err().to_string();
    assert!(error.contains("`share of`") && error.contains("`another`"), "{error}");
}

#[test]
fn a_registry_takes_each_name_once() {
    let registry = MechanismRegistry::new().register("share", Arc::new(Share)).unwrap();
    assert_eq!(registry.names(), ["share"]);
    assert!(registry.get("share").is_some() && registry.get("other").is_none());
    let error = registry.clone().register("share", Arc::new(Share)).unwrap_err().to_string();
    assert!(error.contains("registered once only") && error.contains("`share`"), "{error}");
    assert!(registry.register(" ", Arc::new(Share)).unwrap_err().to_string().contains("not blank"));
}

#[test]
fn a_model_is_shared_between_threads_and_its_clones_share_their_data() {
    fn shared<T: Send + Sync + Clone + 'static>(_: &T) {}
    let model = &models::all(40)[0].model;
    shared(model);
    let clone = model.clone();
    let values = |model: &FittedModel| std::ptr::from_ref(model.reference("root").unwrap());
    assert!(std::ptr::eq(values(model), values(&clone)), "a clone copies no data");
}

/// Notes which threads evaluate it.
#[derive(Debug, Default)]
struct Watched(Mutex<Vec<Option<String>>>);

impl Mechanism for Watched {
    fn evaluate(&self, parents: &[f64], noise: f64) -> f64 {
        let name = std::thread::current().name().map(str::to_owned);
        let mut names = self.0.lock().unwrap();
        if !names.contains(&name) {
            names.push(name);
        }
        parents[0] * noise
    }
    fn estimate_noise(&self, parents: &[f64], value: f64) -> f64 {
        value / parents[0]
    }
}

#[test]
fn work_stays_in_the_callers_thread_pool() {
    let watched = Arc::new(Watched::default());
    let custom = &models::all(40)[4];
    let registry = MechanismRegistry::new().register("share of", watched.clone()).unwrap();
    let model = FittedModel::from_bytes_with(&custom.model.to_bytes().unwrap(), &registry).unwrap();
    watched.0.lock().unwrap().clear();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).thread_name(|thread| format!("of the caller {thread}"));
    let attribute = || -> Attribution {
        model.attribute_outlier(custom.target, &custom.event, &AttributionConfig::default()).unwrap()
    };
    let inside = pool.build().unwrap().install(attribute);
    let names = std::mem::take(&mut *watched.0.lock().unwrap());
    assert!(!names.is_empty());
    let of_the_caller = |name: &Option<String>| name.as_ref().is_some_and(|name| name.starts_with("of the caller"));
    assert!(names.iter().all(of_the_caller), "{names:?}");
    assert_eq!(inside, attribute());
}
