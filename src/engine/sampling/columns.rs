//! What a program keeps from one coalition to the next.

use super::block_maxima::BlockMaxima;
use crate::target::{FunctionKind, NoiseUse, Program, Source};

/// How many changes are made to a sum before it is computed afresh, so that rounding errors do not pile up. A sum of more
/// terms than that takes as many changes as it has terms, for which rounding has more room, too: the costs of both stay
/// in proportion.
const MOST_UPDATES: usize = 64;

/// The columns of slots and functions, allocated when first needed: O((slots + functions) · samples).
pub(crate) struct Columns {
    /// For each node of the target whether its noise is the observed one.
    pub(super) held: Vec<bool>,
    pub(super) slots: Vec<SlotColumn>,
    pub(super) functions: Vec<FunctionColumn>,
    /// Slots to which something happens.
    touched: Vec<usize>,
    /// Whether no function ever had an output that is so large that sums of it may overflow.
    pub(super) is_usual: bool,
    /// Room for a function's next output.
    pub(super) output: Vec<f64>,
    /// Room for a constant noise.
    pub(super) constant: Vec<f64>,
}

pub(super) struct SlotColumn {
    pub(super) column: Vec<f64>,
    pub(super) content: Content,
    /// How many of the slot's terms are drawn: with none, it has its observed value.
    pub(super) active: usize,
    /// How many of its terms change.
    pub(super) pending: usize,
    /// Whether the sum is to be computed afresh.
    pub(super) fresh: bool,
    /// How often the sum was changed since it was last computed afresh.
    updates: usize,
    most_updates: usize,
    is_source: bool,
    has_functions: bool,
}

/// What a slot's column holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    Nothing,
    /// The observed value, throughout.
    Observed,
    /// The sum of the terms.
    Sum,
}

pub(super) struct FunctionColumn {
    /// The output, where `active`.
    pub(super) column: Vec<f64>,
    /// Of the largest of many inputs what is known of parts of them.
    pub(super) blocks: Option<BlockMaxima>,
    /// Whether anything that the function reads is drawn.
    pub(super) active: bool,
    pub(super) change: Change,
    own_noise_changed: bool,
}

/// What happens to a function's output.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Nothing,
    /// It was known and now depends on something drawn.
    On,
    /// The other way round.
    Off,
    Other,
}

impl SlotColumn {
    /// Whether changes are to be added to the column.
    pub(super) fn is_updated(&self) -> bool {
        self.active > 0 && !self.fresh && !self.is_source
    }
}

impl Columns {
    /// With all noises observed. `is_maximum` says of a function whether it is the largest of its inputs.
    pub(super) fn new(nodes: usize, program: &Program, is_maximum: impl Fn(usize) -> bool) -> Self {
        let slots = program.slots.iter().map(|slot| SlotColumn {
            column: Vec::new(),
            content: Content::Nothing,
            active: 0,
            pending: 0,
            fresh: false,
            updates: 0,
            most_updates: MOST_UPDATES.max(slot.terms.len()),
            is_source: slot.is_source,
            has_functions: slot.terms.iter().any(|term| matches!(term.source, Source::Function(_))),
        });
        let functions = program.functions.iter().enumerate().map(|(number, function)| FunctionColumn {
            column: Vec::new(),
            blocks: if is_maximum(number) { BlockMaxima::of(function.inputs.len()) } else { None },
            active: false,
            change: Change::Nothing,
            own_noise_changed: false,
        });
        Self {
            held: vec![true; nodes],
            slots: slots.collect(),
            functions: functions.collect(),
            touched: Vec::new(),
            is_usual: true,
            output: Vec::new(),
            constant: Vec::new(),
        }
    }

    /// Toggles noises and notes what follows, without looking at a sample: what becomes drawn or known, which sums
    /// change and how, which functions must be evaluated. Costs O(functions) and the slots reached.
    pub(super) fn note(&mut self, program: &Program, toggled: &[usize]) {
        for &node in toggled {
            self.held[node] = !self.held[node];
            let change = if self.held[node] { Change::Off } else { Change::On };
            match &program.noises[node] {
                NoiseUse::Slots(reached) => reached.iter().for_each(|reached| self.touch(reached.slot, change)),
                NoiseUse::Function(function) => self.functions[*function].own_noise_changed = true,
            }
        }
        for (number, function) in program.functions.iter().enumerate() {
            let own_noise_changed = std::mem::take(&mut self.functions[number].own_noise_changed);
            let changed = own_noise_changed || function.inputs.iter().any(|&slot| self.slots[slot].pending > 0);
            let takes_noise = function.kind == FunctionKind::Custom && !self.held[function.node];
            let active = takes_noise || function.inputs.iter().any(|&slot| self.slots[slot].active > 0);
            let was_active = std::mem::replace(&mut self.functions[number].active, active);
            let change = match (changed, was_active, active) {
                (false, ..) | (_, false, false) => Change::Nothing,
                (_, false, true) => Change::On,
                (_, true, false) => Change::Off,
                (_, true, true) => Change::Other,
            };
            self.functions[number].change = change;
            if change != Change::Nothing {
                function.reached.iter().for_each(|reached| self.touch(reached.slot, change));
            }
        }
        self.touched.iter().for_each(|&slot| self.slots[slot].decide());
    }

    fn touch(&mut self, slot: usize, change: Change) {
        let column = &mut self.slots[slot];
        match change {
            Change::On => column.active += 1,
            Change::Off => column.active -= 1,
            Change::Other | Change::Nothing => {}
        }
        if column.pending == 0 {
            self.touched.push(slot);
        }
        column.pending += 1;
    }

    /// Fills a slot's column with its observed value, unless it holds that.
    pub(super) fn fill(&mut self, slot: usize, observed: f64, samples: usize) {
        let slot = &mut self.slots[slot];
        if slot.content != Content::Observed {
            slot.column.resize(samples, 0.0);
            slot.column.fill(observed);
            slot.content = Content::Observed;
        }
    }

    /// Notes that all changes are made.
    pub(super) fn settle(&mut self) {
        self.touched.drain(..).for_each(|slot| self.slots[slot].pending = 0);
    }
}

impl SlotColumn {
    /// Whether the changes are made to the sum as it is, or it is computed afresh: that is so where it costs no more, for
    /// it leaves no rounding behind, and even at one operation more where a function's output, which may be of any size,
    /// would be added and taken away again.
    fn decide(&mut self) {
        if self.active == 0 {
            // The observed value; the sum is lost.
            self.fresh = false;
            if self.content == Content::Sum {
                self.content = Content::Nothing;
            }
            return;
        }
        self.updates += self.pending;
        let affordable = if self.has_functions { self.pending + 1 } else { self.pending };
        self.fresh = self.content != Content::Sum || self.active <= affordable || self.updates > self.most_updates;
        if self.fresh {
            self.updates = 0;
        }
    }
}
