//! What `Display` prints of an attribution.

use std::fmt::{self, Write};

use comfy_table::Table;

use super::table::{self, nothing, percent};
use crate::error::list_names;
use crate::findings::Finding;
use crate::question::attribution::{
    Attribution, ContextNode, Contribution, MissingNode, Quantity, ScoreEstimate, UnidentifiedGroup,
};
use crate::report::units::Units;
use crate::wording::{Visible, chance, error_in_nats, fixed, significant, visible_name};

/// How many columns the table has, and which one is left out where it would be empty.
const COLUMNS: usize = 8;
const MODEL_ERROR: usize = 3;

/// An attribution as text, with figures in their units.
#[derive(Debug, Clone, Copy)]
pub struct AttributionText<'a> {
    attribution: &'a Attribution,
    units: &'a Units,
    said: &'a [Finding],
}

impl<'a> AttributionText<'a> {
    /// Without findings that were said before, such as those of a diagnosis.
    #[must_use]
    pub fn without(self, said: &'a [Finding]) -> Self {
        Self { said, ..self }
    }
}

impl fmt::Display for AttributionText<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let formatter = &mut Visible(formatter);
        let Self { attribution, units, said } = *self;
        attribution.write_summary(formatter, units)?;
        table::write_figures(formatter, attribution.table(units), 1)?;
        attribution.write_extrapolated(formatter)?;
        let mut findings = attribution.findings.iter().filter(|finding| !said.contains(finding));
        findings.try_for_each(|finding| writeln!(formatter, "- {finding}"))
    }
}

impl fmt::Display for Attribution {
    /// A summary in a line or two, then the nodes, the suspect first as [`ranked`](Attribution::ranked).
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.in_units(&Units::default()).fmt(formatter)
    }
}

impl Attribution {
    /// What `Display` prints, with what was observed and what is typical in their units.
    ///
    /// ```
    /// use etiology::report::{Unit, Units};
    /// # use etiology::{AdditiveNoiseModel, AttributionConfig, CausalGraph, KnownFormula, NoiseDistribution, Observation};
    /// # let own_time = NoiseDistribution::normal(0.05, 0.01)?;
    /// # let model = etiology::StructuralCausalModel::new(CausalGraph::from_edges([("db", "api")])?)
    /// #     .with_mechanism("db", NoiseDistribution::normal(0.1, 0.02)?)?
    /// #     .with_mechanism("api", AdditiveNoiseModel::known(KnownFormula::sum(["db"])).with_noise(own_time))?
    /// #     .without_fitting()?;
    /// let slow = Observation::from_pairs([("db", 0.9), ("api", 0.95)])?;
    /// let attribution = model.attribute_outlier("api", &slow, &AttributionConfig::default())?;
    /// let text = attribution.in_units(&Units::default().with_others(Unit::seconds())).to_string();
    /// assert!(text.starts_with("`api` = 950 ms: outlier score"), "{text}");
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn in_units<'a>(&'a self, units: &'a Units) -> AttributionText<'a> {
        AttributionText { attribution: self, units, said: &[] }
    }

    fn table(&self, units: &Units) -> Table {
        let mut table = table::plain();
        let amount = match self.quantity {
            Quantity::ItScore => "nats",
            Quantity::MeanDeviation => "contribution",
        };
        // A column that would be empty says nothing.
        let has_model_errors = self.contributions.iter().any(|contribution| contribution.model_error.is_some());
        let mut add = |row: [String; COLUMNS]| {
            let cells = row.into_iter().enumerate().filter(|&(place, _)| has_model_errors || place != MODEL_ERROR);
            table.add_row(cells.map(|(_, cell)| cell).collect::<Vec<String>>());
        };
        let header = ["node", amount, "± error", "± model", "share", "observed", "typical", "noise score"];
        add(header.map(str::to_owned));
        self.ranked().iter().for_each(|contribution| add(self.row(contribution, units)));
        self.groups.iter().for_each(|group| add(self.row_of_group(group)));
        if !self.missing.is_empty() {
            add(self.row_of_unexplained());
            self.missing.iter().for_each(|node| add(row_of_missing(node, units)));
        }
        table
    }

    fn write_summary(&self, formatter: &mut Visible<'_, '_>, units: &Units) -> fmt::Result {
        let observed = self.contribution(&self.target).map_or_else(nothing, |part| units.observed(part));
        let (target, score) = (visible_name(&self.target), &self.score);
        write!(formatter, "`{target}` = {observed}: ")?;
        write_score(formatter, score)?;
        if let Some(context) = self.context_in_words(units) {
            writeln!(formatter, "{context}")?;
        }
        if !self.missing.is_empty() {
            let missing: Vec<&str> = self.missing.iter().map(|missing| missing.node.as_str()).collect();
            let missing = list_names(&missing);
            writeln!(formatter, "No value was observed of {missing}: what it contributed is not known.")?;
        }
        let approximate = self.contributions.iter().filter(|contribution| contribution.is_approximate());
        let approximate: Vec<&str> = approximate.map(|contribution| contribution.node.as_str()).collect();
        if !approximate.is_empty() {
            let nodes = list_names(&approximate);
            writeln!(formatter, "Approximate (≈), as a parent's value is missing: {nodes}.")?;
        }
        Ok(())
    }

    /// What was given, in a sentence; nothing if nothing was.
    pub(in crate::report) fn context_in_words(&self, units: &Units) -> Option<String> {
        let node = |node: &ContextNode| format!("`{}` = {}", visible_name(&node.node), units.given(node));
        let given: Vec<String> = self.context.iter().map(node).collect();
        (!given.is_empty()).then(|| format!("Given, and not blamed: {}.", given.join(", ")))
    }

    /// Where a noise is beyond the training data, what it counts for is an assumption.
    fn write_extrapolated(&self, formatter: &mut Visible<'_, '_>) -> fmt::Result {
        let beyond = self.ranked().iter().filter(|contribution| contribution.extrapolated);
        let names: Vec<&str> = beyond.map(|contribution| contribution.node.as_str()).collect();
        if names.is_empty() {
            return Ok(());
        }
        writeln!(formatter, "Noise beyond the training data: {}.", list_names(&names))
    }

    fn row(&self, contribution: &Contribution, units: &Units) -> [String; COLUMNS] {
        let (amount, error) = with_error(self.quantity, contribution.value, contribution.std_error);
        [
            visible_name(&contribution.node),
            if contribution.is_approximate() { format!("≈{amount}") } else { amount },
            error,
            contribution.model_error.map_or_else(nothing, |error| with_error(self.quantity, error, 0.0).0),
            contribution.share.map_or_else(nothing, percent),
            units.observed(contribution),
            units.typical(contribution),
            format!("{:.1}", contribution.noise_score),
        ]
    }

    /// What nodes contributed together that the data do not tell apart.
    fn row_of_group(&self, group: &UnidentifiedGroup) -> [String; COLUMNS] {
        let (amount, error) = with_error(self.quantity, group.value, group.std_error);
        let model_error = with_error(self.quantity, group.model_error, 0.0).0;
        let share = self.contributions.iter().any(|contribution| contribution.share.is_some());
        let share = if share { percent(group.value / self.score.value) } else { nothing() };
        let members =
            format!("together: {}", group.members().into_iter().map(visible_name).collect::<Vec<_>>().join(" + "));
        [members, amount, error, model_error, share, nothing(), nothing(), nothing()]
    }

    fn row_of_unexplained(&self) -> [String; COLUMNS] {
        let (amount, error) = with_error(self.quantity, self.unexplained.value, self.unexplained.std_error);
        // Where the contributions have no shares, neither has the rest.
        let has_shares = self.contributions.iter().any(|contribution| contribution.share.is_some());
        let share = has_shares.then(|| percent(self.unexplained.value / self.score.value));
        let share = share.unwrap_or_else(nothing);
        ["(unexplained)".to_owned(), amount, error, nothing(), share, nothing(), nothing(), nothing()]
    }
}

fn row_of_missing(missing: &MissingNode, units: &Units) -> [String; COLUMNS] {
    let typical = units.typical_of_missing(missing);
    [visible_name(&missing.node), nothing(), nothing(), nothing(), nothing(), "missing".to_owned(), typical, nothing()]
}

/// How unusual it was, with its error: the rest of a line, and one more where the score is at its ceiling.
pub(super) fn write_score(formatter: &mut Visible<'_, '_>, score: &ScoreEstimate) -> fmt::Result {
    match (score.tail_probability, score.floor) {
        (Some(tail), Some(floor)) => {
            writeln!(
                formatter,
                "outlier score {} ± {} nats (probability {}, floor {})",
                fixed(score.value, 2),
                error_in_nats(score.std_error),
                chance(tail, floor),
                significant(floor)
            )?;
        }
        _ => writeln!(
            formatter,
            "{} ± {} from its expected value",
            significant(score.value),
            significant(score.std_error)
        )?,
    }
    if score.saturated {
        writeln!(formatter, "The score is at its ceiling: the event is at least this unusual.")?;
    }
    Ok(())
}

/// An amount with its error. Errors are small beside the amounts, and a plain 0 would claim too much.
pub(super) fn with_error(quantity: Quantity, value: f64, std_error: f64) -> (String, String) {
    match quantity {
        Quantity::ItScore => (fixed(value, 2), error_in_nats(std_error)),
        Quantity::MeanDeviation => (significant(value), significant(std_error)),
    }
}
