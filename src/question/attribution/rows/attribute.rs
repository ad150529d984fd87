//! Attributes several rows as one event.

use std::sync::Arc;

use super::result::{RowsAttribution, RowsContribution};
use super::statistic::RowStatistic;
use super::together::{together, usual};
use crate::checks::{Facts, of_event};
use crate::data::{Dataset, Observation};
use crate::engine::{Ask, Engine};
use crate::error::{Error, Result};
use crate::findings::{Finding, FindingKind};
use crate::model::{FittedModel, Recovered};
use crate::numeric::ranks::sort_by;
use crate::question::attribution::assemble::whole;
use crate::question::attribution::attributor::Attributor;
use crate::question::attribution::case::{AskedOf, Prepared};
use crate::question::attribution::config::AttributionConfig;
use crate::question::attribution::result::{Unexplained, direction};
use crate::refine::{Answer, Estimate, answer};
use crate::target::Target;

/// How many noises an event may have, over all rows: each is a column of samples.
const MOST_NOISES: usize = 2_000;

impl FittedModel {
    /// Splits how unusual several rows are *together* over the target and its ancestors: the rows are one observation of independent
    /// copies of the system, and what is scored is a statistic of the target over them.
    ///
    /// A player is a node with its noises in all rows, which a coalition keeps or draws anew together. The configuration means what it does
    /// for one row, with the statistic in place of the target: what is extreme counts from what is usual of the statistic over so many rows,
    /// and a [context](crate::attribution::AttributionQuestion::context) is given in every row. The floor ε from data
    /// is that of single rows. Rows are taken for independent, given the model: where an unusual row makes the next one likely, the score is too
    /// high.
    ///
    /// A mean of a target that is linear in normal noises is in closed form, anything else by samples. Where a mechanism is asked about
    /// parents outside of its data, its noise in that row is as wide as what other plausible mechanisms would say there, in all
    /// coalitions. Costs as many noises as there are nodes and rows together.
    ///
    /// # Errors
    /// When there is no such target, it is a category, the table has no rows, or so many that there are more than 2 000 noises; and as for
    /// [`attribute_outlier`](Self::attribute_outlier), with the number of the row.
    ///
    /// ```
    /// use etiology::attribution::RowStatistic;
    /// use etiology::{AdditiveNoiseModel, AttributionConfig, CausalGraph, Dataset, KnownFormula, NoiseDistribution};
    ///
    /// let own_time = NoiseDistribution::normal(0.05, 0.01)?;
    /// let model = etiology::StructuralCausalModel::new(CausalGraph::from_edges([("db", "api")])?)
    ///     .with_mechanism("db", NoiseDistribution::normal(0.1, 0.02)?)?
    ///     .with_mechanism("api", AdditiveNoiseModel::known(KnownFormula::sum(["db"])).with_noise(own_time))?
    ///     .without_fitting()?;
    /// // For four minutes the database was one and a half standard deviations slower: nothing unusual in any of them.
    /// let incident = Dataset::from_columns([("db", [0.13; 4]), ("api", [0.18, 0.185, 0.175, 0.18])])?;
    /// let config = AttributionConfig::default();
    /// let together = model.attribute_rows_together("api", &incident, RowStatistic::Mean, &config)?;
    /// let alone = model.attribute_outlier("api", &incident.row(0)?, &config)?;
    /// assert!(together.score.value > 2.5 * alone.score.value);
    /// assert_eq!(together.ranked()[0].node, "db");
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn attribute_rows_together(
        &self,
        target: &str,
        rows: &Dataset,
        statistic: RowStatistic,
        config: &AttributionConfig,
    ) -> Result<RowsAttribution> {
        statistic.check()?;
        self.attributor(target, config.clone())?.attribute_together(rows, statistic)
    }
}

impl Attributor {
    fn attribute_together(&self, rows: &Dataset, statistic: RowStatistic) -> Result<RowsAttribution> {
        let (single, wiring) = (&self.base.target, self.base.target.wiring());
        let size = single.nodes().len();
        self.check_rows(rows.rows(), size)?;
        let events: Vec<Observation> = rows.observations().collect();
        let recovered = self.recovered_rows(&events)?;
        let seed = self.config.means.seed;
        let usual = usual(wiring, statistic, &recovered, &self.context, seed)?;
        let (target, all) = together(wiring, statistic, recovered.clone(), &usual)?;
        let context: Arc<[usize]> =
            (0..events.len()).flat_map(|row| self.context.iter().map(move |number| row * size + number)).collect();
        let asked =
            AskedOf { question: &self.config.question, floor: self.floor, reference: &usual, context: &context };
        let prepare = |target: Target| Prepared::new(target, &self.model, &self.config);
        let outside = self.outside.repeated(events.len(), size);
        let doubts = outside.doubts(&target, &all);
        let base = Arc::new(prepare(target)?);
        let prepared = if doubts.is_empty() { Arc::clone(&base) } else { outside.widened(&base, &doubts, prepare)? };
        let measured = asked.measured(&prepared.target, &all)?;
        // The statistic is a node of its own, which has no noise.
        let event = measured.event(&prepared.target, all.clone()).in_groups(|node| node % size);
        let engines: Vec<&dyn Engine> = prepared.engines.iter().collect();
        let found = answer(&event, &engines, Ask::Split, self.goal())?;
        let mut amounts = vec![Estimate::default(); size];
        for (node, amount) in event.players().into_iter().zip(&found.found.contributions) {
            amounts[node % size] = *amount;
        }
        let mut findings = self.findings_of_rows(&events, &recovered, &amounts);
        findings.extend(outside_of_data(single, doubts.iter().map(|doubt| doubt.node()), size));
        let typical = usual.median();
        Ok(self.told(
            statistic,
            (&events, &recovered),
            (all.values[all.values.len() - 1], typical),
            (&amounts, &found),
            findings,
        ))
    }

    fn check_rows(&self, rows: usize, size: usize) -> Result<()> {
        if rows == 0 {
            return Err(Error::Empty { what: "the event".to_owned(), expected: "row" });
        }
        let node = &self.base.target.nodes()[size - 1];
        if node.levels.is_some() {
            let (name, requirement) =
                ("the target of several rows", "a number, as categories have no mean, maximum or order");
            return Err(Error::InvalidParameter { name, requirement, found: format!("the category `{}`", node.name) });
        }
        if rows * size > MOST_NOISES {
            let (name, requirement) =
                ("the rows of one event", "at most 2 000 noises: rows times the target and its ancestors");
            return Err(Error::InvalidParameter { name, requirement, found: format!("{rows} rows of {size} nodes") });
        }
        Ok(())
    }

    /// # Errors
    /// What is wrong with the first row at fault.
    fn recovered_rows(&self, events: &[Observation]) -> Result<Vec<Recovered>> {
        let wiring = self.base.target.wiring();
        let recovered = |(row, event): (usize, &Observation)| {
            let needed = self.context.iter().copied().chain([wiring.target()]);
            let checked = needed.map(|number| wiring.node(number).needed(event)).collect::<Result<Vec<f64>>>();
            let recovered = checked.and_then(|_| Ok(wiring.with_rounding_decided(wiring.abduct(event)?)));
            recovered.map_err(|cause| Error::InRow { row, cause: Box::new(cause) })
        };
        events.iter().enumerate().map(recovered).collect()
    }

    /// What the rows by themselves speak of, each kind once for the same nodes, with the number of rows.
    fn findings_of_rows(&self, events: &[Observation], recovered: &[Recovered], amounts: &[Estimate]) -> Vec<Finding> {
        let amounts: Vec<f64> = amounts.iter().map(|amount| amount.value).collect();
        let (model, wiring, context) = (&self.model, self.base.target.wiring(), &*self.context);
        let mut all: Vec<(Finding, usize, usize)> = Vec::new();
        for (row, (observation, recovered)) in events.iter().zip(recovered).enumerate() {
            let facts = Facts { model, wiring, observation, recovered, amounts: &amounts, score: None, context };
            for finding in of_event(&facts) {
                match all.iter_mut().find(|(one, ..)| one.kind == finding.kind && one.nodes == finding.nodes) {
                    Some((.., count)) => *count += 1,
                    None => all.push((finding, row, 1)),
                }
            }
        }
        let told = |(finding, row, count): (Finding, usize, usize)| {
            let others = if count > 1 { format!(" (and in {} more rows)", count - 1) } else { String::new() };
            let evidence = format!("In row {}{others}: {}", row + 1, finding.evidence);
            Finding::new(finding.kind, finding.nodes, evidence, finding.remedy)
        };
        all.into_iter().map(told).collect()
    }

    fn told(
        &self,
        statistic: RowStatistic,
        (events, recovered): (&[Observation], &[Recovered]),
        (observed, typical): (f64, f64),
        (amounts, answer): (&[Estimate], &Answer),
        findings: Vec<Finding>,
    ) -> RowsAttribution {
        let (single, quantity) = (&self.base.target, self.config.question.quantity);
        let score = self.score(&answer.found);
        let values: Vec<f64> = amounts.iter().map(|amount| amount.value).collect();
        let whole = whole(&score, &values);
        let is_known = |number: usize| recovered.iter().any(|row| !row.is_missing(number));
        let players = (0..amounts.len()).filter(|number| !self.context.contains(number));
        let (known, missing): (Vec<usize>, Vec<usize>) = players.partition(|&number| is_known(number));
        let contribution = |&number: &usize| {
            let node = &single.nodes()[number];
            let seen: Vec<f64> =
                recovered.iter().filter(|row| !row.is_missing(number)).map(|row| row.values[number]).collect();
            let is_number = node.levels.is_none();
            RowsContribution {
                node: node.name.clone(),
                quantity,
                value: amounts[number].value,
                std_error: amounts[number].std_error(),
                share: whole.map(|whole| amounts[number].value / whole),
                mean_observed: is_number.then(|| seen.iter().sum::<f64>() / seen.len() as f64),
                typical: is_number.then(|| self.model.reference_at(node.position).median()),
                rows_missing: recovered.len() - seen.len(),
            }
        };
        let mut contributions: Vec<RowsContribution> = known.iter().map(contribution).collect();
        let towards = direction(quantity, score.value);
        sort_by(&mut contributions, &|a, b| (towards * b.value).total_cmp(&(towards * a.value)));
        RowsAttribution {
            target: self.target().to_owned(),
            statistic,
            rows: events.len(),
            observed,
            typical,
            quantity,
            score,
            unexplained: Unexplained {
                value: answer.found.unexplained.value,
                std_error: answer.found.unexplained.std_error(),
            },
            contributions,
            missing: missing.into_iter().map(|number| single.node_name(number).to_owned()).collect(),
            context: self.context.iter().map(|&number| single.node_name(number).to_owned()).collect(),
            findings,
            samples: answer.samples,
            permutations: answer.found.permutations,
            seed: self.config.means.seed,
        }
    }
}

/// That mechanisms were asked about what they were never shown.
fn outside_of_data(single: &Target, nodes: impl Iterator<Item = usize>, size: usize) -> Option<Finding> {
    let mut numbers: Vec<usize> = nodes.map(|node| node % size).collect();
    let rows = numbers.len();
    numbers.sort_unstable();
    numbers.dedup();
    let names: Vec<String> = numbers.iter().map(|&number| single.node_name(number).to_owned()).collect();
    let listed = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let evidence = format!(
        "In {rows} places of the event the mechanisms of {listed} are asked about causes outside of their training data, where others \
         that fit as well say something else: their noises are as wide as that."
    );
    let remedy = "Attribute the rows one by one: there every contribution says how far it may be off.";
    (!names.is_empty()).then(|| Finding::new(FindingKind::ModelUncertain, names, evidence, remedy))
}
