//! The worlds of one event, as samples of the target.

use std::sync::OnceLock;

use ndarray::ArrayView2;

use super::super::{Reading, Readout, Visitor, Worlds};
use super::bank::Shelf;
use super::jackknife::variance_of_bank;
use super::levels::{Level, Levels, TOLERATED};
use super::measuring::{FreePivot, OUTPUTS, SampleMeasure};
use super::pivot::{Pivot, PivotChoice};
use super::reach::{Reach, range_of_any};
use super::samples::Samples;
use super::tilted::{TiltedBank, Weights};
use super::unseen::Averages;
use super::walk::Walk;
use crate::error::{Error, Result, list_names};
use crate::shapley::Coalition;
use crate::world::Event;

/// Players are nodes: those in a coalition keep their noise at what was observed, the noise of all others is
/// drawn. The coalition's value measures the target's samples.
///
/// One of the free noises that can be integrated is not drawn but stays at what was observed, as if it were kept: so the
/// samples are free of it, and the measure integrates it. Where too few of the samples that all events share carry a
/// coalition's probability, it is taken from samples that are drawn towards the event.
pub(super) struct SampledWorlds<'e> {
    event: &'e Event<'e>,
    choice: PivotChoice<'e>,
    samples: Samples<'e>,
    /// Fewer of them, where that may do.
    levels: Option<Levels<'e>>,
    /// The error that fewer may have, once it is known.
    tolerated: OnceLock<f64>,
    measure: SampleMeasure,
    /// Made where samples leave open how likely the rarest worlds are.
    reach: OnceLock<Reach<'e>>,
    /// What draws samples towards the event, if that is allowed.
    shelf: Option<&'e Shelf>,
    /// Drawn when they are first needed.
    tilted: OnceLock<Tilted<'e>>,
}

/// Samples towards the event.
struct Tilted<'e> {
    bank: TiltedBank,
    samples: Samples<'e>,
}

impl<'e> SampledWorlds<'e> {
    pub(super) fn new(
        event: &'e Event<'e>,
        pivots: &'e [Pivot],
        (samples, levels): (Samples<'e>, Option<Levels<'e>>),
        shelf: Option<&'e Shelf>,
    ) -> Self {
        let measure = SampleMeasure::within(event.measure(), range_of_any(event));
        let choice = PivotChoice::new(event, pivots);
        let (tolerated, reach, tilted) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        Self { event, choice, samples, levels, tolerated, measure, reach, shelf, tilted }
    }

    /// The error that a coalition may have where it is visited with fewer samples: a part of that of the coalition of nobody with all.
    /// 0 where that cannot be visited, which is told where it is asked for.
    fn tolerated(&self) -> f64 {
        *self.tolerated.get_or_init(|| {
            let mut outputs = [0.0; OUTPUTS];
            let nobody = Coalition::empty(self.event.player_count());
            let visited = self.start().measure_with_all(&nobody, &mut outputs);
            visited.map_or(0.0, |()| TOLERATED * variance_of_bank(&outputs).sqrt())
        })
    }

    /// Samples towards the event, if they are allowed. Not drawn in parallel, as others may wait for them.
    fn tilted(&self) -> Option<&Tilted<'e>> {
        let shelf = self.shelf?;
        Some(self.tilted.get_or_init(|| {
            let uniform = |node: usize, column: &mut [f64]| shelf.fill_uniform(self.event.target(), node, column);
            let bank = TiltedBank::draw(self.event, self.samples.count(), uniform);
            let samples = Samples::new(self.event, bank.bank(), |node| bank.draws(node)).with_kept_of(&self.samples);
            Tilted { bank, samples }
        }))
    }

    /// The state of the coalition of all.
    fn start(&self) -> SampledState<'_, 'e> {
        SampledState {
            worlds: self,
            walk: Walk::new(self.event, &self.choice, &self.samples),
            few: None,
            some: None,
            tilted: None,
            weights: Weights::default(),
        }
    }

    /// A tail's value is not finite without a floor only; a mean's where samples are so large that their sum overflows.
    fn not_finite(&self, coalition: &Coalition, found: f64) -> Error {
        if !self.event.measure().is_logarithm() {
            let target = self.event.target();
            return Error::MechanismNotFinite {
                node: target.node_name(target.number()).to_owned(),
                operation: OVERFLOW,
                found,
            };
        }
        let kept = self.event.names(coalition);
        let kept = if kept.is_empty() { "no node".to_owned() } else { list_names(&kept) };
        Error::UnresolvedTail { samples: self.samples.count(), kept }
    }
}

impl Worlds for SampledWorlds<'_> {
    fn readout(&self) -> &dyn Readout {
        &SampledReadout
    }

    fn visitor(&self) -> Box<dyn Visitor + '_> {
        Box::new(self.start())
    }
}

/// What a mechanism far outside its data cannot do, and what can be done about it.
const OVERFLOW: &str = "average samples: the event is so far outside the training data that they overflow, so look at its units first; \
     the outlier score alone, which needs no mean, can be attributed";

/// See [`OUTPUTS`].
struct SampledReadout;

impl Readout for SampledReadout {
    fn width(&self) -> usize {
        OUTPUTS
    }

    fn reading(&self, outputs: &[f64]) -> Reading {
        Reading { value: outputs[0], error: variance_of_bank(outputs).sqrt(), probability: outputs[OUTPUTS - 1] }
    }

    fn errors(&self, values: ArrayView2<'_, f64>) -> Vec<f64> {
        values.rows().into_iter().map(|outputs| variance_of_bank(&outputs.to_vec()).sqrt()).collect()
    }
}

/// What is kept from one coalition to the next.
struct SampledState<'w, 'e> {
    worlds: &'w SampledWorlds<'e>,
    walk: Walk<'w>,
    /// Among fewer samples.
    few: Option<Walk<'w>>,
    some: Option<Walk<'w>>,
    /// Among the samples towards the event, once some were asked for.
    tilted: Option<Walk<'w>>,
    /// Room for their weights.
    weights: Weights,
}

impl Visitor for SampledState<'_, '_> {
    fn visit(&mut self, kept: &Coalition, outputs: &mut [f64]) -> Result<()> {
        if self.worlds.event.is_certain(kept) {
            self.worlds.measure.measure_observation(outputs);
            return Ok(());
        }
        let result = self.measure(kept, outputs);
        if result.is_err() {
            // An error must not leave columns behind that look up to date.
            *self = self.worlds.start();
        }
        result
    }
}

impl<'w, 'e> SampledState<'w, 'e> {
    fn measure(&mut self, coalition: &Coalition, outputs: &mut [f64]) -> Result<()> {
        let worlds = self.worlds;
        if let Some(levels) = &worlds.levels {
            worlds.measure_with(&levels.few, &mut self.few, coalition, outputs)?;
            match levels.needed(variance_of_bank(outputs).sqrt(), worlds.tolerated()) {
                Level::Few => return Ok(()),
                Level::Some => worlds.measure_with(&levels.some, &mut self.some, coalition, outputs)?,
                Level::All => self.measure_with_all(coalition, outputs)?,
            }
        } else {
            self.measure_with_all(coalition, outputs)?;
        }
        match outputs.iter().find(|value| !value.is_finite()) {
            None => Ok(()),
            Some(&found) => Err(worlds.not_finite(coalition, found)),
        }
    }

    /// With all samples and, where few of them carry the coalition's probability, with those towards the event.
    fn measure_with_all(&mut self, coalition: &Coalition, outputs: &mut [f64]) -> Result<()> {
        let (worlds, samples) = (self.worlds, &self.worlds.samples);
        let mut means = worlds.averages(samples, &mut self.walk, coalition)?;
        if worlds.measure.is_thin(&means, samples.count())
            && let Some(better) = self.towards_the_event(coalition)?
        {
            means = better;
        }
        worlds.measure.conclude(&means, samples.count(), self.walk.lot(), outputs);
        Ok(())
    }

    /// What a coalition's samples towards the event come to, if there are any.
    fn towards_the_event(&mut self, coalition: &Coalition) -> Result<Option<Averages>> {
        let worlds = self.worlds;
        let Some(Tilted { bank, samples }) = worlds.tilted() else { return Ok(None) };
        let walk = self.tilted.get_or_insert_with(|| Walk::new(worlds.event, &worlds.choice, samples));
        let free = worlds.free(walk.go(coalition));
        let weights = bank.weigh(walk.drawn(), &mut self.weights);
        let means = worlds.measure.weighted_averages(walk.target()?, weights, free.as_ref())?;
        Ok(Some(means))
    }
}

impl<'e> SampledWorlds<'e> {
    /// What a coalition comes to among fewer samples.
    fn measure_with<'w>(
        &'w self,
        samples: &'w Samples<'e>,
        walk: &mut Option<Walk<'w>>,
        coalition: &Coalition,
        outputs: &mut [f64],
    ) -> Result<()> {
        let walk = walk.get_or_insert_with(|| Walk::new(self.event, &self.choice, samples));
        let means = self.averages(samples, walk, coalition)?;
        self.measure.conclude(&means, samples.count(), walk.lot(), outputs);
        Ok(())
    }

    fn averages(&self, samples: &Samples<'e>, walk: &mut Walk<'_>, coalition: &Coalition) -> Result<Averages> {
        let free = self.free(walk.go(coalition));
        let means = self.measure.averages(walk.target()?, samples.count(), free.as_ref())?;
        let is_drawn = |node: usize| walk.draws(node);
        let reached = || {
            let bounds = self.reach().target(is_drawn);
            (bounds, self.measure.extent(bounds, free.as_ref()))
        };
        Ok(self
            .measure
            .bounded(means, samples.count(), reached, |ends| self.reach().outer_parts(is_drawn).chance(ends)))
    }

    /// How far the target goes in any world. Of all samples, of which a part has fewer beyond the bounds still.
    fn reach(&self) -> &Reach<'e> {
        self.reach
            .get_or_init(|| Reach::new(self.event, self.samples.observed_outputs().to_vec(), self.samples.count()))
    }

    /// A noise that is to be integrated, with its observed value.
    fn free<'p>(&self, pivot: Option<&'p Pivot>) -> Option<FreePivot<'p>> {
        pivot.map(|pivot| FreePivot { pivot, observed: self.event.noises()[pivot.node] })
    }
}
