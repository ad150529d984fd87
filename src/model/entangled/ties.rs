//! Which parents moved together in training.

use crate::model::leverage::ParentSpread;

/// In a relation between standardised parents a smaller coefficient is rounding.
const LEAST_COEFFICIENT: f64 = 1e-5;
/// The variance of a coefficient is inflated by collinearity where it is at least so many times that of a parent which moved by
/// itself: the usual line (Belsley, Kuh and Welsch, *Regression Diagnostics*, 1980, chapter 3).
const INFLATED: f64 = 10.0;
/// Parents whose standardised coefficient moves by less than this share of another's are not tied to that.
const LEAST_SHARE: f64 = 0.2;
/// Nearly tied parents are not looked for among more independent ones: that costs the cube of their number.
const MOST_INDEPENDENT: usize = 200;

/// Parents that follow from each other exactly, so that only the sum of their effects shows in the training rows.
#[derive(Debug, Clone)]
pub(super) struct Tie {
    /// Their places, ascending.
    pub(super) members: Vec<usize>,
    /// Where in the factor of the spread those stand that follow from the others.
    pub(super) dependent: Vec<usize>,
}

/// A parent that nearly follows from others.
#[derive(Debug, Clone)]
pub(super) struct NearTie {
    /// Its place.
    pub(super) parent: usize,
    /// The places of the parents that it is tied to, itself included, ascending.
    pub(super) members: Vec<usize>,
    /// By how much the standardised coefficient of every parent moves when its own moves by 1, so that the fit suffers least.
    pub(super) direction: Vec<f64>,
    /// By how much the variance of its coefficient is inflated.
    pub(super) inflation: f64,
}

/// The exact ties: parents are in one if a relation holds between them. Costs O(parents · rank²).
pub(super) fn exact_ties(spread: &ParentSpread) -> Vec<Tie> {
    let (factor, rank) = (spread.factor(), spread.rank());
    let mut ties: Vec<Tie> = Vec::new();
    for (number, (parent, row)) in factor.iter().enumerate().skip(rank) {
        if spread.scales()[*parent] == 0.0 {
            continue;
        }
        let coefficients = solve_transposed(spread, row);
        let among = (0..rank).filter(|&place| coefficients[place].abs() > LEAST_COEFFICIENT);
        let mut tie = Tie { members: among.map(|place| factor[place].0).collect(), dependent: vec![number] };
        tie.members.push(*parent);
        // Ties that share a parent are one.
        let (touching, apart): (Vec<Tie>, Vec<Tie>) =
            ties.into_iter().partition(|other| other.members.iter().any(|member| tie.members.contains(member)));
        for other in touching {
            tie.members.extend(other.members);
            tie.dependent.extend(other.dependent);
        }
        tie.members.sort_unstable();
        tie.members.dedup();
        tie.dependent.sort_unstable();
        ties = apart;
        ties.push(tie);
    }
    ties
}

/// The parents among the independent ones whose coefficients have inflated variances, and by how much that of every parent is
/// inflated: infinitely for one that follows from others or was constant. Costs O(rank³).
pub(super) fn near_ties(spread: &ParentSpread) -> (Vec<NearTie>, Vec<f64>) {
    let mut inflations = vec![f64::INFINITY; spread.scales().len()];
    let (factor, rank) = (spread.factor(), spread.rank());
    if !(2..=MOST_INDEPENDENT).contains(&rank) {
        let factor = factor.iter().take(rank);
        // Among very many this is the least that it may be.
        factor.for_each(|(parent, row)| inflations[*parent] = row.last().map_or(1.0, |rest| rest.powi(-2)));
        return (Vec::new(), inflations);
    }
    let mut ties = Vec::new();
    for number in 0..rank {
        // C⁻¹·e = L⁻ᵀ·L⁻¹·e
        let mut unit = vec![0.0; rank];
        unit[number] = 1.0;
        let column = solve_transposed(spread, &solve(spread, unit));
        let inflation = column[number];
        inflations[factor[number].0] = inflation;
        if inflation < INFLATED {
            continue;
        }
        let mut direction = vec![0.0; spread.scales().len()];
        for ((parent, _), entry) in factor.iter().zip(&column) {
            direction[*parent] = entry / inflation;
        }
        let members = (0..direction.len()).filter(|&parent| direction[parent].abs() >= LEAST_SHARE).collect();
        ties.push(NearTie { parent: factor[number].0, members, direction, inflation });
    }
    (ties, inflations)
}

/// L⁻¹·b, where L is the triangle of the independent parents.
fn solve(spread: &ParentSpread, mut side: Vec<f64>) -> Vec<f64> {
    for place in 0..side.len() {
        let row = &spread.factor()[place].1;
        let known: f64 = row.iter().zip(&side).take(place).map(|(entry, value)| entry * value).sum();
        side[place] = (side[place] - known) / row[place];
    }
    side
}

/// L⁻ᵀ·b, where L is the triangle of the independent parents.
pub(super) fn solve_transposed(spread: &ParentSpread, side: &[f64]) -> Vec<f64> {
    let mut solution = side.to_vec();
    for place in (0..solution.len()).rev() {
        let row = &spread.factor()[place].1;
        solution[place] /= row[place];
        let value = solution[place];
        solution[..place].iter_mut().zip(row).for_each(|(other, entry)| *other -= entry * value);
    }
    solution
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array1;

    fn wave(frequency: f64) -> Array1<f64> {
        (0..200).map(|row| (f64::from(row) * frequency).sin()).collect()
    }

    #[test]
    fn pairs_and_sums_in_any_unit_are_found_and_constants_and_others_are_not() {
        let (a, b, c, d) = (wave(1.0), wave(2.3), wave(0.7), wave(3.1));
        let pair = d.mapv(|value| 1e9 * value + 3e9);
        let sum = &a * 1e-9 + &b * 2e-9;
        let spread = ParentSpread::of(&[a, pair, b, c, sum, d, Array1::from_elem(200, 4.0)]).unwrap();
        let mut members: Vec<Vec<usize>> = exact_ties(&spread).into_iter().map(|tie| tie.members).collect();
        members.sort();
        assert_eq!(members, [vec![0, 2, 4], vec![1, 5]]);
        assert!(near_ties(&spread).0.is_empty());
    }

    #[test]
    fn relations_that_share_a_parent_are_one_tie() {
        let (a, b) = (wave(1.0), wave(2.3));
        let spread = ParentSpread::of(&[a.clone(), &a * 2.0, &a + &b, b]).unwrap();
        let ties = exact_ties(&spread);
        assert_eq!(ties.len(), 1);
        assert_eq!((ties[0].members.clone(), ties[0].dependent.clone()), (vec![0, 1, 2, 3], vec![2, 3]));
    }

    #[test]
    fn the_variance_of_nearly_tied_parents_is_inflated_as_in_the_textbook() {
        let (a, b, c) = (wave(1.0), wave(2.3), wave(0.7));
        // The correlation of a and a + b/10, from the columns themselves.
        let near = &a + &b * 0.1;
        let mean = |x: &Array1<f64>| x.sum() / 200.0;
        let (ma, mn) = (mean(&a), mean(&near));
        let moment = |x: &Array1<f64>, mx: f64, y: &Array1<f64>, my: f64| {
            x.iter().zip(y).map(|(x, y)| (x - mx) * (y - my)).sum::<f64>()
        };
        let r = moment(&a, ma, &near, mn) / (moment(&a, ma, &a, ma) * moment(&near, mn, &near, mn)).sqrt();
        let (ties, inflations) = near_ties(&ParentSpread::of(&[a, near]).unwrap());
        assert!(inflations.iter().all(|inflation| (inflation * (1.0 - r * r) - 1.0).abs() < 1e-9));
        assert_eq!(ties.len(), 2);
        for tie in &ties {
            assert_eq!(tie.members, [0, 1]);
            assert!((tie.inflation * (1.0 - r * r) - 1.0).abs() < 1e-9);
        }
        assert!(near_ties(&ParentSpread::of(&[wave(1.0), c]).unwrap()).0.is_empty());
    }
}
