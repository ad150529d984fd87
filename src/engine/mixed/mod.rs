//! Coalitions of a target that is linear in many of its noises, though not in all.
//!
//! The target is x + Σ cⱼ(Nⱼ − nⱼ) + I, over the *outer* noises j, which reach it by linear paths only. I is what all other
//! noises, the *inner* ones, do to it: of any distribution, but independent of the outer noises. So a coalition's
//! probability is that of a sum of independent variables. I depends on the inner noises that the coalition keeps, and on
//! no others: it is sampled once for each of the few sets of them, and then stands beside the outer noises in a Fourier
//! series. All 2ⁿ coalitions need 2^inner columns of samples instead of 2ⁿ, and every outer noise is integrated instead of one.
//!
//! Where at most one outer noise is free there is no sum to invert: hits are counted, or the one is integrated.

mod outer;
mod table;
mod worlds;

use std::sync::{Arc, OnceLock};

use super::effort::Effort;
use super::inversion::{FreeSets, Lattices, Series};
use super::sampling::{Pivot, Shelf, find_pivots};
use super::{Ask, Budget, Engine, EngineName, Opened, TOGETHER};
use crate::error::Result;
use crate::shapley::ShapleyMethod;
use crate::target::Target;
use crate::world::{Event, Sought};
use outer::{OuterNoises, Parts};
use table::Table;
use worlds::TableWorlds;

/// Up to how many players a table of all coalitions is made, and with how many inner ones: beyond, permutations need fewer
/// samples.
const MOST_PLAYERS: usize = 16;
const MOST_INNER_PLAYERS: usize = 8;

/// An error in nats above which samples of all noises are tried, too: those may be drawn towards the event where it is rare.
const TOLERANCE: f64 = 0.1;

/// An error of samples in nats that needs no more of them: that of the coalitions of a set of inner noises on average. In Shapley values,
/// errors of coalitions that share their samples cancel in part, so that the largest is mostly less than half of it.
const GOOD: f64 = 0.04;
/// How much of an error that is asked for the coalitions of a set may have on average: so little that few events need another round, which
/// begins anew.
const CLOSE_TO_ASKED: f64 = 1.4;

/// What a set of free noises costs beside its samples, in samples of one coalition.
const WORK_PER_SET: f64 = 256.0;

/// A target that is linear in some of its noises.
#[derive(Debug)]
pub(super) struct Mixed {
    noises: OuterNoises,
    /// The floor ε and the one that the training data support.
    floors: (f64, f64),
    /// The noises that are integrated where no other outer one is free.
    pivots: Vec<Pivot>,
    /// Made when it is first needed; the reason why the series would not do.
    lattices: OnceLock<Result<Lattices, String>>,
    shelf: Arc<Shelf>,
}

impl Mixed {
    /// # Errors
    /// The reason why the target is not of this kind.
    pub(super) fn prepare(target: &Target, sought: Sought, shelf: Arc<Shelf>) -> Result<Self, String> {
        let floors = sought.region()?;
        let noises = OuterNoises::find(target)?;
        Ok(Self { noises, floors, pivots: find_pivots(target), lattices: OnceLock::new(), shelf })
    }

    /// Why it was taken, in words.
    pub(super) fn why(&self, target: &Target) -> String {
        let (outer, all) = (self.noises.count(), target.nodes().len());
        format!(
            "`{}` is linear in {outer} of {all} noises, which are integrated, and the others are sampled",
            target.name()
        )
    }

    fn lattices(&self, target: &Target) -> Result<&Lattices, &'static str> {
        let find = || Lattices::find(target, self.noises.effects(), self.floors, true);
        self.lattices
            .get_or_init(find)
            .as_ref()
            .map_err(|_| "no series follows the noises that the target is linear in")
    }
}

impl Engine for Mixed {
    fn name(&self) -> EngineName {
        EngineName::PartialInversion
    }

    fn draws_samples(&self) -> bool {
        true
    }

    fn method(&self, players: &[usize], effort: &Effort) -> Option<ShapleyMethod> {
        let inner = players.iter().filter(|&&node| !self.noises.contains(node)).count();
        let chosen = match effort.shapley_method.or_exact_at_no_more_cost(players.len()) {
            ShapleyMethod::Auto => inner <= MOST_INNER_PLAYERS,
            method => method.enumerates(players.len()).unwrap_or(false),
        };
        (chosen && players.len() <= MOST_PLAYERS).then_some(ShapleyMethod::Exact)
    }

    /// The columns of samples, and a series for every coalition.
    fn work(&self, target: &Target, effort: &Effort) -> Option<f64> {
        let players: Vec<usize> = (0..target.nodes().len()).collect();
        self.method(&players, effort)?;
        let outer = self.noises.count();
        let power = |exponent: usize| 2_f64.powi(i32::try_from(exponent).unwrap_or(i32::MAX));
        let columns = power(players.len() - outer) * (outer + 2) as f64;
        Some(columns * effort.samples as f64 + power(players.len()) * WORK_PER_SET)
    }

    fn settles(&self, error: f64, _: &Effort) -> bool {
        error <= TOLERANCE
    }

    fn open<'e>(&'e self, event: &'e Event<'e>, budget: Budget, ask: Ask<'_>) -> Result<Opened<'e>> {
        if event.has_groups() {
            return Ok(Opened::Unsuited(TOGETHER));
        }
        let target = event.target();
        let lattices = match self.lattices(target) {
            Ok(lattices) => lattices,
            Err(reason) => return Ok(Opened::Unsuited(reason)),
        };
        let Some((region, floor)) = event.measure().region() else {
            return Ok(Opened::Unsuited("only regions have a series"));
        };
        let is_inner = |node: usize| !self.noises.contains(node);
        let bank = self.shelf.bank(target, budget.samples, is_inner);
        let series = Series::new(lattices, self.noises.effects(), event, region, floor);
        let parts = Parts::new(event, &self.noises);
        let bits = parts.bits();
        // Of a single world one row of the table is made.
        let one = match ask {
            Ask::Split | Ask::Part(_) => None,
            Ask::One(coalition) => Some(parts.set(&event.world(coalition))),
        };
        let parts_of_one = one.map(|set| parts.of_one(set));
        let is_asked = |set: usize| match ask {
            Ask::Part(part) => part.may_have(|player| parts.keeps(set, bits[player])),
            Ask::Split | Ask::One(_) => true,
        };
        let first_row = one.unwrap_or(0);
        let asked_of = parts_of_one.as_ref().unwrap_or(&parts);
        let sets =
            FreeSets::new(&series, (parts.outer(), parts.outer_free()), (asked_of.outer(), asked_of.outer_free()));
        // A single world is told as closely as can be.
        let close_enough = one.is_none().then(|| budget.asked_error.map_or(GOOD, |asked| CLOSE_TO_ASKED * asked));
        let table = Table::new(event, sets, (asked_of, first_row), &self.pivots, bank, is_inner, close_enough);
        let Some(rows) = table.rows(is_asked)? else {
            return Ok(Opened::Unsuited("what lies beside the linear noises is wider than the series allows"));
        };
        Ok(Opened::Worlds(Box::new(TableWorlds::new(bits, first_row, rows))))
    }
}
