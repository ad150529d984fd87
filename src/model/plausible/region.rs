//! Where the parents of a node were in training.

use ndarray::Array1;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::model::leverage::ParentSpread;

/// The region of the parents of one node that its mechanism was fitted in: the smallest box around the training rows, as
/// far as their cloud reaches in it.
///
/// A box alone would not do: of two parents that rise and fall together, one may be high and the other low without either
/// leaving its range, and no row says what the node does there. So a point is inside if each parent is within its range and
/// the leverage is no larger than that of some training row. Every training row is inside.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "SavedRegion")]
pub(crate) struct TrainingRegion {
    /// The range of each parent.
    ranges: Vec<(f64, f64)>,
    spread: ParentSpread,
    /// The largest leverage of a training row.
    largest_leverage: f64,
}

impl TrainingRegion {
    /// The region of columns of equal length, one per parent, without missing values; `None` if there is no parent or no
    /// row. Costs O(rows · parents²).
    pub(in crate::model) fn of(columns: &[Array1<f64>]) -> Option<Self> {
        let spread = ParentSpread::of(columns)?;
        let range = |column: &Array1<f64>| {
            column.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &x| (low.min(x), high.max(x)))
        };
        let leverages = (0..columns[0].len()).map(|row| {
            let point: Vec<f64> = columns.iter().map(|column| column[row]).collect();
            spread.leverage(&point)
        });
        let largest_leverage = leverages.filter(|leverage| leverage.is_finite()).fold(0.0, f64::max);
        Some(Self { ranges: columns.iter().map(range).collect(), spread, largest_leverage })
    }

    /// The number of parents.
    pub(crate) fn parents(&self) -> usize {
        self.ranges.len()
    }

    /// The point of the region that stands for one outside; `None` for one inside.
    ///
    /// Parents are brought back to their ranges; if that leaves them outside the cloud, they are drawn towards its centre as
    /// far as it takes. It moves continuously with the point, and not at all at the border.
    pub(crate) fn nearest(&self, point: &[f64]) -> Option<Vec<f64>> {
        let in_box = point.iter().zip(&self.ranges).all(|(x, (low, high))| (low..=high).contains(&x));
        if in_box && self.parents() == 1 {
            return None;
        }
        let mut nearest: Vec<f64> =
            point.iter().zip(&self.ranges).map(|(x, &(low, high))| x.clamp(low, high)).collect();
        let leverage = self.spread.leverage(&nearest);
        if leverage <= self.largest_leverage {
            return (!in_box).then_some(nearest);
        }
        self.spread.draw_to_centre(&mut nearest, self.largest_leverage);
        Some(nearest)
    }
}

/// What a saved region may hold, before it is checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedRegion {
    ranges: Vec<(f64, f64)>,
    spread: ParentSpread,
    largest_leverage: f64,
}

impl TryFrom<SavedRegion> for TrainingRegion {
    type Error = Error;

    fn try_from(SavedRegion { ranges, spread, largest_leverage }: SavedRegion) -> Result<Self> {
        let is_range = |&(low, high): &(f64, f64)| low.is_finite() && high.is_finite() && low <= high;
        let holds = ranges.iter().all(is_range)
            && ranges.len() == spread.parents()
            && largest_leverage.is_finite()
            && largest_leverage >= 0.0;
        if holds {
            return Ok(Self { ranges, spread, largest_leverage });
        }
        let (name, requirement) = ("the training region of a saved model", "finite ranges, one for each parent");
        Err(Error::InvalidParameter { name, requirement, found: format!("{} that are not", ranges.len()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two parents that rise and fall together.
    fn region() -> (Vec<Array1<f64>>, TrainingRegion) {
        let a: Array1<f64> = (0..50).map(|row| f64::from(row * 7 % 11)).collect();
        let b: Array1<f64> = (0..50).map(|row| a[row as usize] + 0.1 * f64::from(row * 5 % 13)).collect();
        let columns = vec![a, b];
        let region = TrainingRegion::of(&columns).unwrap();
        (columns, region)
    }

    #[test]
    fn every_training_row_is_inside() {
        let (columns, region) = region();
        assert!((0..50).all(|row| region.nearest(&[columns[0][row], columns[1][row]]).is_none()));
    }

    #[test]
    fn outside_is_what_leaves_a_range_or_the_cloud_within_the_ranges() {
        let (_, region) = region();
        assert_eq!(region.nearest(&[12.0, 11.0]).unwrap(), [10.0, 11.0]);
        let drawn = region.nearest(&[9.0, 1.0]).unwrap();
        assert!(drawn[0] < 9.0 && drawn[1] > 1.0, "{drawn:?}");
        assert!((region.spread.leverage(&drawn) / region.largest_leverage - 1.0).abs() < 1e-9);
    }

    #[test]
    fn the_nearest_point_moves_continuously_from_the_border() {
        let (_, region) = region();
        let nearest = region.nearest(&[10.0 + 1e-9, 10.5]).unwrap();
        assert_eq!(nearest, [10.0, 10.5]);
        // From inside to outside the cloud, along a line.
        let mut last = [5.0, 5.5];
        for step in 0..5000 {
            let point = [5.0 + 1e-3 * f64::from(step), 5.5];
            let nearest = region.nearest(&point).unwrap_or(point.to_vec());
            assert!(nearest.iter().zip(&last).all(|(now, before)| (now - before).abs() < 0.01), "{point:?}");
            last.copy_from_slice(&nearest);
        }
    }

    #[test]
    fn a_damaged_region_is_found_on_loading() {
        let (_, region) = region();
        let json = serde_json::to_string(&region).unwrap();
        assert_eq!(serde_json::to_string(&serde_json::from_str::<TrainingRegion>(&json).unwrap()).unwrap(), json);
        for (from, to) in [("\"ranges\":[[0.0,", "\"ranges\":[[99.0,"), ("\"ranges\":[", "\"ranges\":[[0.0,1.0],")] {
            let damaged = json.replacen(from, to, 1);
            assert_ne!(damaged, json);
            assert!(serde_json::from_str::<TrainingRegion>(&damaged).is_err());
        }
    }
}
