//! Samples of the target for one coalition after another.

use std::sync::Arc;

use super::bank::Bank;
use super::block_maxima::BlockMaxima;
use super::columns::{Change, Columns, Content};
use crate::error::Result;
use crate::mechanism::{Interval, ParentFunction, check_finite};
use crate::numeric::kernels::{
    Deviation, add_change, add_deviation, add_multiple, all_finite, all_within, deviations, fill_with_sum, largest_size,
};
use crate::target::{Function, FunctionKind, NoiseUse, Program, Reached, Source, Target, Term};
use crate::world::Event;

/// A program with the noises that it runs on, for one event.
///
/// A noise that turns from drawn to observed, or back, adds its deviation from the observed noise to the slots that it
/// reaches; the functions that read those are evaluated, and add what their outputs changed by. So a coalition that
/// differs in one noise costs one addition a sample if the target is linear in all noises, and otherwise as many as the
/// slots and function inputs that follow. What depends on kept noises only is known, and costs nothing.
pub(crate) struct Samples<'a> {
    target: &'a Target,
    program: &'a Program,
    bank: Arc<Bank>,
    /// The observed value of every node of the target.
    values: &'a [f64],
    /// The observed noise of every node of the target.
    noises: &'a [f64],
    /// For each noise that is only known to lie in an interval its draws from there, for worlds in which it is kept; empty for others.
    kept: Arc<Vec<Vec<f64>>>,
    /// What every function gives for the observed values.
    outputs: Vec<f64>,
    /// For each noise that is added to slots its deviations from the observed noise; multiplied by its effect if there is
    /// one such slot only.
    deviations: Vec<Vec<f64>>,
    /// For each slot whether its sum might overflow, and whether it might though no output of a function is [`LARGE`].
    may_overflow: Vec<bool>,
    may_overflow_of_usual: Vec<bool>,
}

/// Outputs of functions are hardly ever as large. Where none is, no sum of them overflows, and so need not be looked at.
const LARGE: f64 = 1e150;

/// The target's samples, all finite.
pub(crate) enum TargetSamples<'c> {
    /// All have this value.
    Constant(f64),
    Column(&'c [f64]),
    /// Finite, once the last change is made.
    Changing(Changing<'c>),
}

/// A column with one addition left to make: values += factor · term. Whoever reads the column can make it on the way.
pub(crate) struct Changing<'c> {
    pub(crate) values: &'c mut [f64],
    pub(crate) factor: f64,
    pub(crate) term: &'c [f64],
}

impl<'c> TargetSamples<'c> {
    /// The column, once the last change is made, unless all samples have one value.
    pub(crate) fn column(self) -> Option<&'c [f64]> {
        match self.settled() {
            Self::Column(values) => Some(values),
            _ => None,
        }
    }

    /// With the last change made.
    pub(crate) fn settled(self) -> Self {
        match self {
            Self::Changing(Changing { values, factor, term }) => {
                add_multiple(values, factor, term);
                Self::Column(values)
            }
            settled => settled,
        }
    }
}

impl<'a> Samples<'a> {
    /// With the noises of the nodes that are `drawn` at all, whose columns the bank must have. Costs O(nodes · samples), once
    /// per event.
    pub(crate) fn new(event: &'a Event<'a>, bank: Arc<Bank>, drawn: impl Fn(usize) -> bool) -> Self {
        let (target, values, noises) = (event.target(), event.values(), event.noises());
        let program = target.program();
        let (outputs, deviations) = (Vec::new(), Vec::new());
        let (may_overflow, may_overflow_of_usual) = (Vec::new(), Vec::new());
        let kept = Arc::new(draws_within(event, &bank));
        let mut samples = Self {
            target,
            program,
            bank,
            values,
            noises,
            kept,
            outputs,
            deviations,
            may_overflow,
            may_overflow_of_usual,
        };
        samples.outputs = program.functions.iter().map(|function| samples.observed_output(function)).collect();
        let deviations = |node: usize| if drawn(node) { samples.deviations(node) } else { Vec::new() };
        samples.deviations = (0..noises.len()).map(deviations).collect();
        let largest = |node: usize| if drawn(node) { largest_size(samples.bank.column(node)) } else { 0.0 };
        let reaches: Vec<f64> = noises.iter().enumerate().map(|(node, noise)| largest(node) + noise.abs()).collect();
        // What functions come to is known when they are evaluated.
        let may_overflow = |of_function: f64, room: f64| -> Vec<bool> {
            let bound = |sum: f64, term: &Term| match term.source {
                Source::Noise(node) => sum + term.effect.abs() * reaches[node],
                Source::Function(function) => sum + term.effect.abs() * (of_function + samples.outputs[function].abs()),
            };
            let bounds = program.slots.iter().map(|slot| slot.terms.iter().fold(values[slot.node].abs(), bound));
            bounds.map(|bound| !(bound * room).is_finite()).collect()
        };
        // Sums of changes are a few times as large as what is summed, for a moment.
        let (of_any, of_usual) = (may_overflow(f64::INFINITY, 1.0), may_overflow(LARGE, LARGE));
        (samples.may_overflow, samples.may_overflow_of_usual) = (of_any, of_usual);
        samples
    }

    /// With the draws from intervals of other samples, as many, where those of the bank are drawn towards the event.
    pub(super) fn with_kept_of(self, other: &Self) -> Self {
        Self { kept: Arc::clone(&other.kept), ..self }
    }

    fn deviations(&self, node: usize) -> Vec<f64> {
        let NoiseUse::Slots(reached) = &self.program.noises[node] else { return Vec::new() };
        let effect = match reached.as_slice() {
            _ if reached.iter().all(|reached| self.program.slots[reached.slot].is_source) => return Vec::new(),
            [only] => only.effect,
            _ => 1.0,
        };
        deviations(effect, self.bank.column(node), self.noises[node])
    }

    /// What is added to a slot while the noise of a node is drawn: a factor and a column.
    fn noise_term(&self, node: usize, effect: f64) -> (f64, &[f64]) {
        let is_in_column = matches!(&self.program.noises[node], NoiseUse::Slots(reached) if reached.len() == 1);
        (if is_in_column { 1.0 } else { effect }, &self.deviations[node])
    }

    /// Columns for the coalition of all.
    pub(crate) fn columns(&self) -> Columns {
        let is_maximum = |number: usize| {
            let function = &self.program.functions[number];
            let mechanism = &self.target.nodes()[function.node].mechanism;
            function.kind == FunctionKind::Additive
                && matches!(mechanism.parent_function(), Some(ParentFunction::Maximum))
        };
        Columns::new(self.noises.len(), self.program, is_maximum)
    }

    /// How many samples there are.
    pub(crate) fn count(&self) -> usize {
        self.bank.samples()
    }

    /// How many nodes the target has.
    pub(crate) fn nodes(&self) -> usize {
        self.noises.len()
    }

    /// The target's samples after the noises of these nodes turned from kept to drawn, or back.
    ///
    /// # Errors
    /// When a value is not finite. The columns are of no use then.
    pub(crate) fn target<'c>(&'c self, toggled: &[usize], columns: &'c mut Columns) -> Result<TargetSamples<'c>> {
        columns.note(self.program, toggled);
        let target = self.program.target();
        let last = self.add_noises(toggled, columns);
        for (number, function) in self.program.functions.iter().enumerate() {
            self.run(number, function, columns)?;
        }
        self.make_ready(target, columns)?;
        columns.settle();
        let node = self.program.slots[target].node;
        if columns.slots[target].active == 0 {
            return Ok(TargetSamples::Constant(self.values[node]));
        }
        let Some((factor, term)) = last else { return Ok(TargetSamples::Column(self.slot_column(target, columns))) };
        Ok(TargetSamples::Changing(Changing { values: &mut columns.slots[target].column, factor, term }))
    }

    /// What every function gives for the observed values.
    pub(crate) fn observed_outputs(&self) -> &[f64] {
        &self.outputs
    }

    /// What the function gives where nothing is drawn. Of a custom mechanism that is the observed value, even if its
    /// inverse is not exact.
    fn observed_output(&self, function: &Function) -> f64 {
        let node = &self.target.nodes()[function.node];
        match (function.kind, node.mechanism.parent_function()) {
            (FunctionKind::Additive, Some(formula)) => {
                formula.value(&node.parents.iter().map(|&parent| self.values[parent]).collect::<Vec<_>>())
            }
            _ => self.values[function.node],
        }
    }

    /// Adds the toggled noises to the sums that are kept up to date; those that are computed afresh have them anyway.
    /// If one change is all that happens to the target, it is left to the caller.
    fn add_noises(&self, toggled: &[usize], columns: &mut Columns) -> Option<(f64, &[f64])> {
        let target = self.program.target();
        let mut last = None;
        for &node in toggled {
            let NoiseUse::Slots(reached) = &self.program.noises[node] else { continue };
            let sign = if columns.held[node] { -1.0 } else { 1.0 };
            for &Reached { slot, effect } in reached {
                if !columns.slots[slot].is_updated() {
                    continue;
                }
                let (factor, term) = self.noise_term(node, effect);
                if slot == target && columns.slots[target].pending == 1 && !self.may_overflow[target] {
                    last = Some((sign * factor, term));
                } else {
                    add_multiple(&mut columns.slots[slot].column, sign * factor, term);
                }
            }
        }
        last
    }

    /// Evaluates a function whose inputs changed, and adds what that changes.
    fn run(&self, number: usize, function: &Function, columns: &mut Columns) -> Result<()> {
        let change = columns.functions[number].change;
        if change == Change::Nothing {
            return Ok(());
        }
        let mut output = std::mem::take(&mut columns.output);
        let mut blocks = columns.functions[number].blocks.take();
        if change == Change::Off {
            blocks.iter_mut().for_each(BlockMaxima::forget);
        } else {
            let is_known = blocks.as_ref().is_some_and(BlockMaxima::is_known);
            for &slot in &function.inputs {
                if !is_known || columns.slots[slot].pending > 0 {
                    self.make_ready(slot, columns)?;
                }
            }
            output.resize(self.count(), 0.0);
            match &mut blocks {
                Some(blocks) => {
                    let has_changed = |input: usize| columns.slots[function.inputs[input]].pending > 0;
                    blocks.fill(|input| self.slot_column(function.inputs[input], columns), has_changed, &mut output);
                }
                None => self.evaluate(function, columns, &mut output),
            }
            if !all_within(&output, LARGE) {
                columns.is_usual = false;
                check_finite(&self.target.nodes()[function.node].name, &output)?;
            }
        }
        columns.functions[number].blocks = blocks;
        let (old, observed) = (&columns.functions[number].column, self.outputs[number]);
        for &Reached { slot, effect } in &function.reached {
            if !columns.slots[slot].is_updated() {
                continue;
            }
            let values = &mut columns.slots[slot].column;
            match change {
                Change::On => add_deviation(values, effect, &output, observed),
                Change::Off => add_deviation(values, -effect, old, observed),
                Change::Other | Change::Nothing => add_change(values, effect, &output, old),
            }
        }
        if change != Change::Off {
            std::mem::swap(&mut columns.functions[number].column, &mut output);
        }
        columns.output = output;
        Ok(())
    }

    fn evaluate(&self, function: &Function, columns: &mut Columns, output: &mut [f64]) {
        let mechanism = &self.target.nodes()[function.node].mechanism;
        // Only custom mechanisms and classes take the noise as an argument.
        let kept = function.kind == FunctionKind::Custom && columns.held[function.node];
        let within = &self.kept[function.node];
        if kept && within.is_empty() {
            columns.constant.clear();
            columns.constant.resize(output.len(), self.noises[function.node]);
        }
        let noise = match kept {
            true if within.is_empty() => &columns.constant,
            true => within.as_slice(),
            false => self.bank.column(function.node),
        };
        // On the stack for any usual number of parents.
        let mut few: [&[f64]; 8] = [&[]; 8];
        let many: Vec<&[f64]>;
        let inputs: &[&[f64]] = if function.inputs.len() <= few.len() {
            few.iter_mut().zip(&function.inputs).for_each(|(input, &slot)| *input = self.slot_column(slot, columns));
            &few[..function.inputs.len()]
        } else {
            many = function.inputs.iter().map(|&slot| self.slot_column(slot, columns)).collect();
            &many
        };
        match function.kind {
            FunctionKind::Copy => output.copy_from_slice(inputs[0]),
            FunctionKind::Additive | FunctionKind::Custom => mechanism.fill_output(inputs, noise, output),
        }
    }

    /// Brings a slot's column up to date, if it is not.
    fn make_ready(&self, number: usize, columns: &mut Columns) -> Result<()> {
        let slot = &self.program.slots[number];
        let (active, fresh) = (columns.slots[number].active, columns.slots[number].fresh);
        if active == 0 {
            columns.fill(number, self.values[slot.node], self.count());
            return Ok(());
        }
        if slot.is_source {
            return Ok(());
        }
        if fresh {
            self.compute(number, columns);
        }
        let may_overflow = if columns.is_usual { &self.may_overflow_of_usual } else { &self.may_overflow };
        if may_overflow[number] && columns.slots[number].pending > 0 {
            let column = &columns.slots[number].column;
            if !all_finite(column) {
                check_finite(&self.target.nodes()[slot.node].name, column)?;
            }
        }
        Ok(())
    }

    /// Computes a slot's sum from nothing.
    fn compute(&self, number: usize, columns: &mut Columns) {
        let slot = &self.program.slots[number];
        let mut values = std::mem::take(&mut columns.slots[number].column);
        values.resize(self.count(), 0.0);
        let term = |&Term { source, effect }: &Term| match source {
            Source::Noise(node) if !columns.held[node] => {
                let (factor, column) = self.noise_term(node, effect);
                Some(Deviation { factor, column, centre: 0.0 })
            }
            Source::Function(function) if columns.functions[function].active => {
                let column = &columns.functions[function].column;
                Some(Deviation { factor: effect, column, centre: self.outputs[function] })
            }
            _ => None,
        };
        let terms: Vec<Deviation<'_>> = slot.terms.iter().filter_map(term).collect();
        fill_with_sum(&mut values, self.values[slot.node], &terms);
        columns.slots[number].column = values;
        columns.slots[number].content = Content::Sum;
        columns.slots[number].fresh = false;
    }

    /// The column that holds a slot's samples once it is ready.
    fn slot_column<'c>(&'c self, number: usize, columns: &'c Columns) -> &'c [f64] {
        let slot = &self.program.slots[number];
        if columns.slots[number].active == 0 || !slot.is_source {
            return &columns.slots[number].column;
        }
        match slot.terms[0].source {
            Source::Noise(node) => self.bank.column(node),
            Source::Function(function) => &columns.functions[function].column,
        }
    }
}

/// The draws of noises from the intervals that they were observed in: those of the bank, which are uniform, on a smaller scale. No
/// world has both of one node.
fn draws_within(event: &Event<'_>, bank: &Bank) -> Vec<Vec<f64>> {
    let within = |node: usize| {
        let draws = |interval: Interval| bank.column(node).iter().map(|&draw| interval.at(draw)).collect();
        event.interval(node).map_or_else(Vec::new, draws)
    };
    (0..event.noises().len()).map(within).collect()
}

#[cfg(test)]
mod tests;
