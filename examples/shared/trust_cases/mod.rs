//! Faults with a known cause, diagnosed with right models and with wrong ones, and rows in which nothing is at fault.
//!
//! Whoever is *right* to name is said case by case. It is the node whose own noise was off, or one of them if there are two.
//! Where the graph has lost it, or its way to the target, it is where its effect enters what the graph has: its child. Where nothing
//! was at fault, and where the graph is turned round as a whole, it is nobody.

mod changes;
mod linear;
mod wrong_graphs;

#[path = "../hidden_branches.rs"]
mod hidden_branches;
#[path = "../simulated_faults.rs"]
#[allow(dead_code, reason = "the true mechanisms are not needed here")]
pub(crate) mod simulated_faults;

use std::fmt;

use etiology::{CausalGraph, Dataset, Diagnosis, Observation, Result};
use hidden_branches::Shop;
use linear::{Shape, System};
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};
use simulated_faults::Kind;

/// What is special about a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// One cause in a random system, whose graph is known: 1000 rows.
    Simulated(Kind),
    /// One cause in a random linear system: so many rows.
    Rows(usize),
    /// Two causes at once: 300 rows, as in all that follow.
    TwoCauses,
    /// Nobody: a row at the target's 99.9 % quantile, by many small noises; 300, 1000 and 50 rows in turn.
    NoFault,
    /// Student's t with 3 degrees of freedom as every noise.
    HeavyTails,
    /// Every column rounded to its standard deviation.
    Rounded,
    /// A parent's values lie around 10¹⁴.
    LargeOffset,
    /// Noises with a correlation of 0.95 from row to row.
    TimeCorrelated,
    /// A parent is a multiple of another parent, also in the event.
    Collinear,
    /// A parent is a multiple of another parent in training, and the event's fault is that it no longer is.
    OffThePlane,
    /// A common cause of two nodes is not in the graph; somebody else is at fault.
    HiddenCommonCause,
    /// A common cause of two nodes is not in the graph, and is at fault.
    HiddenCulprit,
    /// A node waits for a branch that is not in the graph.
    HiddenBranch,
    /// One edge is missing.
    EdgeMissing,
    /// One edge is turned round.
    EdgeTurned,
    /// One edge too many.
    EdgeAdded,
    /// Three edges, each of them missing, turned round or too many.
    EdgesWrong,
    /// All edges are turned round.
    GraphTurned,
    /// One node of the event, which is not at fault, is in another unit: thousandths.
    UnitOfOne,
    /// The whole event is in another unit: thousandths.
    UnitOfAll,
    /// One training row in so many has the fault.
    FaultInTraining(usize),
}

impl Class {
    /// All of them; first those with right models.
    pub(crate) const ALL: [Self; 30] = [
        Self::Simulated(Kind::Linear),
        Self::Simulated(Kind::Polynomial),
        Self::Simulated(Kind::LogLink),
        Self::Simulated(Kind::Maximum),
        Self::Simulated(Kind::TreeLike),
        Self::Rows(300),
        Self::Rows(50),
        Self::Rows(20),
        Self::Rows(7),
        Self::TwoCauses,
        Self::NoFault,
        Self::HeavyTails,
        Self::Rounded,
        Self::LargeOffset,
        Self::TimeCorrelated,
        Self::Collinear,
        Self::OffThePlane,
        Self::HiddenCommonCause,
        Self::HiddenCulprit,
        Self::HiddenBranch,
        Self::EdgeMissing,
        Self::EdgeTurned,
        Self::EdgeAdded,
        Self::GraphTurned,
        Self::EdgesWrong,
        Self::UnitOfOne,
        Self::UnitOfAll,
        Self::FaultInTraining(20),
        Self::FaultInTraining(33),
        Self::FaultInTraining(100),
    ];

    /// Whether graph, training rows and event are what the model takes them for, and the rows enough.
    pub(crate) fn has_right_model(self) -> bool {
        match self {
            Self::Rows(rows) => rows >= 50,
            Self::Simulated(_) | Self::TwoCauses | Self::NoFault | Self::HeavyTails | Self::Rounded => true,
            _ => false,
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Simulated(kind) => formatter.pad(&format!("{kind:?}, 1000 rows")),
            Self::Rows(rows) => formatter.pad(&format!("Linear, {rows} rows")),
            Self::TwoCauses => formatter.pad("two causes"),
            Self::NoFault => formatter.pad("no fault"),
            Self::HeavyTails => formatter.pad("heavy tails"),
            Self::Rounded => formatter.pad("rounded columns"),
            Self::LargeOffset => formatter.pad("parent around 1e14"),
            Self::TimeCorrelated => formatter.pad("time-correlated rows"),
            Self::Collinear => formatter.pad("collinear parents"),
            Self::OffThePlane => formatter.pad("collinear, event off the plane"),
            Self::HiddenCommonCause => formatter.pad("hidden common cause"),
            Self::HiddenCulprit => formatter.pad("hidden common cause at fault"),
            Self::HiddenBranch => formatter.pad("hidden parallel branch"),
            Self::EdgeMissing => formatter.pad("edge missing"),
            Self::EdgeTurned => formatter.pad("edge turned round"),
            Self::EdgeAdded => formatter.pad("edge too many"),
            Self::EdgesWrong => formatter.pad("three edges wrong"),
            Self::GraphTurned => formatter.pad("graph turned round"),
            Self::UnitOfOne => formatter.pad("unit of one node"),
            Self::UnitOfAll => formatter.pad("unit of all nodes"),
            Self::FaultInTraining(one_in) => formatter.pad(&format!("fault in training, 1 in {one_in}")),
        }
    }
}

/// An event to diagnose.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) graph: CausalGraph,
    /// Rows of normal operation.
    pub(crate) normal: Dataset,
    /// The row to explain.
    pub(crate) event: Observation,
    pub(crate) target: String,
    /// Whom it is right to name.
    pub(crate) right: Vec<String>,
}

impl Case {
    /// Whether the first of the combined ranking is right; of a tie for the first place, all that share it must be.
    pub(crate) fn is_right(&self, diagnosis: &Diagnosis) -> bool {
        let combined = &diagnosis.combined;
        let first = combined.first().map_or(0.0, |first| first.score);
        combined.iter().take_while(|node| node.score >= first).all(|node| self.right.contains(&node.node))
    }
}

/// So many cases of a class; the same seed gives the same cases, whatever the count.
pub(crate) fn cases(class: Class, seed: u64, count: usize) -> Result<Vec<Case>> {
    let number = Class::ALL.iter().position(|other| *other == class).unwrap_or_default();
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    generator.set_stream(number as u64);
    let mut cases = Vec::with_capacity(count);
    while cases.len() < count {
        cases.extend(case(class, cases.len(), &mut generator)?);
    }
    Ok(cases)
}

/// How many rows most cases have.
const ROWS: usize = 300;

/// Nothing where the system that was drawn does not suit.
fn case(class: Class, number: usize, generator: &mut ChaCha8Rng) -> Result<Option<Case>> {
    let plain = |shape: Shape, rows: usize, generator: &mut ChaCha8Rng| {
        let system = System::random(shape, generator);
        system.case(rows, 1, generator)
    };
    match class {
        Class::Simulated(kind) => simulated(kind, 1000, generator).map(Some),
        Class::Rows(rows) => plain(Shape::Normal, rows, generator),
        Class::TwoCauses => System::random(Shape::Normal, generator).case(ROWS, 2, generator),
        Class::NoFault => {
            System::random(Shape::Normal, generator).without_fault([300, 1000, 50][number % 3], generator)
        }
        Class::HeavyTails => plain(Shape::HeavyTails, ROWS, generator),
        Class::TimeCorrelated => plain(Shape::TimeCorrelated, ROWS, generator),
        Class::Rounded => plain(Shape::Normal, ROWS, generator)?.map(changes::rounded).transpose(),
        Class::LargeOffset => plain(Shape::Normal, ROWS, generator)?.map(changes::offset).transpose(),
        Class::Collinear => linear::collinear(false, number.is_multiple_of(2), ROWS, generator).map(Some),
        Class::OffThePlane => linear::collinear(true, number.is_multiple_of(2), ROWS, generator).map(Some),
        Class::HiddenBranch => hidden_branch(number, generator).map(Some),
        Class::FaultInTraining(one_in) => {
            System::random(Shape::Normal, generator).with_fault_in_training(ROWS, one_in, generator)
        }
        Class::UnitOfOne => changes::unit_of_one(anything(number, generator)?, generator),
        Class::UnitOfAll => changes::unit_of_all(anything(number, generator)?).map(Some),
        Class::HiddenCommonCause => wrong_graphs::hidden(anything(number, generator)?, false, generator),
        Class::HiddenCulprit => wrong_graphs::hidden(anything(number, generator)?, true, generator),
        Class::EdgeMissing => wrong_graphs::missing_edge(anything(number, generator)?, generator),
        Class::EdgeTurned => wrong_graphs::turned_edge(anything(number, generator)?, generator),
        Class::EdgeAdded => wrong_graphs::added_edge(anything(number, generator)?, generator),
        Class::EdgesWrong => three_edges(anything(number, generator)?, generator),
        Class::GraphTurned => wrong_graphs::turned(anything(number, generator)?),
    }
}

/// A simulated fault of a kind that goes by the number, with trees left out as they are slow to learn.
fn anything(number: usize, generator: &mut ChaCha8Rng) -> Result<Case> {
    let kinds = [Kind::Linear, Kind::Maximum, Kind::LogLink, Kind::Polynomial];
    simulated(kinds[number % kinds.len()], ROWS, generator)
}

fn three_edges(mut case: Case, generator: &mut ChaCha8Rng) -> Result<Option<Case>> {
    for _ in 0..3 {
        let changed = match generator.random_range(0..3) {
            0 => wrong_graphs::missing_edge(case, generator)?,
            1 => wrong_graphs::turned_edge(case, generator)?,
            _ => wrong_graphs::added_edge(case, generator)?,
        };
        let Some(changed) = changed else { return Ok(None) };
        case = changed;
    }
    Ok(Some(case))
}

fn simulated(kind: Kind, rows: usize, generator: &mut ChaCha8Rng) -> Result<Case> {
    let mut cases = simulated_faults::cases_with_rows(kind, generator.random(), 1, rows)?;
    let case = cases.remove(0);
    let right = vec![case.culprit];
    Ok(Case { graph: case.graph, normal: case.normal, event: case.anomaly, target: case.target, right })
}

fn hidden_branch(number: usize, generator: &mut ChaCha8Rng) -> Result<Case> {
    let shop = Shop::ALL[number % Shop::ALL.len()];
    let shift = [0.2, 0.5, 1.0][(number / 3) % 3];
    let rows = [300, 1000][(number / 9) % 2];
    let fault = hidden_branches::fault(shop, generator.random_range(0..1 << 32), rows, shift)?;
    let right = vec![fault.culprit.to_owned()];
    Ok(Case { graph: fault.graph, normal: fault.normal, event: fault.event, target: fault.target.to_owned(), right })
}
