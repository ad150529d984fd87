//! Coalitions of a target that is linear in all noises, by Fourier inversion: without samples, whatever the noises.
//!
//! Given the coalition T, the target is x + Σ_{j ∉ T} cⱼ(Nⱼ − nⱼ), with the observed value x, the total effects cⱼ and
//! the observed noises nⱼ. The characteristic function of that sum is the product of those of its terms, and the
//! distribution function of a variable D with values in (−L, L) is a Fourier series:
//!
//! P{D ≥ 0} = ½ + E\[D\]/L + Σ_{k ≥ 1} Im φ_D(2πk/L) / (πk)
//!
//! (the series of the sawtooth, averaged over D; Bohmann, "A method to calculate the distribution function when the
//! characteristic function is known", *BIT* 10, 1970; Abate and Whitt, "The Fourier-series method for inverting
//! transforms of probability distributions", *Queueing Systems* 10, 1992, section 5). It is cut off after K terms. What is
//! left out is bounded by what is left of the characteristic functions there ([`bound`]), and that is the error that is
//! stated. Where it is too large, as with densities that jump, the rest is summed as well ([`refine`], [`tail`]). A coalition in
//! which only one noise is free needs no series.

mod beyond;
mod bound;
mod free_sum;
mod lattices;
mod mend;
mod player;
mod refine;
mod sampled_term;
mod series;
mod spread;
mod sum;
mod table;
mod tail;
mod walk;

use std::sync::OnceLock;

use ndarray::ArrayView2;

pub(super) use lattices::Lattices;
pub(super) use sampled_term::{FreeSets, SampledTerm};
pub(super) use series::Series;
pub(crate) use sum::{SharedSpectra, SumLaw, SumTerm, WithError};

use super::effort::{EXACT_WITHOUT_SAMPLES, Effort};
use super::{Ask, Budget, Engine, EngineName, Opened, Part, Reading, Readout, TOGETHER, Visitor, Worlds};
use crate::error::Result;
use crate::shapley::ShapleyValues;
use crate::target::Target;
use crate::world::{Event, Sought};
use player::Cast;
use series::OUTPUTS;
use walk::Walk;

/// The largest error of Fourier inversion, in nats, beyond which samples are tried, unless a precision is asked for.
const TOLERANCE: f64 = 0.02;
/// How much of what is tolerated, or asked for, the errors of a table may come to.
const SHARE_OF_TABLE: f64 = 0.5;

/// A target that is linear in all noises, which have no heavy atoms.
#[derive(Debug)]
pub(super) struct Inversion {
    /// The total effect of each node's noise.
    effects: Vec<f64>,
    lattices: Lattices,
}

impl Inversion {
    /// Costs a transform of every noise.
    ///
    /// # Errors
    /// The reason why the series would not do.
    pub(super) fn prepare(target: &Target, sought: Sought) -> Result<Self, String> {
        let effects = target.linear_effects()?;
        let lattices = Lattices::find(target, &effects, sought.region()?, false)?;
        Ok(Self { effects, lattices })
    }

    /// Why it was taken, in words.
    pub(super) fn why(target: &Target) -> String {
        format!("`{}` is linear in all noises, whose characteristic functions a series follows", target.name())
    }
}

impl Engine for Inversion {
    fn name(&self) -> EngineName {
        EngineName::FourierInversion
    }

    /// A few hundred terms do not follow all distributions closely enough, say those of few rows.
    fn settles(&self, error: f64, effort: &Effort) -> bool {
        error <= effort.asked_error().unwrap_or(TOLERANCE)
    }

    fn open<'e>(&'e self, event: &'e Event<'e>, _: Budget, ask: Ask<'e>) -> Result<Opened<'e>> {
        if event.has_groups() {
            return Ok(Opened::Unsuited(TOGETHER));
        }
        let Some((region, floor)) = event.measure().region() else {
            return Ok(Opened::Unsuited("only regions have a series"));
        };
        let is_free =
            |node: usize| event.switched().chain(event.always_drawn().iter().copied()).any(|free| free == node);
        let shift = |node: usize| self.effects[node] * event.target().noise(node).mean_from(event.noises()[node]);
        if self.lattices.left_open(is_free, shift) > event.slack() {
            return Ok(Opened::Unsuited("the smallest noises move the target by less than the series tells apart"));
        }
        let series = Series::new(&self.lattices, &self.effects, event, region, floor);
        let part = match ask {
            Ask::Part(part) => Some(part),
            Ask::Split | Ask::One(_) => None,
        };
        Ok(Opened::Worlds(Box::new(InvertedWorlds { event, series, part, walk: OnceLock::new() })))
    }
}

/// The worlds of one event.
struct InvertedWorlds<'e> {
    event: &'e Event<'e>,
    series: Series<'e>,
    /// Which of its worlds will be asked for, if not all.
    part: Option<Part<'e>>,
    /// Made when a single coalition is visited.
    walk: OnceLock<Walk>,
}

impl InvertedWorlds<'_> {
    fn walk(&self) -> &Walk {
        self.walk.get_or_init(|| Walk::new(&self.series, &self.cast()))
    }

    fn cast(&self) -> Cast {
        let (players, always_free) = (self.event.players(), self.event.always_drawn().to_vec());
        let movers = self.series.lattices.movers.iter().map(|mover| mover.node);
        let always_kept = movers.filter(|node| !players.contains(node) && !always_free.contains(node)).collect();
        Cast { players, always_free, always_kept }
    }
}

impl Worlds for InvertedWorlds<'_> {
    fn readout(&self) -> &dyn Readout {
        &self.series
    }

    fn order(&self) -> Option<Vec<usize>> {
        Some(self.walk().order())
    }

    fn visitor(&self) -> Box<dyn Visitor + '_> {
        Box::new(self.walk().start(&self.series))
    }

    fn split(&self, asked: Option<f64>) -> Option<ShapleyValues> {
        let cast = self.cast();
        let others = cast.always_free.len() + cast.always_kept.len();
        let fits_a_table = others == 0 || cast.players.len() + others <= EXACT_WITHOUT_SAMPLES;
        let close_enough = SHARE_OF_TABLE * asked.unwrap_or(TOLERANCE);
        fits_a_table.then(|| self.series.enumerate(&cast, self.part, close_enough))
    }
}

impl Readout for Series<'_> {
    fn width(&self) -> usize {
        OUTPUTS
    }

    fn reading(&self, outputs: &[f64]) -> Reading {
        Reading { value: outputs[0], error: outputs[1], probability: outputs[2] }
    }

    fn is_bound(&self, output: usize) -> bool {
        output == 1
    }

    /// Averages of the bounds of coalitions with and without a player: over all, or over those that permutations came by.
    fn errors(&self, values: ArrayView2<'_, f64>) -> Vec<f64> {
        values.column(1).to_vec()
    }
}
