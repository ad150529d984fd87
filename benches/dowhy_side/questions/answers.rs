//! One answer to a question, timed, as JSON.

use std::collections::BTreeMap;
use std::hint::black_box;

use etiology::arrow_strength::ArrowStrengthConfig;
use etiology::change::ChangeConfig;
use etiology::influence::InfluenceConfig;
use etiology::intervention::{Estimate, Intervention, InterventionConfig};
use etiology::relevance::RelevanceConfig;
use etiology::robust_change::{RobustChangeConfig, robust_change};
use etiology::unit_change::{ChangeSource, UnitChangeConfig};
use etiology::{Dataset, FittedModel, Observation, Result, StructuralCausalModel};
use serde_json::{Value, json};

use super::processor::seconds_of_each;
use super::systems::System;
use super::{Arguments, Question};

/// Each figure with its standard error.
type Figures = BTreeMap<String, [f64; 2]>;

/// What an answer is made from.
struct Asked {
    system: System,
    /// The rows before and after.
    tables: [Dataset; 2],
    /// Before fitting.
    model: StructuralCausalModel,
    /// Fitted to the rows before and to those after.
    fitted: [FittedModel; 2],
    seed: u64,
}

/// One object:
///
/// ```text
/// {"seconds": mean, "figures": {"name": value, ...}, "std_errors": {"name": error, ...}}
/// ```
///
/// A change starts from the tables, and everything else from the fitted model.
pub(super) fn timed_answer(arguments: &Arguments, system: System) -> Result<Value> {
    let read = |name: &str| Dataset::from_csv_path(arguments.data.join(name));
    let tables = [read("old.csv")?, read("new.csv")?];
    let model = system.unfitted(&tables[0])?;
    let fitted = [model.fit(&tables[0])?, model.fit(&tables[1])?];
    let asked = Asked { system, tables, model, fitted, seed: arguments.seed };
    // Once before the clock runs, so that an error ends here.
    let figures = asked.answer(arguments.question)?;
    let seconds = seconds_of_each(arguments.repeats, || {
        (0..arguments.repeats).for_each(|_| drop(black_box(asked.answer(arguments.question))));
    });
    let part =
        |which: usize| figures.iter().map(|(name, part)| (name.as_str(), part[which])).collect::<BTreeMap<_, _>>();
    Ok(json!({ "seconds": seconds, "figures": part(0), "std_errors": part(1) }))
}

impl Asked {
    fn answer(&self, question: Question) -> Result<Figures> {
        let (target, seed, old) = (self.system.target(), self.seed, &self.fitted[0]);
        let figure = |name: &str, value: f64, error: f64| (name.to_owned(), [value, error]);
        let estimate = |name: &str, estimate: Estimate| figure(name, estimate.value, estimate.std_error);
        Ok(match question {
            Question::Change => {
                let config = ChangeConfig::default().with_seed(seed);
                let change = self.model.distribution_change(&self.tables[0], &self.tables[1], target, &config)?;
                let total = figure("sum", change.total.value, change.total.std_error);
                let nodes = change.ranked().iter().map(|node| figure(&node.node, node.value, node.std_error));
                nodes.chain([total]).collect()
            }
            Question::RobustChange => {
                let config = RobustChangeConfig::default().with_seed(seed);
                let graph = self.model.graph();
                let change = robust_change(graph, &self.tables[0], &self.tables[1], target, &config)?;
                let total = figure("sum", change.change.value, change.change.std_error);
                let nodes = change.contributions.iter().map(|node| figure(&node.node, node.value, node.std_error));
                nodes.chain([total]).collect()
            }
            Question::Intervention => {
                let config = InterventionConfig::default().with_seed(seed);
                let found = old.interventional_target(target, &Intervention::new().set("B", 2.0), &config)?;
                [estimate("mean", found.mean), estimate("standard deviation", found.std_dev)].into()
            }
            Question::Effect => {
                let config = InterventionConfig::default().with_seed(seed);
                let [high, low] = [1.0, 0.0].map(|value| Intervention::new().set("A", value));
                let effect = old.average_causal_effect(target, &high, &low, &config)?;
                [figure("effect", effect.value, effect.std_error)].into()
            }
            Question::Counterfactual => {
                let rows = old.counterfactuals(&self.tables[0], &Intervention::new().set("B", 2.0))?;
                let values = rows.column(target)?.to_vec();
                values
                    .iter()
                    .take(3)
                    .enumerate()
                    .map(|(row, &value)| figure(&format!("row {row}"), value, 0.0))
                    .collect()
            }
            Question::UnitChange => {
                let inputs = |side: usize| -> Result<Observation> {
                    let row = self.tables[side].row(0)?;
                    let value = |node: &'static str| (node, row.get(node).unwrap_or(f64::NAN));
                    Observation::from_pairs([value("B"), value("C")])
                };
                let config = UnitChangeConfig::default().with_seed(seed);
                let change = old.node_change(&self.fitted[1], target, &inputs(0)?, &inputs(1)?, &config)?;
                let mechanism = change.part(target, ChangeSource::Mechanism);
                let input = |node: &str| figure(node, change.part(node, ChangeSource::Input), 0.0);
                [input("B"), input("C"), figure("mechanism", mechanism, 0.0)].into()
            }
            Question::Influence | Question::ProductInfluence => {
                let influence = old.intrinsic_influence(target, &InfluenceConfig::default().with_seed(seed))?;
                influence.contributions.iter().map(|node| figure(&node.node, node.value, node.std_error)).collect()
            }
            Question::ArrowStrength => {
                let strengths = old.arrow_strength(target, &ArrowStrengthConfig::default().with_seed(seed))?;
                strengths.arrows.iter().map(|arrow| figure(&arrow.parent, arrow.value, arrow.std_error)).collect()
            }
            Question::Relevance => {
                let relevance = old.parent_relevance(target, &RelevanceConfig::default().with_seed(seed))?;
                let name = |feature: &str| if feature == target { "noise".to_owned() } else { feature.to_owned() };
                let parts = relevance.contributions.iter();
                parts.map(|part| (name(&part.feature), [part.value, part.std_error])).collect()
            }
            Question::MechanismTest => unreachable!("it has tables of its own"),
        })
    }
}
