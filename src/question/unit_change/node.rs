//! The change of a node given its parents.

use super::config::UnitChangeConfig;
use super::result::{ChangePart, ChangeSource, UnitChange};
use super::sides::{Side, check_number, expected, parents, wired};
use crate::data::Observation;
use crate::error::Result;
use crate::model::{FittedModel, WiredNode};
use crate::shapley::{Coalition, FunctionGame, shapley_values};

/// A node in both models, with all that its value follows from.
struct Game<'a> {
    /// The node in the first model and in the second.
    nodes: [&'a WiredNode; 2],
    /// For each of the model's parents, the number of the input.
    places: [Vec<usize>; 2],
    /// For each row, and in each row for each model, the values of the inputs; NaN for one that the model does not have.
    inputs: [[Vec<f64>; 2]; 2],
    /// What the noise differs by in each row from what is expected of it.
    noises: [f64; 2],
}

impl Game<'_> {
    /// The node's value with this model's mechanism, the inputs and the noise of these rows.
    fn value(&self, model: usize, row_of_input: impl Fn(usize) -> usize, row_of_noise: usize) -> f64 {
        let input = |&place: &usize| self.inputs[row_of_input(place)][model][place];
        let parents: Vec<f64> = self.places[model].iter().map(input).collect();
        self.evaluate(model, &parents, self.noises[row_of_noise])
    }

    fn evaluate(&self, model: usize, parents: &[f64], noise: f64) -> f64 {
        let mechanism = &self.nodes[model].mechanism;
        mechanism.evaluate(parents, expected(mechanism) + noise)
    }

    /// The parts of the inputs, the mechanism and the noise in closed form, if both mechanisms are weighted sums plus noise: with
    /// coefficients b₀, b₁ and inputs x₀, x₁, (b₁ + b₀)/2 · (x₁ − x₀) of each input; of the mechanism what it makes of the average
    /// input, f₁ − f₀, and so Σ (b₁ − b₀)(x₁ + x₀)/2 plus the difference of the intercepts.
    fn in_closed_form(&self, inputs: usize) -> Option<Vec<f64>> {
        let is_plain = |row: &[Vec<f64>; 2]| row[0].iter().zip(&row[1]).all(|(old, new)| !(old - new).abs().gt(&0.0));
        if !self.nodes.iter().all(|node| node.is_linear()) || !self.inputs.iter().all(is_plain) {
            return None;
        }
        let slope = |model: usize, input: usize| {
            let place = self.places[model].iter().position(|&place| place == input);
            place.map_or(Some(0.0), |place| self.nodes[model].slope(place))
        };
        let at = |row: usize, input: usize| {
            let [old, new] = [0, 1].map(|model: usize| self.inputs[row][model][input]);
            if old.is_nan() { new } else { old }
        };
        let of_input = |input: usize| {
            let slope = 0.5 * (slope(0, input)? + slope(1, input)?);
            Some(slope * (at(1, input) - at(0, input)))
        };
        let mut parts = (0..inputs).map(of_input).collect::<Option<Vec<f64>>>()?;
        let of_average = |model: usize| {
            let average = |&input: &usize| 0.5 * (at(0, input) + at(1, input));
            self.evaluate(model, &self.places[model].iter().map(average).collect::<Vec<f64>>(), 0.0)
        };
        parts.extend([of_average(1) - of_average(0), self.noises[1] - self.noises[0]]);
        Some(parts)
    }
}

impl FittedModel {
    /// Why a node's value differs between two rows, given its parents: how much is each parent's value, how much the mechanism
    /// (which is another if `new` is another model), and how much its noise. (Budhathoki, Michailidis and Janzing, "Explaining the
    /// root causes of unit-level changes", 2022, [arXiv:2206.12986](https://arxiv.org/abs/2206.12986).)
    ///
    /// The parts are Shapley values of the game in which parents' values, mechanism and noise are taken from the second row or
    /// model one by one, and sum to the difference. The mechanism includes its intercept and what is expected of its noise, from
    /// which noises are counted. In closed form where both mechanisms are weighted sums. If the node itself is in neither row, the
    /// difference is that of what is expected of it.
    ///
    /// This model explains the first row; `new` the second. It may be this one again.
    ///
    /// # Errors
    /// When there is no such node in both models, or it is a category; when a parent's value is missing, or the node's own in one of
    /// the rows; when a value is outside of the domain of a mechanism; or when a mechanism returns NaN or an infinity.
    ///
    /// ```
    /// use etiology::unit_change::{ChangeSource, UnitChangeConfig};
    /// use etiology::{AdditiveNoiseModel, CausalGraph, KnownFormula, NoiseDistribution, Observation, StructuralCausalModel};
    ///
    /// let goods = AdditiveNoiseModel::known(KnownFormula::new(["units", "price"], |values| values[0] * values[1]));
    /// let model = StructuralCausalModel::new(CausalGraph::from_edges([("units", "goods"), ("price", "goods")])?)
    ///     .with_mechanism("units", NoiseDistribution::normal(100.0, 5.0)?)?
    ///     .with_mechanism("price", NoiseDistribution::normal(10.0, 0.1)?)?
    ///     .with_mechanism("goods", goods.with_noise(NoiseDistribution::constant(0.0)?))?
    ///     .without_fitting()?;
    /// let last_week = Observation::from_pairs([("units", 100.0), ("price", 10.0), ("goods", 1000.0)])?;
    /// let this_week = Observation::from_pairs([("units", 80.0), ("price", 11.0), ("goods", 880.0)])?;
    /// let change = model.node_change(&model, "goods", &last_week, &this_week, &UnitChangeConfig::default())?;
    /// assert!((change.part("units", ChangeSource::Input) + 20.0 * 10.5).abs() < 1e-9);
    /// assert!((change.part("price", ChangeSource::Input) - 1.0 * 90.0).abs() < 1e-9);
    /// # Ok::<(), etiology::Error>(())
    /// ```
    #[doc(alias = "unit_change")]
    #[doc(alias = "unit_change_linear")]
    #[doc(alias = "unit_change_nonlinear")]
    #[doc(alias = "SklearnLinearRegressionModel")]
    #[doc(alias = "unit_change_linear_input_only")]
    #[doc(alias = "unit_change_nonlinear_input_only")]
    pub fn node_change(
        &self,
        new: &Self,
        node: &str,
        before: &Observation,
        after: &Observation,
        config: &UnitChangeConfig,
    ) -> Result<UnitChange> {
        config.check()?;
        let sides = [Side { model: self, row: before }, Side { model: new, row: after }];
        check_number([self, new], node)?;
        let nodes = [wired(self, node)?, wired(new, node)?];
        let parents = [parents(self, node)?, parents(new, node)?];
        let mut names = parents[0].clone();
        names.extend(parents[1].iter().filter(|name| !parents[0].contains(name)));
        let place = |parent: &&str| names.iter().position(|name| name == parent).unwrap_or(0);
        let places = [0, 1].map(|model: usize| parents[model].iter().map(place).collect::<Vec<usize>>());
        let mut inputs = [(); 2].map(|()| [vec![f64::NAN; names.len()], vec![f64::NAN; names.len()]]);
        for (row, observation) in [before, after].into_iter().enumerate() {
            for (model, side) in sides.iter().enumerate() {
                for &place in &places[model] {
                    let value = Side { row: observation, ..*side }.value(names[place])?;
                    inputs[row][model][place] = value;
                }
            }
        }
        let seen = [nodes[0].observed(before)?, nodes[1].observed(after)?];
        let observed = seen.iter().any(Option::is_some);
        let mut noises = [0.0; 2];
        for (row, side) in sides.iter().enumerate().filter(|_| observed) {
            let given: Vec<f64> = places[row].iter().map(|&place| inputs[row][row][place]).collect();
            noises[row] = nodes[row].abduct(&given, side.value(node)?)? - expected(&nodes[row].mechanism);
        }
        let game = Game { nodes, places, inputs, noises };
        let (mechanism, noise) = (names.len(), names.len() + 1);
        let values = |coalition: &Coalition| {
            let row = |player: usize| usize::from(coalition.contains(player));
            game.value(row(mechanism), row, row(noise))
        };
        let (parts, errors) = match game.in_closed_form(names.len()) {
            Some(parts) => (parts, vec![0.0; names.len() + 2]),
            None => {
                let players = names.len() + 2;
                let found = shapley_values(&FunctionGame::new(players, values), &config.shapley(players))?;
                (found.values(), found.std_errors().to_vec())
            }
        };
        let part = |(player, (value, std_error)): (usize, (f64, f64))| {
            let (node, source) = match names.get(player) {
                Some(parent) => (*parent, ChangeSource::Input),
                None if player == mechanism => (node, ChangeSource::Mechanism),
                None => (node, ChangeSource::Noise),
            };
            ChangePart { node: node.to_owned(), source, value, std_error }
        };
        let mut parts: Vec<ChangePart> = parts.into_iter().zip(errors).enumerate().map(part).collect();
        parts.retain(|part| match part.source {
            ChangeSource::Noise => observed,
            // One mechanism is no other.
            ChangeSource::Mechanism => !std::sync::Arc::ptr_eq(&nodes[0].mechanism, &nodes[1].mechanism),
            ChangeSource::Input => true,
        });
        let of_row = |row: usize| match seen[row] {
            Some(value) => value,
            None => game.value(row, |_| row, row),
        };
        Ok(UnitChange { target: node.to_owned(), before: of_row(0), after: of_row(1), observed, parts, rounding: None })
    }
}
