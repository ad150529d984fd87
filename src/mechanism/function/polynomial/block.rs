//! A polynomial over columns, a block of rows at a time.

use super::parts::{ParentRange, PolynomialTerm, expanded};

/// So many rows stay in the fastest memory with all that is computed of them.
const ROWS: usize = 128;

/// Up to one row outside of the box in so many, those are computed one by one, as in most blocks they are a few.
const ROWS_PER_ROW_OUTSIDE: usize = 8;

/// What one parent is split into, in each row of the block, see [`ParentRange::split`].
#[derive(Default)]
struct Split {
    edge: Vec<f64>,
    near: Vec<f64>,
    far: Vec<f64>,
    /// Whether the parent is outside its training range in any row of the block, and whether it is beyond the reach of the curvature.
    is_near: bool,
    is_far: bool,
}

/// The expansion of a product at the edge of the box: its value, its slopes along both ways out, and its curvatures.
#[derive(Default)]
struct Expansion {
    product: Vec<f64>,
    near: Vec<f64>,
    far: Vec<f64>,
    near_near: Vec<f64>,
    near_far: Vec<f64>,
}

/// The block, with room that is used again for the next one.
pub(super) struct Block<'p> {
    intercept: f64,
    ranges: &'p [ParentRange],
    terms: &'p [PolynomialTerm],
    splits: Vec<Split>,
    is_outside: Vec<bool>,
    outside: Vec<f64>,
    expansion: Expansion,
}

impl<'p> Block<'p> {
    pub(super) fn of(intercept: f64, ranges: &'p [ParentRange], terms: &'p [PolynomialTerm]) -> Self {
        let splits = ranges.iter().map(|_| Split::default()).collect();
        let (is_outside, outside, expansion) = (Vec::new(), Vec::new(), Expansion::default());
        Self { intercept, ranges, terms, splits, is_outside, outside, expansion }
    }

    /// The values of all rows. The same operations in the same order as for a single row, and so the same bits wherever all of them are finite.
    pub(super) fn fill(&mut self, parents: &[&[f64]], values: &mut [f64]) {
        for (number, values) in values.chunks_mut(ROWS).enumerate() {
            let start = number * ROWS;
            for ((split, range), parent) in self.splits.iter_mut().zip(self.ranges).zip(parents) {
                split.set(range, &parent[start..start + values.len()]);
            }
            self.fill_rows(values);
        }
    }

    fn fill_rows(&mut self, values: &mut [f64]) {
        let Self { intercept, terms, splits, is_outside, outside, expansion, .. } = self;
        is_outside.clear();
        is_outside.resize(values.len(), false);
        splits.iter().filter(|split| split.is_outside()).for_each(|split| split.mark(is_outside));
        let rows_outside = is_outside.iter().filter(|is_outside| **is_outside).count();
        if rows_outside < values.len() {
            values.fill(*intercept);
            terms.iter().for_each(|term| add_product(term, splits, values));
        }
        if rows_outside * ROWS_PER_ROW_OUTSIDE <= values.len() {
            for (row, value) in values.iter_mut().enumerate().filter(|(row, _)| is_outside[*row]) {
                *value = expanded(*intercept, terms, |factor| splits[factor].at(row));
            }
        } else {
            outside.clear();
            outside.resize(values.len(), *intercept);
            for term in *terms {
                match term.factors.iter().any(|&factor| splits[factor].is_outside()) {
                    true => expansion.add(term, splits, outside),
                    false => add_product(term, splits, outside),
                }
            }
            let rows = values.iter_mut().zip(&*outside).zip(&*is_outside);
            rows.filter(|(_, is_outside)| **is_outside).for_each(|((value, &outside), _)| *value = outside);
        }
    }
}

impl Split {
    fn set(&mut self, range: &ParentRange, parent: &[f64]) {
        self.edge.resize(parent.len(), 0.0);
        let mut is_inside = true;
        for (edge, &parent) in self.edge.iter_mut().zip(parent) {
            let (z, at_edge) = range.cut(parent);
            *edge = at_edge;
            // Without an early end, several at once.
            is_inside &= z == at_edge;
        }
        for column in [&mut self.near, &mut self.far] {
            column.resize(parent.len(), 0.0);
        }
        if !is_inside {
            self.set_outside(range, parent);
        } else if self.is_outside() {
            self.near.fill(0.0);
            self.far.fill(0.0);
            (self.is_near, self.is_far) = (false, false);
        }
    }

    /// What lies beyond the edge, which in most blocks is nothing.
    fn set_outside(&mut self, range: &ParentRange, parent: &[f64]) {
        for ((near, far), &parent) in self.near.iter_mut().zip(&mut self.far).zip(parent) {
            (_, *near, *far) = range.split(parent);
        }
        let is_any = |column: &[f64]| column.iter().fold(false, |any, &value| any | (value != 0.0));
        (self.is_near, self.is_far) = (is_any(&self.near), is_any(&self.far));
    }

    fn at(&self, row: usize) -> (f64, f64, f64) {
        (self.edge[row], self.near[row], self.far[row])
    }

    fn is_outside(&self) -> bool {
        self.is_near || self.is_far
    }

    fn mark(&self, is_outside: &mut [bool]) {
        for ((is_outside, &near), &far) in is_outside.iter_mut().zip(&self.near).zip(&self.far) {
            *is_outside |= near != 0.0 || far != 0.0;
        }
    }
}

/// Adds a term at the edge of the box, which inside of it is all there is.
fn add_product(term: &PolynomialTerm, splits: &[Split], values: &mut [f64]) {
    let (coefficient, edge) = (term.coefficient, |factor: usize| splits[factor].edge.iter());
    match *term.factors.as_slice() {
        [] => values.iter_mut().for_each(|value| *value += coefficient),
        [a] => values.iter_mut().zip(edge(a)).for_each(|(value, a)| *value += coefficient * a),
        [a, b] => {
            values.iter_mut().zip(edge(a)).zip(edge(b)).for_each(|((value, a), b)| *value += coefficient * a * b);
        }
        [a, b, c] => {
            let rows = values.iter_mut().zip(edge(a)).zip(edge(b)).zip(edge(c));
            rows.for_each(|(((value, a), b), c)| *value += coefficient * a * b * c);
        }
        ref factors => {
            for (row, value) in values.iter_mut().enumerate() {
                *value += factors.iter().fold(coefficient, |product, &factor| product * splits[factor].edge[row]);
            }
        }
    }
}

impl Expansion {
    /// Adds a term with its continuation outside of the box. What is 0 in all rows is passed over.
    fn add(&mut self, term: &PolynomialTerm, splits: &[Split], values: &mut [f64]) {
        let Self { product, near, far, near_near, near_far } = self;
        product.clear();
        product.resize(values.len(), term.coefficient);
        for column in [&mut *near, &mut *far, &mut *near_near, &mut *near_far] {
            column.clear();
            column.resize(values.len(), 0.0);
        }
        let (mut is_near, mut is_far, mut is_bent) = (false, false, false);
        for split in term.factors.iter().map(|&factor| &splits[factor]) {
            let Split { edge, near: d, far: e, .. } = split;
            if is_far || split.is_far {
                let rows = near_far.iter_mut().zip(edge).zip(&*near).zip(e).zip(&*far).zip(d);
                for (((((bend, edge), near), e), far), d) in rows {
                    *bend = *bend * edge + near * e + far * d;
                }
            }
            if is_bent || is_near && split.is_near {
                for (((bend, edge), near), d) in near_near.iter_mut().zip(edge).zip(&*near).zip(d) {
                    *bend = *bend * edge + 2.0 * near * d;
                }
            }
            is_bent |= is_near && split.is_near;
            (is_near, is_far) = (is_near || split.is_near, is_far || split.is_far);
            if is_near {
                slope(near, edge, product, d);
            }
            if is_far {
                slope(far, edge, product, e);
            }
            product.iter_mut().zip(edge).for_each(|(product, edge)| *product *= edge);
        }
        let first = values.iter_mut().zip(&*product).zip(&*near);
        for (((((value, product), near), far), near_near), near_far) in
            first.zip(&*far).zip(&*near_near).zip(&*near_far)
        {
            *value += product + (near + 0.5 * near_near) + (far + near_far);
        }
    }
}

/// A slope after one more factor.
fn slope(slope: &mut [f64], edge: &[f64], product: &[f64], step: &[f64]) {
    for (((slope, edge), product), step) in slope.iter_mut().zip(edge).zip(product).zip(step) {
        *slope = *slope * edge + product * step;
    }
}
