//! Samples of a target under several interventions, with noises in common.

use std::sync::Arc;

use rand::RngExt;
use rand_distr::Open01;

use super::config::InterventionConfig;
use super::plan::Plan;
use crate::error::Result;
use crate::mechanism::FittedMechanism;
use crate::model::{FittedModel, Start, WiredNode};
use crate::numeric::points::{BLOCKS, MOST_IN_NETS, ScrambledNet, rows_of_block};
use crate::random::{Purpose, stream};
use crate::threads::{in_parallel, proceed};

/// What `summarise` makes of each block of samples: of the target's values under each plan, whose wirings end with the target.
///
/// Whatever the plan, a node's noise comes from the same uniform numbers, through the quantiles of whichever noise it has: so
/// that what is done makes all the difference there is. Blocks are independent, each a scrambled net, and have streams of their
/// own: the result is the same for any number of threads.
///
/// # Errors
/// When a mechanism, or a function of an intervention, returns NaN or an infinity.
pub(super) fn blocks<T: Send>(
    model: &FittedModel,
    plans: &[&Plan],
    config: &InterventionConfig,
    summarise: impl Fn(&[Vec<f64>]) -> T + Sync,
) -> Result<Vec<T>> {
    let of_block = |block: usize| -> Result<T> {
        proceed()?;
        let rows = rows_of_block(config.samples, block).len();
        let mut noises = Noises { model, block, seed: config.seed, drawn: vec![None; model.graph().node_count()] };
        let mut targets = Vec::with_capacity(plans.len());
        for plan in plans {
            let fill = |_, node: &WiredNode, column: &mut [f64]| noises.fill(node, column);
            let columns = plan.wiring.altered_columns(rows, &plan.alterations, |_| Start::Noise, fill)?;
            targets.extend(columns.into_iter().next_back().map(std::borrow::Cow::into_owned));
        }
        Ok(summarise(&targets))
    };
    // Rayon would return whichever error came first; in order it is always the same.
    let found: Vec<Result<T>> = in_parallel(BLOCKS, &of_block);
    found.into_iter().collect()
}

/// The noises of one block, by the nodes' positions in the graph.
struct Noises<'m> {
    model: &'m FittedModel,
    block: usize,
    seed: u64,
    drawn: Vec<Option<(Arc<FittedMechanism>, Vec<f64>)>>,
}

impl Noises<'_> {
    fn fill(&mut self, node: &WiredNode, column: &mut [f64]) {
        // Most plans share most mechanisms.
        if let Some((mechanism, noise)) = &self.drawn[node.position]
            && Arc::ptr_eq(mechanism, &node.mechanism)
        {
            column.copy_from_slice(noise);
            return;
        }
        let index = (node.position * BLOCKS + self.block) as u64;
        let mut generator = stream(self.seed, Purpose::Interventions, index);
        if self.drawn.len() <= MOST_IN_NETS {
            ScrambledNet::sobol(self.model.number(node.position), column.len()).fill(&mut generator, column);
        } else {
            column.iter_mut().for_each(|point| *point = generator.sample(Open01));
        }
        node.mechanism.noise().replace_by_quantiles(column);
        self.drawn[node.position] = Some((Arc::clone(&node.mechanism), column.to_vec()));
    }
}
