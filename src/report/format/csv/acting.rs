//! What would be, and what would have been.

use super::cells::{Cell, table};
use crate::question::intervention::{CounterfactualNode, CounterfactualRow, Effect, Estimate, InterventionalTarget};

const FIGURES: [&str; 5] = ["target", "level", "figure", "value", "std_error"];

impl CounterfactualRow {
    /// What every node would have been, as CSV with a header line, in the order of the graph: the observed value or level, the value that it would
    /// have had with its standard error, how far that strays by what the row leaves open, and of a category the likeliest level and its probability.
    /// Numbers have all their digits; what was missing or does not apply is an empty cell. Names are written as in
    /// [`Attribution::to_csv`](crate::Attribution::to_csv).
    pub fn to_csv(&self) -> String {
        fn row(entry: &CounterfactualNode) -> [Cell<'_>; 6] {
            let observed = entry.observed_level.as_ref().map_or_else(|| entry.observed.into(), Cell::from);
            let likeliest = entry.levels.iter().find(|share| Some(&share.level) == entry.level.as_ref());
            let figure = entry.value.or(likeliest.map(|share| share.probability));
            let value = entry.level.as_ref().map_or_else(|| entry.value.map(|value| value.value).into(), Cell::from);
            [
                (&entry.node).into(),
                observed,
                value,
                figure.map(|figure| figure.std_error).into(),
                if entry.level.is_some() { Cell::Empty } else { entry.std_dev.into() },
                likeliest.map(|share| share.probability.value).into(),
            ]
        }
        let header = ["node", "observed", "value", "std_error", "std_dev", "probability"];
        table(header, self.nodes.iter().map(row))
    }
}

impl InterventionalTarget {
    /// The figures `mean` and `std_dev` as CSV with a header line, a line for each, with all their digits, in the target's unit. The standard error
    /// is 0 in closed form. Names are written as in [`Attribution::to_csv`](crate::Attribution::to_csv).
    pub fn to_csv(&self) -> String {
        let figures = [("mean", self.mean), ("std_dev", self.std_dev)];
        figures_of(&self.target, self.level.as_ref(), figures)
    }
}

impl Effect {
    /// The figures `effect`, and the expected values `first` and `second`, as CSV, written as those of [`InterventionalTarget::to_csv`].
    pub fn to_csv(&self) -> String {
        let effect = Estimate { value: self.value, std_error: self.std_error };
        let figures = [("effect", effect), ("first", self.first), ("second", self.second)];
        figures_of(&self.target, self.level.as_ref(), figures)
    }
}

fn figures_of<const COUNT: usize>(
    target: &String,
    level: Option<&String>,
    figures: [(&'static str, Estimate); COUNT],
) -> String {
    let row = |(name, Estimate { value, std_error }): (&'static str, Estimate)| -> [Cell<'_>; 5] {
        [target.into(), level.into(), Cell::Word(name), value.into(), std_error.into()]
    };
    table(FIGURES, figures.map(row))
}
