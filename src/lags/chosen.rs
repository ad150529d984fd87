//! The shifts of all columns, and tables with the columns shifted.

use std::collections::BTreeMap;
use std::fmt;

use super::choose::{Search, with_a_lag};
use super::correlations::Correlations;
use super::effect::LaggedEffect;
use crate::data::{Dataset, Observation, Timeline};
use crate::error::{Error, Result};
use crate::graph::CausalGraph;

/// An effect follows a cause by at most so many rows, or its record comes before the cause's by so many.
const MOST: i64 = 3;
/// So many times ln(rows) a lag must gain: four times what an information criterion asks of a parameter, as each edge has seven lags to choose from,
/// and noises with memory look as if they had more rows than they have.
const PRICE: f64 = 2.0;
/// From fewer rows nothing can be told.
const FEWEST_ROWS: usize = 20;
/// Of more rows the last ones are looked at.
const MOST_ROWS: usize = 10_000;

/// By how many rows effects are seen later than their causes. `Display` prints a line for each.
///
/// The lag of an edge is the difference of two shifts, one for each node: a node in row r + its shift follows from its causes in rows r + theirs. On a tree any
/// lags are such differences; where two ways between two nodes disagree, the shifts are those that fit best.
///
/// Shifts are chosen together, so that the regressions of all nodes' ranks on those of their parents leave least (`docs/method.md` has the rule); a
/// lag must gain 2·ln(rows) nats, so that rows in no order have none. Categories and constants have no lag of their own.
///
/// ```
/// use etiology::lags::Lags;
/// use etiology::{CausalGraph, Dataset};
///
/// let graph = CausalGraph::from_edges([("db", "api")])?;
/// let db: Vec<f64> = (0..300).map(|row| (1.3 * f64::from(row * row)).sin()).collect();
/// // What the API takes is what the database took in the minute before.
/// let api: Vec<f64> = (0..300).map(|row| 2.0 + if row > 0 { db[row - 1] } else { 0.0 }).collect();
/// let normal = Dataset::from_columns([("db", db), ("api", api)])?;
/// let lags = Lags::chosen(&graph, &normal)?;
/// assert_eq!(lags.to_string(), "`db` acts on `api` 1 row later");
/// let aligned = lags.aligned(&normal, "api", 0..300)?;
/// assert_eq!(aligned.column("db")?[7], normal.column("db")?[6]);
/// # Ok::<(), etiology::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Lags {
    /// By node; 0 of those that are not there.
    pub(super) shifts: BTreeMap<String, i64>,
    effects: Vec<LaggedEffect>,
    /// What lies between two rows, where they have times.
    pub(super) step: Option<f64>,
}

impl Lags {
    /// The lags of the edges of a graph in rows of normal operation, which are in order of time and evenly apart; missing values are passed over, so
    /// rows that were missed are best given as rows without values, as [`chosen_in_time`](Self::chosen_in_time) does. None, if nodes have no columns. Of more than
    /// 10 000 rows the last ones are looked at. Costs O(pairs of parents · rows) and a few regressions an edge.
    ///
    /// # Errors
    /// When there are fewer than 20 rows.
    pub fn chosen(graph: &CausalGraph, normal: &Dataset) -> Result<Self> {
        let rows = normal.rows();
        if rows < FEWEST_ROWS {
            let what = "the choice of lags".to_owned();
            return Err(Error::TooFewRows { what, needed: FEWEST_ROWS, found: rows });
        }
        let skipped = rows.saturating_sub(MOST_ROWS);
        let names: Vec<&str> = graph.nodes().collect();
        // A column of text, or none, has no lag.
        let column =
            |name: &&str| normal.column(name).ok().map(|column| column.iter().skip(skipped).copied().collect());
        let mut correlations = Correlations::new(names.iter().map(column), 2 * MOST);
        let mut parents = Vec::with_capacity(names.len());
        for node in 0..names.len() {
            let all = graph.parent_positions(node);
            all.iter().for_each(|&parent| correlations.prepare(parent, node));
            let kept = with_a_lag(&correlations, node, all, MOST);
            for (place, &one) in kept.iter().enumerate() {
                kept[place + 1..].iter().for_each(|&other| correlations.prepare(one, other));
            }
            parents.push(kept);
        }
        let rows = rows - skipped;
        let price = PRICE * (rows as f64).ln();
        let search = Search::new(parents, &correlations, (rows, MOST, price));
        let shifts = search.best();
        let mut effects = Vec::new();
        for effect in 0..names.len() {
            for &cause in graph.parent_positions(effect) {
                let (lag, nats) = (shifts[effect] - shifts[cause], search.gain((cause, effect), &shifts));
                // What does not show by itself follows from others' lags, and says nothing.
                if lag != 0 && nats >= price {
                    let [cause, effect] = [cause, effect].map(|node| names[node].to_owned());
                    effects.push(LaggedEffect { cause, effect, rows: lag, nats });
                }
            }
        }
        let shifts = names.iter().zip(shifts).filter(|&(_, shift)| shift != 0);
        Ok(Self { shifts: shifts.map(|(name, shift)| ((*name).to_owned(), shift)).collect(), effects, step: None })
    }

    /// [`chosen`](Self::chosen) of rows with times, numbers or dates as [`Dataset::split_by_time`] reads them, in any order: a step that was missed is a gap. No lags where the rows are no measurements at even steps, as requests
    /// are none: two have the same time, or of ten distances more than one is no multiple of the usual one.
    ///
    /// # Errors
    /// When there is not one time for each row, or there are fewer than 20 steps.
    pub fn chosen_in_time(graph: &CausalGraph, normal: &Dataset, times: &[String]) -> Result<Self> {
        normal.check_times(times)?;
        let timeline = Timeline::of(times);
        let Some(rows) = timeline.at_even_steps(MOST.unsigned_abs() as usize) else { return Ok(Self::default()) };
        Ok(Self { step: timeline.step(), ..Self::chosen(graph, &normal.rows_or_gaps(&rows)?)? })
    }

    /// Whether nothing lags, so that rows may be taken as they are.
    pub fn is_empty(&self) -> bool {
        self.shifts.is_empty()
    }

    /// The edges whose lag the rows show, by effects in the order of the graph.
    pub fn effects(&self) -> &[LaggedEffect] {
        &self.effects
    }

    /// Rows of a table in order of time, with every column shifted so that causes stand beside their effects: as many rows as asked for, those of
    /// the target. A value is missing where the row that it is in is not there.
    ///
    /// # Errors
    /// When no row is asked for, or one beyond the last.
    pub fn aligned(&self, table: &Dataset, target: &str, rows: std::ops::Range<usize>) -> Result<Dataset> {
        if rows.end > table.rows() {
            return Err(Error::RowOutOfRange { row: rows.end - 1, rows: table.rows() });
        }
        let rows: Vec<i64> = rows.map(|row| row as i64).collect();
        let of_target = self.shift(target);
        table.shifted(&rows, |name| self.shift(name) - of_target)
    }

    /// The event in which the target has what it has in this row of a table in order of time, and all others what belongs to it. Without the
    /// rows before, or after where a record is late, values are missing, and a diagnosis says nothing of their nodes.
    ///
    /// # Errors
    /// When there is no such row.
    ///
    /// ```
    /// # use etiology::{CausalGraph, Dataset, lags::Lags};
    /// # let graph = CausalGraph::from_edges([("db", "api")])?;
    /// # let db: Vec<f64> = (0..300).map(|row| (1.3 * f64::from(row * row)).sin()).collect();
    /// # let api: Vec<f64> = (0..300).map(|row| 2.0 + if row > 0 { db[row - 1] } else { 0.0 }).collect();
    /// # let normal = Dataset::from_columns([("db", db), ("api", api)])?;
    /// let lags = Lags::chosen(&graph, &normal)?;
    /// let incident = Dataset::from_columns([("db", [9.0, 0.5]), ("api", [2.3, 11.0])])?;
    /// assert_eq!(lags.event(&incident, "api", 1)?.get("db"), Some(9.0));
    /// assert!(lags.event(&incident, "api", 0)?.get("db").is_some_and(f64::is_nan), "what was before is not there");
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn event(&self, table: &Dataset, target: &str, row: usize) -> Result<Observation> {
        if row >= table.rows() {
            return Err(Error::RowOutOfRange { row, rows: table.rows() });
        }
        self.aligned(table, target, row..row + 1)?.row(0)
    }

    pub(super) fn shift(&self, node: &str) -> i64 {
        self.shifts.get(node).copied().unwrap_or(0)
    }
}

impl fmt::Display for Lags {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, effect) in self.effects.iter().enumerate() {
            write!(formatter, "{}{effect}", if place > 0 { "\n" } else { "" })?;
        }
        Ok(())
    }
}
