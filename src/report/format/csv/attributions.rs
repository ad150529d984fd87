//! The contributions as CSV.

use crate::question::attribution::{
    Attribution, Contribution, MissingNode, Quantity, RowsAttribution, RowsContribution,
};
use crate::question::change::{DistributionChange, NodeChange};
use crate::report::escape::csv;

impl Attribution {
    /// The contributions as CSV with a header line, the suspect first as [`ranked`](Self::ranked), then the nodes whose value was missing. Numbers have all
    /// their digits, categories have their levels; what is not known is an empty cell. The column of the contributions is `nats`, or `value` for a
    /// mean deviation, which has the target's unit.
    ///
    /// A name that a spreadsheet would run as a formula (`=…`, `+…`, `-…`, `@…`) has an apostrophe before it, and what cannot be seen is written
    /// as [`visible_name`](crate::report::visible_name) does.
    pub fn to_csv(&self) -> String {
        let amount = match self.quantity {
            Quantity::ItScore => "nats",
            Quantity::MeanDeviation => "value",
        };
        let header =
            format!("node,{amount},std_error,share,observed,typical,noise,noise_score,extrapolated,missing_parents\n");
        let contributions = self.contributions.iter().map(row);
        let missing = self.missing.iter().map(row_of_missing);
        [header].into_iter().chain(contributions).chain(missing).collect()
    }
}

impl RowsAttribution {
    /// The contributions as CSV with a header line, the suspect first as [`ranked`](Self::ranked), written as those of
    /// [`Attribution::to_csv`].
    pub fn to_csv(&self) -> String {
        let amount = match self.quantity {
            Quantity::ItScore => "nats",
            Quantity::MeanDeviation => "value",
        };
        let header = format!("node,{amount},std_error,share,mean_observed,typical,rows_missing\n");
        let or_empty = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
        let row = |part: &RowsContribution| {
            let figures = [part.share, part.mean_observed, part.typical].map(or_empty).join(",");
            format!("{},{},{},{figures},{}\n", csv(&part.node), part.value, part.std_error, part.rows_missing)
        };
        [header].into_iter().chain(self.contributions.iter().map(row)).collect()
    }
}

impl DistributionChange {
    /// The contributions as CSV with a header line, the largest first as [`ranked`](Self::ranked), then the remainder between what was observed and
    /// the models, if there were data. Numbers have all their digits, in the unit of the functional; what is not known is an empty cell.
    pub fn to_csv(&self) -> String {
        let or_empty = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
        let row = |part: &NodeChange| {
            let ends =
                part.interval.map_or([None, None], |(low, high)| [Some(low), Some(high)]).map(or_empty).join(",");
            let figures = [part.p_value, part.pooled, part.separate].map(or_empty).join(",");
            let mechanisms = [&part.old_mechanism, &part.new_mechanism].map(|mechanism| csv(mechanism)).join(",");
            let node = csv(&part.node);
            format!("{node},{},{},{ends},{},{figures},{mechanisms}\n", part.value, part.std_error, part.changed)
        };
        let header =
            "node,value,std_error,from,to,changed,p_value,pooled,separate,old_mechanism,new_mechanism\n".to_owned();
        let remainder = self.remainder.map(|remainder| format!("(remainder),{remainder},,,,,,,,,\n"));
        [header].into_iter().chain(self.contributions.iter().map(row)).chain(remainder).collect()
    }
}

fn row(contribution: &Contribution) -> String {
    let Contribution { node, value, std_error, share, observed, typical, noise, noise_score, extrapolated, .. } =
        contribution;
    let cell =
        |level: &Option<String>, number: &f64| level.as_ref().map_or_else(|| number.to_string(), |level| csv(level));
    let (observed, typical) =
        (cell(&contribution.observed_level, observed), cell(&contribution.typical_level, typical));
    let share = share.map_or_else(String::new, |share| share.to_string());
    let parents: Vec<String> = contribution.missing_parents.iter().map(|parent| csv(parent)).collect();
    // A list in a cell: names within it are quoted as cells are, and then the cell is.
    let parents = if parents.is_empty() { String::new() } else { csv(&parents.join(",")) };
    let node = csv(node);
    format!("{node},{value},{std_error},{share},{observed},{typical},{noise},{noise_score},{extrapolated},{parents}\n")
}

fn row_of_missing(missing: &MissingNode) -> String {
    let typical = missing.typical_level.as_ref().map_or_else(|| missing.typical.to_string(), |level| csv(level));
    format!("{},,,,,{typical},,,,\n", csv(&missing.node))
}
