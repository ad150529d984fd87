//! The mechanisms that fit the training rows of a node as well as its own does, and say something else about an event.

use super::ties::{NearTie, Tie, exact_ties, near_ties, solve_transposed};
use super::vertices::vertices;
use crate::mechanism::{Change, FittedMechanism, Form, LinearFunction, Link};
use crate::model::leverage::{ON_THE_PLANE, ParentSpread};
use crate::numeric::ranks::sort_by;

/// A coefficient, or a prediction, may be off by so many of its standard errors: 95 of 100 are not.
const STANDARD_ERRORS: f64 = 2.0;
/// Nearly tied parents are on the plane of the training rows up to so many standard deviations from it.
const NEAR_THE_PLANE: f64 = 4.0;
/// The error of a prediction at the event's parents counts from this leverage on, where it is an eighth of the noise's standard
/// deviation, if it is also so many times the mean of the training rows.
const LEAST_LEVERAGE: f64 = 1.0 / 64.0;
const LEAST_TIMES_MEAN: f64 = 3.0;
/// A parent is far out from so many standard deviations on.
const FAR_OUT: f64 = 4.0;
/// A change that moves no parent's effect by this share of what matters does not matter.
const LEAST_EFFECT: f64 = 0.05;
/// A contribution may be largest between two mechanisms, so that some are tried on the way to the extreme ones.
const ON_THE_WAY: [f64; 2] = [1.0, 0.5];
/// For so many nearly tied parents, those that are furthest from what is usual, it is asked what if their coefficients were off.
const MOST_MEMBERS: usize = 6;

/// What the training rows of one node leave open.
#[derive(Debug, Clone)]
pub(crate) struct Doubtful {
    spread: ParentSpread,
    ties: Vec<Tie>,
    near_ties: Vec<NearTie>,
    /// By how much the variance of each parent's coefficient is inflated.
    inflations: Vec<f64>,
}

/// Why other mechanisms fit the training rows as well.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Cause {
    /// Parents follow from each other: any split of the effect over them fits alike.
    Tied,
    /// Parents nearly follow from each other: the error of the fit leaves the split open.
    NearlyTied {
        /// The share of a parent's standard deviation in which it moved apart from the others, the smallest of any.
        apart: f64,
    },
    /// A parent was constant, so that its effect never showed.
    Constant,
    /// The event's parents are far from those in training, so that the error of all coefficients together counts.
    FarOut,
}

/// Some mechanisms that the training rows allow in place of the fitted one, and that are not the same for an event.
#[derive(Debug)]
pub(crate) struct Doubt {
    pub(crate) cause: Cause,
    /// The places of the parents whose effects are in doubt, ascending.
    pub(crate) members: Vec<usize>,
    /// By how many standard deviations the event leaves what the rows have of the members in common, if it does: of a parent where
    /// they are tied, of its rest where they are nearly tied. Then it is the node's noise that is in doubt, too.
    pub(crate) off_plane: Option<f64>,
    /// The tied parents that follow from the others in every row, and how.
    pub(crate) relations: Vec<(usize, LinearFunction)>,
    pub(crate) forms: Vec<Form>,
}

/// One node in an event.
pub(crate) struct Seen<'e> {
    pub(crate) mechanism: &'e FittedMechanism,
    /// The values of the parents.
    pub(crate) parents: &'e [f64],
    /// The noise that was recovered.
    pub(crate) noise: f64,
    /// The standard deviation of what is normal for the node, in its unit.
    pub(crate) spread: f64,
    /// By how much the node must move for the target to move by a standard deviation of its own, in the node's unit; 0 where that
    /// is not known.
    pub(crate) lever: f64,
}

impl Doubtful {
    /// Costs O(parents³).
    pub(in crate::model) fn of(spread: ParentSpread) -> Self {
        let (near_ties, inflations) = near_ties(&spread);
        Self { ties: exact_ties(&spread), near_ties, inflations, spread }
    }

    /// The parents in the rows.
    pub(in crate::model) fn spread(&self) -> &ParentSpread {
        &self.spread
    }

    /// What is in doubt about a node in an event.
    pub(crate) fn doubts(&self, seen: &Seen<'_>) -> Vec<Doubt> {
        let event = self.spread.standardise(seen.parents);
        let (whitened, missed) = self.spread.whiten(&event);
        let mut doubts: Vec<Doubt> = self.ties.iter().map(|tie| self.tied(seen, tie, &event, &missed)).collect();
        doubts.extend(self.constants(seen));
        let sigma = seen.mechanism.noise().variance().sqrt() * seen.mechanism.form().scale(self.spread.centres());
        if sigma > 0.0 && sigma.is_finite() {
            doubts.extend(self.nearly_tied(seen, sigma, &event, &whitened));
            doubts.extend(self.far_out(seen, sigma, &whitened));
        }
        doubts.retain(|doubt| !doubt.forms.is_empty());
        doubts
    }

    fn tied(&self, seen: &Seen<'_>, tie: &Tie, event: &[f64], missed: &[f64]) -> Doubt {
        let changes = vertices(&self.spread, tie, event);
        let apart = tie.dependent.iter().map(|&number| missed[number - self.spread.rank()].abs()).fold(0.0, f64::max);
        Doubt {
            cause: Cause::Tied,
            members: tie.members.clone(),
            off_plane: Some(apart).filter(|&apart| apart > ON_THE_PLANE),
            relations: changes.first().map_or_else(Vec::new, |change| change.replaced.clone()),
            forms: self.forms(seen, changes.iter().flat_map(|change| ON_THE_WAY.map(|share| change.partly(share)))),
        }
    }

    /// A parent that never moved may explain all of the noise, now that it does.
    fn constants(&self, seen: &Seen<'_>) -> Vec<Doubt> {
        let noise = seen.mechanism.noise();
        let unexplained = (seen.noise - noise.median()) * seen.mechanism.form().scale(seen.parents);
        let doubt = |place: usize| {
            let centre = self.spread.centres()[place];
            let mut coefficients = vec![0.0; seen.parents.len()];
            coefficients[place] = unexplained / (seen.parents[place] - centre);
            let intercept = -coefficients[place] * centre;
            let added = Some(LinearFunction { intercept, coefficients });
            Doubt {
                cause: Cause::Constant,
                members: vec![place],
                off_plane: Some(f64::INFINITY),
                relations: Vec::new(),
                forms: self.forms(
                    seen,
                    ON_THE_WAY.map(|share| Change { replaced: Vec::new(), added: added.clone() }.partly(share)),
                ),
            }
        };
        self.spread.moved_constants(seen.parents).into_iter().map(doubt).collect()
    }

    /// The coefficient of each parent is moved by two standard errors up and down, and those of the others so that the fit suffers
    /// least: by no more, though, than takes its effect to 0 and on to the node's usual spread.
    fn nearly_tied(&self, seen: &Seen<'_>, sigma: f64, event: &[f64], whitened: &[f64]) -> Vec<Doubt> {
        let form = seen.mechanism.form();
        let coefficients =
            form.linear_location().filter(|_| form.link() == Link::Identity).map(|sum| &sum.coefficients);
        let most = |parent: usize| {
            let own = |coefficients: &Vec<f64>| (coefficients[parent] * self.spread.scales()[parent]).abs();
            coefficients.map_or(f64::INFINITY, |coefficients| own(coefficients) + seen.spread)
        };
        let mut doubts: Vec<Doubt> = Vec::new();
        for group in groups(&self.near_ties) {
            let mut asked = group.clone();
            sort_by(&mut asked, &|a, b| event[b.parent].abs().total_cmp(&event[a.parent].abs()));
            // Of two, the one moves as the other does.
            asked.truncate(if group.len() == 2 { 1 } else { MOST_MEMBERS });
            let changes = asked.iter().flat_map(|tie| {
                let error = sigma * (tie.inflation / self.spread.rows()).sqrt();
                let size = (STANDARD_ERRORS * error).min(most(tie.parent));
                ON_THE_WAY.into_iter().flat_map(move |share| self.both_ways(&tie.direction, share * size))
            });
            let forms = self.forms(seen, changes);
            let mut members: Vec<usize> = group.iter().flat_map(|tie| tie.members.clone()).collect();
            members.sort_unstable();
            members.dedup();
            let largest = group.iter().map(|tie| tie.inflation).fold(0.0, f64::max);
            let rest = |tie: &&NearTie| self.rest(tie, whitened).abs();
            let furthest = group.iter().map(rest).fold(0.0, f64::max);
            doubts.push(Doubt {
                cause: Cause::NearlyTied { apart: largest.sqrt().recip() },
                members,
                off_plane: Some(furthest).filter(|&furthest| furthest > NEAR_THE_PLANE),
                relations: Vec::new(),
                forms,
            });
        }
        doubts
    }

    /// By how many of its standard deviations the rest of a nearly tied parent, given the others, is from 0.
    fn rest(&self, tie: &NearTie, whitened: &[f64]) -> f64 {
        // zᵀ·C⁻¹·e = whitenedᵀ·Lᵀ·(direction · inflation), and the rest of variance 1/inflation is that over the inflation.
        let directions = self.spread.factor().iter().take(self.spread.rank());
        let mut along = vec![0.0; whitened.len()];
        for (parent, row) in directions {
            row.iter().zip(&mut along).for_each(|(entry, sum)| *sum += entry * tie.direction[*parent]);
        }
        let sum: f64 = along.iter().zip(whitened).map(|(a, b)| a * b).sum();
        sum * tie.inflation.sqrt()
    }

    /// All coefficients are moved together, in the direction that moves the prediction at the event's parents most, by two
    /// standard errors of that.
    fn far_out(&self, seen: &Seen<'_>, sigma: f64, whitened: &[f64]) -> Option<Doubt> {
        let length = whitened.iter().map(|white| white * white).sum::<f64>().sqrt();
        // The leverages of the rows have the mean rank/rows, without the part of the mean.
        let least = (LEAST_LEVERAGE * self.spread.rows()).max(LEAST_TIMES_MEAN * self.spread.rank() as f64);
        if length * length < least {
            return None;
        }
        let towards = solve_transposed(&self.spread, whitened);
        let mut direction = vec![0.0; self.spread.scales().len()];
        for ((parent, _), entry) in self.spread.factor().iter().zip(&towards) {
            direction[*parent] = entry / length;
        }
        let [up, down] = self.both_ways(&direction, STANDARD_ERRORS * sigma / self.spread.rows().sqrt());
        let members = (0..direction.len()).filter(|&place| direction[place] != 0.0).collect();
        let form = seen.mechanism.form();
        let forms = if self.is_of_unknown_sign(seen, sigma) {
            [up, down].iter().filter_map(|change| form.changed(change)).collect()
        } else {
            // To first order the other way moves figures as much.
            self.forms(seen, [up])
        };
        Some(Doubt { cause: Cause::FarOut, members, off_plane: None, relations: Vec::new(), forms })
    }

    /// Whether a parent that is far out may as well have no effect, or one of the other sign. However small it is, it then decides
    /// on which side of the observed value the target lies where all other noises are as observed, and that counts.
    fn is_of_unknown_sign(&self, seen: &Seen<'_>, sigma: f64) -> bool {
        let Some(LinearFunction { coefficients, .. }) = seen.mechanism.form().linear_location() else { return false };
        let event = self.spread.standardise(seen.parents);
        (0..event.len()).any(|place| {
            let error = sigma * (self.inflations[place] / self.spread.rows()).sqrt();
            let effect = (coefficients[place] * self.spread.scales()[place]).abs();
            event[place].abs() > FAR_OUT && effect < STANDARD_ERRORS * error
        })
    }

    /// ± a multiple of a direction of the standardised coefficients, with which the mean stays where it is.
    fn both_ways(&self, direction: &[f64], size: f64) -> [Change; 2] {
        [size, -size].map(|size| {
            let (centres, scales) = (self.spread.centres(), self.spread.scales());
            let coefficient = |(&entry, &scale): (&f64, &f64)| if entry == 0.0 { 0.0 } else { size * entry / scale };
            let coefficients: Vec<f64> = direction.iter().zip(scales).map(coefficient).collect();
            let intercept = -coefficients.iter().zip(centres).map(|(a, b)| a * b).sum::<f64>();
            Change { replaced: Vec::new(), added: Some(LinearFunction { intercept, coefficients }) }
        })
    }

    /// The changed mechanisms, as far as the change matters.
    fn forms(&self, seen: &Seen<'_>, changes: impl IntoIterator<Item = Change>) -> Vec<Form> {
        let form = seen.mechanism.form();
        let changed = changes.into_iter().filter_map(|change| form.changed(&change));
        changed.filter(|changed| self.matters(seen, changed)).collect()
    }

    fn matters(&self, seen: &Seen<'_>, changed: &Form) -> bool {
        let form = seen.mechanism.form();
        let pair = form.linear_location().zip(changed.linear_location());
        let Some((before, after)) = pair.filter(|_| form.link() == Link::Identity) else { return true };
        let deviations = seen.parents.iter().zip(self.spread.centres()).map(|(value, centre)| value - centre);
        let moved = before.coefficients.iter().zip(&after.coefficients).zip(deviations);
        let largest =
            moved.map(|((before, after), deviation)| ((after - before) * deviation).abs()).fold(0.0, f64::max);
        largest > LEAST_EFFECT * seen.lever || seen.lever.is_nan()
    }
}

/// Nearly tied parents by groups that share members.
fn groups(ties: &[NearTie]) -> Vec<Vec<&NearTie>> {
    let mut groups: Vec<Vec<&NearTie>> = Vec::new();
    for tie in ties {
        let shares = |group: &Vec<&NearTie>| {
            group.iter().any(|other| other.members.iter().any(|member| tie.members.contains(member)))
        };
        let (touching, apart): (Vec<_>, Vec<_>) = groups.into_iter().partition(shares);
        groups = apart;
        let mut group: Vec<&NearTie> = touching.into_iter().flatten().collect();
        group.push(tie);
        groups.push(group);
    }
    groups
}
