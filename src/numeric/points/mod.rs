//! Points that are spread evenly, and the blocks that tell how well.

mod blocks;
mod scrambled_net;

pub(crate) use blocks::{
    BLOCKS, MOST_IN_NETS, WIDENED, error_of_blocks, error_of_tailed_blocks, fill_evenly, rows_of_block,
};
pub(crate) use scrambled_net::{DIMENSIONS, ScrambledNet, fill_latin_hypercube};
