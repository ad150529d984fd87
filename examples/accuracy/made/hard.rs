//! The hard benchmark: simulated incidents of all kinds, half for development, half for reporting.

#[path = "../../shared/hard_incidents/mod.rs"]
mod hard_incidents;

use std::fmt;

use hard_incidents::{Incident, incident};
use rayon::prelude::*;

use crate::case::{Case, Truth};

/// What may be looked at while something is built, and what only reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Half {
    /// Even seeds.
    Development,
    /// Odd seeds.
    Test,
}

impl fmt::Display for Half {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Development => "development",
            Self::Test => "test",
        })
    }
}

/// The first so many cases of a half, of all kinds in turn.
pub(crate) fn cases(count: u64, half: Half) -> etiology::Result<Vec<Case>> {
    (0..count).into_par_iter().map(|number| case(2 * number + u64::from(half == Half::Test))).collect()
}

fn case(seed: u64) -> etiology::Result<Case> {
    let Incident {
        kind,
        graph,
        normal,
        recent,
        rows,
        alert,
        target,
        root_causes,
        paths,
        hidden,
        loop_edges,
        wrong_records,
    } = incident(seed)?;
    Ok(Case {
        name: format!("{} {seed}", kind.name()),
        kind: kind.name().to_owned(),
        graph,
        normal,
        rows,
        alert,
        recent: Some(recent),
        target,
        root_causes,
        truth: Truth { paths, hidden, loop_edges, wrong_records },
    })
}
