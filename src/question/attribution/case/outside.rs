//! Which mechanisms an event takes to where they were never seen, and in which of its worlds.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::prepared::Prepared;
use crate::engine::RegimeOf;
use crate::error::Result;
use crate::mechanism::{FittedMechanism, Form, LinearFunction};
use crate::model::{FittedModel, Plausible, Recovered, WiredNode};
use crate::numeric::ranks::sort_by;
use crate::target::Target;

/// A noise is believed where more than one in so many normal ones are as unusual: there is nothing to explain.
const UNUSUAL: f64 = 0.1;
/// Widenings are powers of 2 to so many steps each, so that what is prepared for an event serves others.
const STEPS: f64 = 8.0;
/// A noise is never more than 2³⁰ times as wide.
const WIDEST: f64 = 30.0;
/// For how many different sets of wide noises a target is kept prepared.
const MOST_PREPARED: usize = 16;
/// How many players may decide how wide noises are: there is a regime for every set of them.
const MOST_DECIDING: usize = 5;
/// A noise is wide in worlds in which the plausible mechanisms disagree by this share of what they do at the observed parents.
const WIDE: f64 = 0.5;

/// The nodes of a target whose mechanism was chosen from data that leave others possible, and what was prepared for events
/// that lie outside of these data.
pub(in crate::question::attribution) struct Outside {
    /// By number in the target.
    uncertain: Vec<(usize, Arc<Plausible>)>,
    /// The targets with wide noises, the latest last.
    prepared: Mutex<Vec<(Vec<Wide>, Arc<Prepared>)>>,
}

/// A node whose noise is another than in training, by its number.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Wide {
    node: usize,
    change: Change,
}

/// What becomes of a noise outside of the data.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Change {
    /// Its deviations from the median are 2^(steps/8) times as large.
    Widened(u32),
    /// It has this added, which is what another mechanism says beyond the chosen one.
    Shifted(f64),
}

impl Wide {
    fn is_shifted(&self) -> bool {
        matches!(self.change, Change::Shifted(_))
    }
}

fn widening(steps: u32) -> f64 {
    (f64::from(steps) / STEPS).exp2()
}

/// A node whose noise, as its mechanism recovers it, is not to be believed.
pub(in crate::question::attribution) struct Doubt {
    wide: Wide,
    differing: Differing,
    /// By how much the mechanisms disagree at the observed parents.
    disagreement: f64,
    /// The noise under the distribution that it has in training.
    noise: f64,
}

/// The mechanisms that disagree.
enum Differing {
    /// The chosen one and its rivals, on the scale of the link.
    Rivals(Arc<Plausible>),
    /// The chosen one and this, in units of the noise.
    Other(Form),
}

impl Differing {
    fn disagreement(&self, mechanism: &FittedMechanism, parents: &[f64]) -> f64 {
        match self {
            Self::Rivals(plausible) => plausible.disagreement(mechanism.form(), parents),
            Self::Other(form) => {
                let usual = mechanism.noise().median();
                (usual - form.estimate_noise(parents, mechanism.evaluate(parents, usual))).abs()
            }
        }
    }
}

impl Doubt {
    fn new(wide: Wide, differing: Differing, wired: &WiredNode, parents: &[f64], noise: f64) -> Self {
        let disagreement = differing.disagreement(&wired.mechanism, parents);
        let noise = match (wide.change, &differing) {
            (Change::Widened(steps), Differing::Rivals(plausible)) => plausible.narrowed(noise, widening(steps)),
            (Change::Shifted(shift), _) => noise - shift,
            (Change::Widened(_), Differing::Other(_)) => noise,
        };
        Self { wide, differing, disagreement, noise }
    }

    pub(in crate::question::attribution) fn node(&self) -> usize {
        self.wide.node
    }

    /// Whether a parent's effect has the other sign with the other mechanism.
    pub(in crate::question::attribution) fn turns(&self, target: &Target) -> bool {
        let Differing::Other(form) = &self.differing else { return false };
        let chosen = target.wiring().node(self.wide.node).mechanism.form();
        let pair = chosen.linear_location().zip(form.linear_location());
        let signs = |(a, b): (&LinearFunction, &LinearFunction)| {
            a.coefficients.iter().zip(&b.coefficients).any(|(a, b)| a * b <= 0.0 && a != b)
        };
        pair.is_some_and(signs)
    }

    /// By how much the target would have been off had the noise been what it is by the other mechanism, and the node not what it
    /// is: how much is at stake, in the target's unit.
    pub(in crate::question::attribution) fn reach(&self, target: &Target, recovered: &Recovered) -> f64 {
        let mut noises = recovered.noises.clone();
        noises[self.wide.node] = self.noise;
        let reach = (target.wiring().target_value(&noises) - recovered.values[target.number()]).abs();
        // What leaves the domain of a mechanism is as far off as any may be.
        if reach.is_nan() { f64::INFINITY } else { reach }
    }
}

/// A target's worlds by regimes.
pub(in crate::question::attribution) struct InRegimes {
    pub(in crate::question::attribution) regime_of: RegimeOf,
    /// For each regime its target, and the values and noises that the event has in it; of a single coalition for its own alone.
    pub(in crate::question::attribution) regimes: Vec<(Arc<Prepared>, Recovered)>,
    /// The regime of the event itself, or of the single coalition.
    pub(in crate::question::attribution) of_event: usize,
    /// Values as observed, each noise as it is under the distribution that it has in training.
    pub(in crate::question::attribution) stated: Recovered,
    /// Whether only engines that know effects instead of mechanisms may be asked: the target of every regime is the model's, and a
    /// shift is in the noises that were observed.
    pub(in crate::question::attribution) by_effects: bool,
}

/// Which noises of an event are wide in which of its worlds.
pub(in crate::question::attribution) struct Sorted {
    /// The nodes of the players.
    players: Vec<usize>,
    regime_of: RegimeOf,
    /// The regime of the event itself.
    of_event: usize,
    /// For each regime which noises are wide, and the values and noises that the event has in it.
    regimes: Vec<(Vec<Wide>, Recovered)>,
    /// See [`InRegimes::stated`].
    stated: Recovered,
    /// See [`InRegimes::by_effects`].
    by_effects: bool,
}

impl Sorted {
    /// Sorts the worlds of an event: by which noises are wide where a coalition of `players`, nodes by their numbers, is kept.
    ///
    /// A noise is wide where the parents are about as far outside as they are in the event, if the noises that are drawn have
    /// their medians. `None` where a mechanism is not finite in some regime.
    pub(in crate::question::attribution) fn new(
        base: &Prepared,
        recovered: &Recovered,
        doubts: &[Doubt],
        players: &[usize],
    ) -> Option<Self> {
        let scene = Scene { target: &base.target, recovered, doubts, players };
        let deciding = scene.deciding();
        let mut found: Vec<Vec<bool>> = Vec::new();
        let mut regimes = Vec::with_capacity(1 << deciding.len());
        for set in 0..1_usize << deciding.len() {
            let is_drawn = |player: usize| {
                deciding.iter().position(|&other| other == player).is_some_and(|bit| set >> bit & 1 == 0)
            };
            let wide = scene.wide(is_drawn);
            let regime = found.iter().position(|other| *other == wide).unwrap_or(found.len());
            if regime == found.len() {
                found.push(wide);
            }
            regimes.push(regime);
        }
        let of_event = regimes[regimes.len() - 1];
        let by_effects = matches!(doubts, [only] if only.wide.is_shifted()) && base.knows_effects();
        let of_regime = |wide: &Vec<bool>| {
            let wide_ones = doubts.iter().zip(wide).filter(|&(_, &is_wide)| is_wide).map(|(doubt, _)| doubt.wide);
            Some((wide_ones.collect(), scene.recovered_where(wide, by_effects)?))
        };
        let of_regimes = found.iter().map(of_regime).collect::<Option<_>>()?;
        let mut stated = recovered.clone();
        doubts.iter().for_each(|doubt| stated.noises[doubt.wide.node] = doubt.noise);
        let regime_of = RegimeOf::new(deciding, regimes);
        Some(Self { players: players.to_vec(), regime_of, of_event, regimes: of_regimes, stated, by_effects })
    }
}

impl Outside {
    pub(in crate::question::attribution) fn new(model: &FittedModel, target: &Target) -> Self {
        let plausible = |(number, position): (usize, usize)| {
            let plausible = model.plausible_at(position)?;
            Plausible::can_widen(target.noise(number)).then(|| (number, Arc::clone(plausible)))
        };
        let positions = target.nodes().iter().map(|node| node.position).enumerate();
        Self { uncertain: positions.filter_map(plausible).collect(), prepared: Mutex::new(Vec::new()) }
    }

    /// What is uncertain of so many copies of a target with so many nodes each.
    pub(in crate::question::attribution) fn repeated(&self, copies: usize, size: usize) -> Self {
        let copy =
            |copy: usize| self.uncertain.iter().map(move |(node, rivals)| (node + copy * size, Arc::clone(rivals)));
        Self { uncertain: (0..copies).flat_map(copy).collect(), prepared: Mutex::new(Vec::new()) }
    }

    /// The target with all of these noises wide.
    ///
    /// # Errors
    /// When `prepare` fails.
    pub(in crate::question::attribution) fn widened(
        &self,
        base: &Arc<Prepared>,
        doubts: &[Doubt],
        prepare: impl Fn(Target) -> Result<Prepared>,
    ) -> Result<Arc<Prepared>> {
        self.prepared(base, doubts.iter().map(|doubt| doubt.wide).collect(), &prepare)
    }

    /// The nodes whose noise, as the model's mechanisms recover it, is not to be believed: the plausible mechanisms disagree about
    /// the node at its observed parents, and the noise is unusual. Their numbers ascend.
    pub(in crate::question::attribution) fn doubts(&self, target: &Target, recovered: &Recovered) -> Vec<Doubt> {
        let mut doubts = Vec::new();
        for (node, plausible) in &self.uncertain {
            let (wired, noise) = (target.wiring().node(*node), recovered.noises[*node]);
            let (form, distribution) = (wired.mechanism.form(), wired.mechanism.noise());
            let parents = wired.parent_values(&recovered.values);
            let widening = plausible.widening(form, &parents);
            let steps = (STEPS * widening.log2().min(WIDEST)).round();
            let is_unusual = || distribution.two_sided_tail(noise) < UNUSUAL;
            if steps >= 1.0 && !recovered.is_missing(*node) && is_unusual() {
                let wide = Wide { node: *node, change: Change::Widened(steps as u32) };
                doubts.push(Doubt::new(wide, Differing::Rivals(Arc::clone(plausible)), wired, &parents, noise));
            }
        }
        doubts
    }

    /// For each node whose plausible mechanisms say something else at its observed parents, whatever its noise, the lowest and the
    /// highest of what they say, each as if it were certain; those that are off by most of their noise's standard deviations.
    pub(in crate::question::attribution) fn alternatives(&self, target: &Target, recovered: &Recovered) -> Vec<Doubt> {
        let mut alternatives = Vec::new();
        for (node, plausible) in self.uncertain.iter().filter(|(node, _)| !recovered.is_missing(*node)) {
            let wired = target.wiring().node(*node);
            let parents = wired.parent_values(&recovered.values);
            for shift in plausible.extremes(wired.mechanism.form(), &parents) {
                let wide = Wide { node: *node, change: Change::Shifted(shift) };
                let differing = Differing::Rivals(Arc::clone(plausible));
                alternatives.push(Doubt::new(wide, differing, wired, &parents, recovered.noises[*node]));
            }
        }
        alternatives
    }

    /// That a node had this mechanism where its parents are as far from usual as they are in the event; where they are usual it
    /// says the same.
    pub(in crate::question::attribution) fn other_form(
        target: &Target,
        recovered: &Recovered,
        node: usize,
        form: Form,
    ) -> Option<Doubt> {
        let wired = target.wiring().node(node);
        let parents = wired.parent_values(&recovered.values);
        let noise = recovered.noises[node];
        let shift = noise - form.estimate_noise(&parents, recovered.values[node]);
        let wide = Wide { node, change: Change::Shifted(shift) };
        let doubt = Doubt::new(wide, Differing::Other(form), wired, &parents, noise);
        (shift.is_finite() && doubt.disagreement > 0.0).then_some(doubt)
    }

    /// The nodes whose noise decides whether that of a doubt is the other one.
    pub(in crate::question::attribution) fn deciding(
        target: &Target,
        recovered: &Recovered,
        doubt: &Doubt,
        players: &[usize],
    ) -> Vec<usize> {
        let doubts = std::slice::from_ref(doubt);
        let deciding = Scene { target, recovered, doubts, players }.deciding();
        deciding.into_iter().map(|player| players[player]).collect()
    }

    /// The worlds of an event that `sorted` tells apart, by regimes. `prepare` is called for targets that were not prepared yet. Of a single
    /// coalition, the one in which the nodes are kept that `only` says, its regime alone is prepared.
    ///
    /// # Errors
    /// When `prepare` fails.
    pub(in crate::question::attribution) fn regimes(
        &self,
        base: &Arc<Prepared>,
        sorted: &Sorted,
        only: Option<&dyn Fn(usize) -> bool>,
        prepare: impl Fn(Target) -> Result<Prepared>,
    ) -> Result<InRegimes> {
        let Sorted { players, regime_of, of_event, regimes, stated, by_effects } = sorted;
        let only = only.map(|is_kept| regime_of.where_kept(|player| is_kept(players[player])));
        let asked_for = regimes.iter().enumerate().filter(|(regime, _)| only.is_none_or(|only| only == *regime));
        let prepared = asked_for.map(|(_, (wide, recovered))| {
            let prepared = if *by_effects { Arc::clone(base) } else { self.prepared(base, wide.clone(), &prepare)? };
            Ok((prepared, recovered.clone()))
        });
        let regimes = prepared.collect::<Result<_>>()?;
        let (regime_of, of_event) =
            if only.is_some() { (RegimeOf::everywhere(), 0) } else { (regime_of.clone(), *of_event) };
        Ok(InRegimes { regime_of, regimes, of_event, stated: stated.clone(), by_effects: *by_effects })
    }

    /// The target with these noises wide, from `prepare` if it is not there yet.
    fn prepared(
        &self,
        base: &Arc<Prepared>,
        wide: Vec<Wide>,
        prepare: impl Fn(Target) -> Result<Prepared>,
    ) -> Result<Arc<Prepared>> {
        if wide.is_empty() {
            return Ok(Arc::clone(base));
        }
        let find = |kept: &[(Vec<Wide>, Arc<Prepared>)]| {
            kept.iter().find(|(of, _)| *of == wide).map(|(_, prepared)| Arc::clone(prepared))
        };
        if let Some(found) = find(&self.kept()) {
            return Ok(found);
        }
        let replaced = base.target.with_mechanisms(|number, mechanism| {
            let wide = wide.iter().find(|wide| wide.node == number)?;
            let noise = match wide.change {
                Change::Widened(steps) => {
                    let (_, plausible) = self.uncertain.iter().find(|&&(node, _)| node == number)?;
                    plausible.widened(mechanism.noise(), widening(steps))?
                }
                Change::Shifted(shift) => mechanism.noise().clone().shifted_by(shift).ok()?,
            };
            Some(FittedMechanism::new(mechanism.form().clone(), noise))
        });
        // Without the lock: another thread may prepare the same meanwhile, to the same bits, but none waits for one that has
        // taken up other work.
        let prepared = Arc::new(prepare(replaced)?);
        // What is shifted is so for one event alone.
        if wide.iter().any(Wide::is_shifted) {
            return Ok(prepared);
        }
        let mut kept = self.kept();
        if let Some(found) = find(&kept) {
            return Ok(found);
        }
        if kept.len() == MOST_PREPARED {
            kept.remove(0);
        }
        kept.push((wide, Arc::clone(&prepared)));
        Ok(prepared)
    }

    /// What is kept is never half written, whatever became of a thread that held it.
    fn kept(&self) -> MutexGuard<'_, Vec<(Vec<Wide>, Arc<Prepared>)>> {
        self.prepared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An event of a target with its doubts.
struct Scene<'s> {
    target: &'s Target,
    recovered: &'s Recovered,
    doubts: &'s [Doubt],
    /// The nodes of the players.
    players: &'s [usize],
}

impl Scene<'_> {
    /// For each doubt the share of its disagreement that is left where some players' noises are at their medians.
    fn shares(&self, is_drawn: impl Fn(usize) -> bool) -> Vec<f64> {
        let wiring = self.target.wiring();
        let mut noises = self.recovered.noises.clone();
        for (player, &node) in self.players.iter().enumerate() {
            if is_drawn(player) {
                noises[node] = self.target.noise(node).median();
            }
        }
        let values = wiring.forward(&noises, |_| None);
        let share = |doubt: &Doubt| {
            let node = wiring.node(doubt.wide.node);
            doubt.differing.disagreement(&node.mechanism, &node.parent_values(&values)) / doubt.disagreement
        };
        self.doubts.iter().map(share).collect()
    }

    fn wide(&self, is_drawn: impl Fn(usize) -> bool) -> Vec<bool> {
        self.shares(is_drawn).into_iter().map(|share| share >= WIDE).collect()
    }

    /// The players who decide which noises are wide: those without whom some no longer are, and those who alone make some so;
    /// the most decisive ones if there are too many, in the order of the players.
    fn deciding(&self) -> Vec<usize> {
        let mut decisive: Vec<(f64, usize)> = Vec::new();
        for player in 0..self.players.len() {
            let lost = self.shares(|other| other == player).into_iter().map(|share| 1.0 - share);
            let gained = self.shares(|other| other != player);
            let weight = lost.chain(gained).fold(0.0, f64::max);
            if weight >= WIDE {
                decisive.push((weight, player));
            }
        }
        sort_by(&mut decisive, &|a, b| b.0.total_cmp(&a.0));
        decisive.truncate(MOST_DECIDING);
        let mut players: Vec<usize> = decisive.into_iter().map(|(_, player)| player).collect();
        players.sort_unstable();
        players
    }

    /// The event as it would have been with these noises wide: as it was where all are. `by_effects` a noise that is wide counts
    /// from its shift.
    fn recovered_where(&self, wide: &[bool], by_effects: bool) -> Option<Recovered> {
        let mut recovered = self.recovered.clone();
        if wide.iter().all(|&is_wide| is_wide) {
            if by_effects {
                self.doubts.iter().for_each(|doubt| recovered.noises[doubt.wide.node] = doubt.noise);
            }
            return Some(recovered);
        }
        for (doubt, _) in self.doubts.iter().zip(wide).filter(|&(_, &is_wide)| !is_wide) {
            recovered.noises[doubt.wide.node] = doubt.noise;
        }
        recovered.values = self.target.wiring().forward(&recovered.noises, |_| None);
        recovered.values.iter().all(|value| value.is_finite()).then_some(recovered)
    }
}
