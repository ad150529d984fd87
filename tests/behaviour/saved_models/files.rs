//! Files that version 0.1.0 wrote before its mechanisms had one form: they load, answer alike, and are written the same again.
//!
//! `files/` has three models of [`models`](super::models) with 40 rows, as JSON and in the binary format, and the contributions of
//! each model's event with 1 024 samples and all coalitions, made by the commit d328a5c.

use std::path::Path;

use etiology::attribution::{Contribution, Floor};
use etiology::{AttributionConfig, FittedModel, ShapleyMethod};

use super::models;

#[test]
fn files_of_the_first_version_load_and_answer_alike() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/behaviour/saved_models/files");
    let config = AttributionConfig::default().with_samples(1_024).with_shapley_method(ShapleyMethod::Exact);
    let cases = models::all(40);
    for name in ["learned", "chosen", "gaps"] {
        let case = cases.iter().find(|case| case.name == name).unwrap();
        let answer = std::fs::read_to_string(folder.join(format!("{name}.answer"))).unwrap();
        let (json, binary) = (folder.join(format!("{name}.json")), folder.join(format!("{name}.etiology")));
        for path in [&json, &binary] {
            let model = FittedModel::load(path).unwrap();
            // The floor of that time counted all rows, those without a value of the target among them.
            let mut config = config.clone();
            config.question.floor = Floor::Fixed(model.default_floor());
            let found = model.attribute_outlier(case.target, &case.event, &config).unwrap();
            assert_eq!(answer.lines().count(), 1 + found.contributions.len(), "{name}");
            for line in answer.lines() {
                let (node, expected) = line.rsplit_once(' ').unwrap();
                let expected: f64 = expected.parse().unwrap();
                let of_node =
                    found.contribution(node).map(|Contribution { value, std_error, .. }| (*value, *std_error));
                let (found, error) = of_node.unwrap_or((found.score.value, found.score.std_error));
                // Last bits depend on the processor and on the mathematical library, and samples are used better now than then.
                let allowed = (1e-11 * expected.abs().max(1.0)).max(4.0 * error);
                assert!((found - expected).abs() <= allowed, "{path:?}, {node}: {found} ± {error}, not {expected}");
            }
        }
        assert_eq!(FittedModel::load(&json).unwrap().to_json().unwrap(), std::fs::read_to_string(&json).unwrap());
        assert_eq!(FittedModel::load(&binary).unwrap().to_bytes().unwrap(), std::fs::read(&binary).unwrap());
    }
}
