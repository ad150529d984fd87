//! The largest of many columns, of which few change at a time.

use std::ops::Range;

use crate::numeric::kernels::larger;

/// Fewest inputs for which blocks are worth their columns.
const WORTHWHILE: usize = 48;

/// The maxima of blocks of inputs: where one input changes, its block is looked at anew and the others are not. As blocks are as many as
/// their inputs, an input of n costs 2·√n columns instead of n, and the maxima of blocks take √n columns.
pub(super) struct BlockMaxima {
    /// Inputs in a block.
    size: usize,
    inputs: usize,
    maxima: Vec<Vec<f64>>,
    /// Whether the maxima are those of the inputs as they were when they were last looked at.
    is_known: bool,
}

impl BlockMaxima {
    /// For so many inputs, if they are many enough.
    pub(super) fn of(inputs: usize) -> Option<Self> {
        let size = inputs.isqrt();
        let blocks = inputs.div_ceil(size.max(1));
        (inputs >= WORTHWHILE).then(|| Self { size, inputs, maxima: vec![Vec::new(); blocks], is_known: false })
    }

    /// Whether nothing need be known of inputs that did not change.
    pub(super) fn is_known(&self) -> bool {
        self.is_known
    }

    /// Notes that inputs change without being looked at.
    pub(super) fn forget(&mut self) {
        self.is_known = false;
    }

    /// Writes the largest of all inputs; the same bits as one after another.
    pub(super) fn fill<'c>(
        &mut self,
        input: impl Fn(usize) -> &'c [f64],
        has_changed: impl Fn(usize) -> bool,
        largest: &mut [f64],
    ) {
        for block in 0..self.maxima.len() {
            let inputs = self.inputs_of(block);
            if self.is_known && !inputs.clone().any(&has_changed) {
                continue;
            }
            let maximum = &mut self.maxima[block];
            maximum.resize(largest.len(), 0.0);
            fill_largest(inputs.map(&input), maximum);
        }
        self.is_known = true;
        fill_largest(self.maxima.iter().map(Vec::as_slice), largest);
    }

    fn inputs_of(&self, block: usize) -> Range<usize> {
        block * self.size..((block + 1) * self.size).min(self.inputs)
    }
}

fn fill_largest<'c>(columns: impl Iterator<Item = &'c [f64]>, largest: &mut [f64]) {
    largest.fill(f64::NEG_INFINITY);
    for column in columns {
        largest.iter_mut().zip(column).for_each(|(most, &value)| *most = larger(*most, value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_changes_it_is_the_largest_of_all() {
        let (inputs, rows) = (50, 7);
        let mut blocks = BlockMaxima::of(inputs).unwrap();
        let mut columns: Vec<Vec<f64>> =
            (0..inputs).map(|input| (0..rows).map(|row| ((input * 31 + row * 17) as f64).sin()).collect()).collect();
        for step in 0..60 {
            let changed = (step * 7) % inputs;
            columns[changed].iter_mut().enumerate().for_each(|(row, value)| *value = ((step * 13 + row) as f64).cos());
            if step % 9 == 5 {
                blocks.forget();
            }
            let mut found = vec![f64::NAN; rows];
            blocks.fill(|input| &columns[input], |input| input == changed, &mut found);
            for (row, found) in found.iter().enumerate() {
                let expected = columns.iter().map(|column| column[row]).fold(f64::NEG_INFINITY, larger);
                assert_eq!(found.to_bits(), expected.to_bits(), "step {step}");
            }
        }
        assert!(BlockMaxima::of(8).is_none());
    }
}
