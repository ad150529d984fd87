//! From a game whose coalitions are mixtures of two models to what every node adds.

use crate::engine::Explanation;
use crate::error::{Error, Result, list_names};
use crate::question::change::config::ChangeConfig;
use crate::question::change::pairing::Pairing;
use crate::shapley::{Coalition, Game, ShapleyConfig, shapley_values};

/// Up to how many changed mechanisms all coalitions are visited by default where they need no samples.
const EXACT_WITHOUT_SAMPLES: usize = 16;

/// The change of a functional, split over the nodes.
#[derive(Debug, Clone)]
pub(in crate::question::change) struct Split {
    /// By the numbers of the nodes: what each adds, and its standard error.
    pub(in crate::question::change) nodes: Vec<(f64, f64)>,
    /// The whole change, and its standard error.
    pub(in crate::question::change) total: (f64, f64),
    /// The functional under the old model; of a divergence 0.
    pub(in crate::question::change) old: f64,
    pub(in crate::question::change) samples: Option<usize>,
    pub(in crate::question::change) permutations: Option<usize>,
    pub(in crate::question::change) explanation: Explanation,
}

impl Split {
    /// The mean of several answers with these shares, which share their random numbers, so that their errors add up. What is said in words is
    /// that of one of them.
    pub(in crate::question::change) fn mean(answers: &[(f64, Self)], said_of: &Self) -> Self {
        let mean =
            |figure: &dyn Fn(&Self) -> f64| answers.iter().map(|(share, answer)| share * figure(answer)).sum::<f64>();
        let pair =
            |figure: &dyn Fn(&Self) -> (f64, f64)| (mean(&|answer| figure(answer).0), mean(&|answer| figure(answer).1));
        Self {
            nodes: (0..said_of.nodes.len()).map(|node| pair(&|answer| answer.nodes[node])).collect(),
            total: pair(&|answer| answer.total),
            old: mean(&|answer| answer.old),
            ..said_of.clone()
        }
    }
}

/// A game in which a coalition has the new mechanisms of its members and the old ones of all others.
pub(super) trait MixedGame: Game {
    /// What the first output is counted from: added to it, it is the functional.
    fn origin(&self) -> f64;

    /// How many samples the coalitions share, if they need any.
    fn samples(&self) -> Option<usize>;

    /// The standard error, but for that of permutations, of a difference of outputs, once all coalitions are known.
    fn std_error(&self, outputs: &[f64]) -> f64;
}

/// Solves the game.
pub(super) fn solve<G: MixedGame>(
    game: &G,
    pairing: &Pairing,
    config: &ChangeConfig,
    explanation: Explanation,
) -> Result<Split> {
    let players = pairing.players.len();
    let mut nodes = vec![(0.0, 0.0); pairing.nodes.len()];
    if players == 0 {
        let mut outputs = vec![0.0; game.outputs()];
        game.evaluate(&Coalition::empty(0), &mut game.scratch(), &mut outputs)?;
        let old = game.origin() + outputs[0];
        return Ok(Split { nodes, total: (0.0, 0.0), old, samples: game.samples(), permutations: None, explanation });
    }
    let most = if game.samples().is_none() { EXACT_WITHOUT_SAMPLES } else { 0 };
    let method = config.shapley.method.or_exact_up_to(most, players).or_exact_at_no_more_cost(players);
    let shapley = ShapleyConfig { method, ..config.shapley };
    let found = shapley_values(game, &shapley).map_err(|error| in_words(error, pairing, config))?;
    for (player, &node) in pairing.players.iter().enumerate() {
        let outputs = found.outputs().row(player).to_vec();
        nodes[node] = (outputs[0], game.std_error(&outputs).hypot(found.std_errors()[player]));
    }
    let (empty, full) = (found.empty_value(), found.full_value());
    let whole: Vec<f64> = full.iter().zip(empty).map(|(full, empty)| full - empty).collect();
    Ok(Split {
        nodes,
        total: (whole[0], game.std_error(&whole)),
        old: game.origin() + empty[0],
        samples: game.samples(),
        permutations: found.permutations(),
        explanation,
    })
}

/// What a coalition's value that is not finite means here.
fn in_words(error: Error, pairing: &Pairing, config: &ChangeConfig) -> Error {
    match error {
        // Which coalition it was matters little: the functional has no value for some mixture of the models.
        Error::GameNotFinite { found, .. } => {
            let names: Vec<&str> = pairing.players.iter().map(|&node| pairing.nodes[node].name.as_str()).collect();
            not_finite(config.functional.to_string(), &names, found)
        }
        other => other,
    }
}

/// The error of a functional that has no finite value where some of these nodes have their new mechanisms.
pub(super) fn not_finite(functional: String, nodes: &[&str], found: f64) -> Error {
    Error::InvalidParameter {
        name: "what is asked of a change",
        requirement: "finite for every mixture of old and new mechanisms (a divergence from what never varies is infinite, for which \
             the Wasserstein distance or the mean do)",
        found: format!("{found}: the {functional} with new mechanisms among {}", list_names(nodes)),
    }
}
