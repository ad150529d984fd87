//! Coalitions whose value is known in closed form, because the target is linear in all noises.
//!
//! Then the target is the observed value plus Σ_{j ∉ T} cⱼ (Nⱼ − nⱼ), with the total effects cⱼ: kept noises
//! cancel, and no intercept is left. Its mean is known for any noises, its whole distribution for normal ones.

use ndarray::ArrayView2;
use rayon::prelude::*;

use super::{Ask, Budget, Engine, EngineName, Opened, Part, Reading, Readout, Visitor, Worlds};
use crate::error::{Error, Result, list_names};
use crate::numeric::logarithms::ln_sum_exp;
use crate::numeric::normal_tail::{ln_normal_survival, normal_survival};
use crate::score::{LnWithFloor, OutlierRegion};
use crate::shapley::{Coalition, Faces, ShapleyValues};
use crate::target::Target;
use crate::world::{Event, Sought};

/// Spreads whose squares, sums of them and squares of much smaller ones are numbers.
const SQUARED_SAFELY: std::ops::Range<f64> = 1e-100..1e140;

/// Fewest coalitions that are worth another thread.
const COALITIONS_OF_A_TASK: usize = 4096;

/// A target that is linear in all noises and, where its whole distribution is asked for, they are normal.
#[derive(Debug)]
pub(super) struct ClosedForm {
    /// The total effect of each node's noise.
    effects: Vec<f64>,
    /// A power of two, in the target's unit: squares of spreads in this unit are numbers. Mostly 1.
    unit: f64,
}

impl ClosedForm {
    /// # Errors
    /// The reason why there is no closed form.
    pub(super) fn prepare(target: &Target, sought: Sought) -> Result<Self, String> {
        let effects = target.linear_effects()?;
        let unit = power_of_two((0..effects.len()).map(|node| effects[node].abs() * target.noise(node).std_dev()));
        if sought == Sought::Mean {
            return Ok(Self { effects, unit });
        }
        sought.region()?;
        let is_other = |&node: &usize| effects[node] != 0.0 && !target.noise(node).is_normal_or_constant();
        match (0..effects.len()).find(is_other) {
            None => Ok(Self { effects, unit }),
            Some(node) => Err(format!("the noise of `{}` is not normal", target.node_name(node))),
        }
    }

    /// Why it was taken, in words.
    pub(super) fn why(target: &Target, sought: Sought) -> String {
        match sought {
            Sought::Mean => format!("`{}` is linear in all noises, and a mean needs no more", target.name()),
            _ => format!("`{}` is linear in all noises, and they are normal or constant", target.name()),
        }
    }

    /// The mean and, in units of `unit`², the variance that each of these nodes adds to the target when its noise is drawn, relative to the
    /// observed noise.
    fn moments(&self, event: &Event<'_>, nodes: &[usize]) -> Vec<Moments> {
        let moments = |&node: &usize| {
            let (effect, noise) = (self.effects[node], event.target().noise(node));
            let deviation = effect * (noise.mean() - event.noises()[node]);
            let variance = if self.unit == 1.0 {
                effect * effect * noise.variance()
            } else {
                (effect * (noise.std_dev() / self.unit)).powi(2)
            };
            Moments { mean: deviation, variance }
        };
        nodes.iter().map(moments).collect()
    }
}

impl Engine for ClosedForm {
    fn name(&self) -> EngineName {
        EngineName::ClosedForm
    }

    fn open<'e>(&'e self, event: &'e Event<'e>, _: Budget, ask: Ask<'e>) -> Result<Opened<'e>> {
        let region = event.measure().region().map(|(region, floor)| Weighing::new(region, floor));
        let nodes_of = |player: usize| event.nodes_of(player).collect::<Vec<usize>>();
        let of_player = |player: usize| Moments::sum(self.moments(event, &nodes_of(player)));
        let of_players = (0..event.player_count()).map(of_player).collect();
        let always_drawn = self.moments(event, event.always_drawn());
        let part = match ask {
            Ask::Part(part) => Some(part),
            Ask::Split | Ask::One(_) => None,
        };
        Ok(Opened::Worlds(Box::new(ClosedWorlds { event, region, of_players, always_drawn, part, unit: self.unit })))
    }
}

/// What a drawn noise adds to the target.
#[derive(Debug, Clone, Copy)]
struct Moments {
    mean: f64,
    variance: f64,
}

impl Moments {
    /// What independent noises add together.
    fn sum(all: Vec<Self>) -> Self {
        all.into_iter().reduce(Self::and).unwrap_or(Self { mean: 0.0, variance: 0.0 })
    }

    fn and(self, one: Self) -> Self {
        Self { mean: self.mean + one.mean, variance: self.variance + one.variance }
    }
}

/// What worlds whose target is normal are worth: logarithms of the region's probability and the floor.
#[derive(Debug, Clone, Copy)]
struct Weighing {
    region: OutlierRegion,
    floor: f64,
    ln_floor: f64,
    with_floor: LnWithFloor,
}

impl Weighing {
    fn new(region: OutlierRegion, floor: f64) -> Self {
        Self { region, floor, ln_floor: floor.ln(), with_floor: LnWithFloor::new(floor) }
    }

    /// ln P{mean + std_dev · Z in the region}
    fn ln_probability(&self, mean: f64, std_dev: f64) -> f64 {
        if self.is_certain(mean, std_dev) {
            return 0.0;
        }
        let [above, below] = self.distances(mean, std_dev).map(ln_normal_survival);
        ln_sum_exp(above, below)
    }

    /// ln((P + ε)/(1 + ε)) for ln P.
    fn smoothed(&self, ln_probability: f64) -> f64 {
        ln_sum_exp(ln_probability, self.ln_floor) - self.floor.ln_1p()
    }

    /// What a world is worth. Beside a floor that is a number of all digits, a probability that is none counts nothing, and then it
    /// takes no logarithm but one.
    fn worth(&self, mean: f64, std_dev: f64) -> f64 {
        if self.floor < f64::MIN_POSITIVE {
            return self.smoothed(self.ln_probability(mean, std_dev));
        }
        if self.is_certain(mean, std_dev) {
            return 0.0;
        }
        let [above, below] = self.distances(mean, std_dev);
        let beyond = |distance: f64| if distance == f64::INFINITY { 0.0 } else { normal_survival(distance) };
        self.with_floor.of((beyond(above) + beyond(below)).min(1.0))
    }

    fn is_certain(&self, mean: f64, std_dev: f64) -> bool {
        self.region.contains(mean) && std_dev == 0.0 || self.region.is_everything()
    }

    /// How many standard deviations the upper part of the region lies above the mean, and the lower part below it.
    fn distances(&self, mean: f64, std_dev: f64) -> [f64; 2] {
        [(self.region.upper() - mean) / std_dev, (mean - self.region.lower()) / std_dev]
    }
}

/// The worlds of one event. A coalition costs O(players).
struct ClosedWorlds<'e> {
    event: &'e Event<'e>,
    /// How probabilities are weighed; `None` for a mean.
    region: Option<Weighing>,
    of_players: Vec<Moments>,
    always_drawn: Vec<Moments>,
    /// Which of its worlds will be asked for, if not all.
    part: Option<Part<'e>>,
    unit: f64,
}

impl ClosedWorlds<'_> {
    /// The outputs of one world.
    fn visited(&self, kept: &Coalition) -> Option<Vec<f64>> {
        let mut outputs = vec![0.0; ExactReadout.width()];
        self.visitor().visit(kept, &mut outputs).ok().map(|()| outputs)
    }

    /// What is added to the mean whoever is drawn.
    fn always_added(&self) -> f64 {
        self.always_drawn.iter().map(|moments| moments.mean).sum::<f64>() + self.event.off_observed()
    }

    /// The coalitions that are asked for, numbered by who is drawn.
    fn drawn(&self) -> Faces {
        let players = self.of_players.len();
        self.part.map_or_else(|| Faces::all(players), |part| part.faces(players, |player| player))
    }

    /// By what all coalitions are worth where regions are asked for: each sum of moments is that of a smaller coalition and one player,
    /// so that a coalition costs little more than its logarithm.
    fn split_by_region(&self, weighing: Weighing) -> Vec<f64> {
        let drawn = self.drawn();
        let always = Moments::sum(self.always_drawn.clone());
        let moments = drawn.sums(always, |player| self.of_players[player], |sum, one| sum.and(*one));
        let observed = self.event.observed();
        let worth = |moments: &Moments| weighing.worth(observed + moments.mean, self.unit * moments.variance.sqrt());
        let mut worths: Vec<f64> = if moments.len() <= COALITIONS_OF_A_TASK {
            // Waking other threads would take longer.
            moments.iter().map(worth).collect()
        } else {
            moments.par_iter().with_min_len(COALITIONS_OF_A_TASK).map(worth).collect()
        };
        // The observation itself is certain.
        let nobody = drawn.members().iter().position(|&members| members == 0);
        if let (Some(face), true) = (nobody, self.always_drawn.is_empty()) {
            worths[face << drawn.dimensions()] = 0.0;
        }
        // The players who are kept are those who are not drawn.
        worths.reverse();
        drawn.complements().values(&worths)
    }
}

impl Worlds for ClosedWorlds<'_> {
    fn readout(&self) -> &dyn Readout {
        &ExactReadout
    }

    fn visitor(&self) -> Box<dyn Visitor + '_> {
        Box::new(self)
    }

    /// A mean is a sum over the drawn noises, so a player adds the same to any coalition; to those of a part alone, and to probabilities,
    /// it takes a table. Nothing where some value is infinite: who visits all coalitions learns which.
    fn split(&self, _: Option<f64>) -> Option<ShapleyValues> {
        let players = self.of_players.len();
        let values = match (self.region, self.part) {
            (Some(weighing), _) => self.split_by_region(weighing),
            (None, None) => self.of_players.iter().map(|moments| 0.0 - moments.mean).collect(),
            (None, Some(_)) => {
                let drawn = self.drawn();
                let mut means =
                    drawn.sums(self.always_added(), |player| self.of_players[player].mean, |sum, mean| sum + mean);
                // The players who are kept are those who are not drawn.
                means.reverse();
                drawn.complements().values(&means)
            }
        };
        let (nobody, everybody) = (self.visited(&Coalition::empty(players))?, self.visited(&Coalition::full(players))?);
        let is_finite = values.iter().all(|value: &f64| value.is_finite());
        is_finite.then(|| ShapleyValues::exact(&[values, vec![0.0; players]], nobody, everybody))
    }
}

impl Visitor for &ClosedWorlds<'_> {
    fn visit(&mut self, kept: &Coalition, outputs: &mut [f64]) -> Result<()> {
        let (mut mean, mut variance) = (0.0, 0.0);
        let drawn = self.of_players.iter().enumerate().filter(|(player, _)| !kept.contains(*player));
        for moments in drawn.map(|(_, moments)| moments).chain(&self.always_drawn) {
            mean += moments.mean;
            variance += moments.variance;
        }
        (outputs[0], outputs[1]) = match self.region {
            None => (mean + self.event.off_observed(), 1.0),
            Some(_) if self.event.is_certain(kept) => (0.0, 1.0),
            Some(weighing) => {
                let ln_probability = weighing.ln_probability(self.event.observed() + mean, self.unit * variance.sqrt());
                (weighing.smoothed(ln_probability), ln_probability.exp())
            }
        };
        if outputs[0].is_finite() {
            return Ok(());
        }
        Err(Error::ImpossibleCoalition { kept: list_names(&self.event.names(kept)) })
    }
}

/// A value that is exact, and its probability.
pub(super) struct ExactReadout;

impl Readout for ExactReadout {
    fn width(&self) -> usize {
        2
    }

    fn reading(&self, outputs: &[f64]) -> Reading {
        Reading { value: outputs[0], error: 0.0, probability: outputs[1] }
    }

    fn errors(&self, values: ArrayView2<'_, f64>) -> Vec<f64> {
        vec![0.0; values.nrows()]
    }
}

/// The largest power of two that is at most the largest of some sizes, where squares of those may be no numbers; else 1.
fn power_of_two(sizes: impl Iterator<Item = f64>) -> f64 {
    let largest = sizes.filter(|size| size.is_finite()).fold(0.0, f64::max);
    let is_usual = largest < f64::MIN_POSITIVE || SQUARED_SAFELY.contains(&largest);
    if is_usual { 1.0 } else { largest.log2().floor().exp2() }
}
