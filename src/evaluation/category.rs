//! How well the classes of a category are predicted.

use crate::data::place;
use crate::model::FittedModel;
use crate::noise::NoiseDistribution;

use super::columns::Columns;

/// The mean quadratic score ½ Σ_k (P(k) − 1{class = k})² over held-out rows (Brier, *Verification of forecasts expressed in terms of
/// probability*, Monthly Weather Review 78, 1950): for two classes it is the continuous ranked probability score of their codes.
pub(super) struct ClassScores {
    /// Of what the mechanism says of every row.
    pub(super) own: f64,
    /// Of the shares in training, which know no parents.
    pub(super) marginal: f64,
    /// Of the shares in these very rows.
    pub(super) of_rows: f64,
}

impl ClassScores {
    /// Of a node at a position in the graph that is a category, over some rows; `None` where it is none.
    pub(super) fn of(model: &FittedModel, columns: &Columns, position: usize, rows: &[usize]) -> Option<Self> {
        let (wiring, number) = (model.wiring(), model.number(position));
        let node = wiring.node(number);
        let levels = node.levels.as_ref()?.len();
        let marginal = shares(model.reference_at(position), levels);
        let values = &columns.values[position];
        let mut seen = vec![0.0; levels];
        for &row in rows {
            if let Some(count) = seen.get_mut(place(values[row])) {
                *count += 1.0 / rows.len() as f64;
            }
        }
        let mean = |score: &mut dyn FnMut(f64, &[f64]) -> f64| {
            let mut sum = 0.0;
            wiring.visit_rows(number, &wiring.in_order(&columns.values), rows.iter().copied(), |value, parents| {
                sum += score(value, parents);
            });
            sum / rows.len() as f64
        };
        let own = mean(&mut |value, parents| match node.mechanism.class_probabilities(parents) {
            Some(probabilities) => quadratic(&probabilities, value),
            None => quadratic(&marginal, value),
        });
        let (marginal, of_rows) =
            (mean(&mut |value, _| quadratic(&marginal, value)), mean(&mut |value, _| quadratic(&seen, value)));
        Some(Self { own, marginal, of_rows })
    }
}

fn shares(reference: &NoiseDistribution, levels: usize) -> Vec<f64> {
    let share = |code: f64| (reference.cdf(code) + reference.survival(code) - 1.0).max(0.0);
    (0..levels).map(|code| share(code as f64)).collect()
}

fn quadratic(probabilities: &[f64], class: f64) -> f64 {
    let observed = place(class);
    let squares = probabilities.iter().enumerate().map(|(code, probability)| {
        let off = probability - f64::from(u8::from(code == observed));
        off * off
    });
    // What is none of the classes was given no probability.
    let unseen = if observed < probabilities.len() { 0.0 } else { 1.0 };
    0.5 * (squares.sum::<f64>() + unseen)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::crps::crps_of_sorted;

    #[test]
    fn of_two_classes_it_is_the_ranked_probability_score_of_their_codes() {
        // P(1) = 3/4.
        for class in [0.0, 1.0] {
            let crps = crps_of_sorted([0.0, 1.0, 1.0, 1.0].into_iter(), class);
            assert!((quadratic(&[0.25, 0.75], class) - crps).abs() < 1e-12);
        }
        assert_eq!(quadratic(&[0.5, 0.5], 2.0), 0.75);
    }
}
