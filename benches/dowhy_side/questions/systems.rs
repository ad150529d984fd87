//! The systems that the questions are asked of: their rows, edges and formulas as files that all sides read.

use std::error::Error;
use std::fs;
use std::path::Path;

use etiology::mechanism::AssignmentConfig;
use etiology::{
    AdditiveNoiseModel, CausalGraph, Dataset, KnownFormula, NoiseDistribution, Result, StructuralCausalModel,
};
use serde_json::{Map, json};

/// Seeds of the old rows and of the new ones.
const SEEDS: [u64; 2] = [1, 2];

/// What is asked about.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum System {
    /// X → Y → Z; the new X is one standard deviation higher
    Chain,
    /// A → B, A → C, B → D, C → D; the new D has another intercept, and another slope in B
    Diamond,
    /// Z = X·Y, without noise of its own
    Product,
}

/// A node that is a weighted sum and normal noise.
struct Sum {
    node: &'static str,
    intercept: f64,
    slopes: &'static [(&'static str, f64)],
    std_dev: f64,
}

const fn sum(node: &'static str, intercept: f64, slopes: &'static [(&'static str, f64)], std_dev: f64) -> Sum {
    Sum { node, intercept, slopes, std_dev }
}

impl System {
    pub(super) fn target(self) -> &'static str {
        match self {
            Self::Chain | Self::Product => "Z",
            Self::Diamond => "D",
        }
    }

    /// Rows of each table.
    fn rows(self) -> usize {
        match self {
            Self::Chain => 300,
            Self::Diamond | Self::Product => 1_000,
        }
    }

    /// All that is learned; the product is known.
    fn sums(self, is_new: bool) -> Vec<Sum> {
        match self {
            Self::Chain => vec![
                sum("X", if is_new { 1.0 } else { 0.0 }, &[], 1.0),
                sum("Y", 0.0, &[("X", 1.0)], 0.5),
                sum("Z", 0.0, &[("Y", 1.0)], 0.5),
            ],
            Self::Diamond => vec![
                sum("A", 1.0, &[], 1.0),
                sum("B", 1.0, &[("A", 2.0)], 1.0),
                sum("C", 0.0, &[("A", -1.0)], 0.5),
                if is_new {
                    sum("D", 5.0, &[("B", 0.5), ("C", 1.5)], 0.5)
                } else {
                    sum("D", 3.0, &[("B", 1.0), ("C", 1.5)], 0.5)
                },
            ],
            Self::Product => vec![sum("X", 2.0, &[], 1.0), sum("Y", 1.0, &[], 1.0)],
        }
    }

    fn edges(self) -> Vec<(&'static str, &'static str)> {
        if self == Self::Product {
            return vec![("X", "Z"), ("Y", "Z")];
        }
        let sums = self.sums(false);
        sums.iter().flat_map(|sum| sum.slopes.iter().map(|&(parent, _)| (parent, sum.node))).collect()
    }

    /// The mechanism of the target that no side has to learn.
    fn with_known(self, model: StructuralCausalModel) -> Result<StructuralCausalModel> {
        if self != Self::Product {
            return Ok(model);
        }
        let product = KnownFormula::new(["X", "Y"], |values| values[0] * values[1]);
        model.with_mechanism("Z", AdditiveNoiseModel::known(product).with_noise(NoiseDistribution::constant(0.0)?))
    }

    /// As a user makes it: linear regressions, empirical noises.
    pub(super) fn unfitted(self, old: &Dataset) -> Result<StructuralCausalModel> {
        self.with_known(StructuralCausalModel::new(CausalGraph::from_edges(self.edges())?))?
            .assign_mechanisms_with(old, &AssignmentConfig::linear())
    }

    fn draw(self, is_new: bool) -> Result<Dataset> {
        let mut model = self.with_known(StructuralCausalModel::new(CausalGraph::from_edges(self.edges())?))?;
        for Sum { node, intercept, slopes, std_dev } in self.sums(is_new) {
            let noise = NoiseDistribution::normal(intercept, std_dev)?;
            model = if slopes.is_empty() {
                model.with_mechanism(node, noise)?
            } else {
                let sum = KnownFormula::weighted_sum(slopes.iter().copied())?;
                model.with_mechanism(node, AdditiveNoiseModel::known(sum).with_noise(noise))?
            };
        }
        model.without_fitting()?.draw_samples(self.rows(), SEEDS[usize::from(is_new)])
    }

    /// Writes the files and says where.
    pub(super) fn write(self, folder: &Path) -> std::result::Result<String, Box<dyn Error>> {
        fs::create_dir_all(folder)?;
        let mut formulas = Map::new();
        for (name, is_new) in [("old", false), ("new", true)] {
            fs::write(folder.join(format!("{name}.csv")), self.draw(is_new)?.to_csv())?;
            let formula = |Sum { node, intercept, slopes, std_dev }| {
                let slopes: Map<_, _> =
                    slopes.iter().map(|&(parent, slope)| (parent.to_owned(), slope.into())).collect();
                (node.to_owned(), json!({ "intercept": intercept, "slopes": slopes, "variance": std_dev * std_dev }))
            };
            formulas.insert(name.to_owned(), self.sums(is_new).into_iter().map(formula).collect::<Map<_, _>>().into());
        }
        fs::write(folder.join("formulas.json"), serde_json::to_string_pretty(&formulas)?)?;
        let edges: String = self.edges().iter().map(|(cause, effect)| format!("{cause},{effect}\n")).collect();
        fs::write(folder.join("edges.csv"), format!("cause,effect\n{edges}"))?;
        Ok(format!("wrote old.csv, new.csv, edges.csv and formulas.json into {}", folder.display()))
    }
}
