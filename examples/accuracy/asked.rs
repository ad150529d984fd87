//! What is asked about a case.

use etiology::lags::Lags;
use etiology::{Dataset, Observation};

use crate::case::Case;

/// The rows that a diagnosis takes.
pub(crate) struct Asked {
    pub(crate) normal: Dataset,
    pub(crate) recent: Option<Dataset>,
    pub(crate) event: Observation,
    pub(crate) lags: Lags,
}

impl Asked {
    /// The training rows, the rows before the incident and the one to explain as they are, or put together by the lags that the training rows show.
    pub(crate) fn of(case: &Case, with_lags: bool) -> etiology::Result<Self> {
        let (normal, recent, event, lags) = (case.normal.clone(), case.recent.clone(), case.event()?, Lags::default());
        let as_is = Self { normal, recent, event, lags };
        if !with_lags || case.normal.rows() < FEWEST_ROWS {
            return Ok(as_is);
        }
        let lags = Lags::chosen(&case.graph, &case.normal)?;
        if lags.is_empty() {
            return Ok(as_is);
        }
        let (before, target) = (case.recent.as_ref().map_or(0, Dataset::rows), &case.target);
        let mut columns = Vec::new();
        for name in case.rows.names() {
            let mut column = case.recent.as_ref().map_or(Ok(Vec::new()), |recent| Ok(recent.column(name)?.to_vec()))?;
            column.extend(case.rows.column(name)?);
            columns.push((name.clone(), column));
        }
        let all = Dataset::from_columns(columns)?;
        Ok(Self {
            normal: lags.aligned(&case.normal, target, 0..case.normal.rows())?,
            recent: if before > 0 { Some(lags.aligned(&all, target, 0..before)?) } else { None },
            event: lags.event(&all, target, before + case.alert)?,
            lags,
        })
    }
}

/// Lags are chosen from so many rows on.
const FEWEST_ROWS: usize = 20;
