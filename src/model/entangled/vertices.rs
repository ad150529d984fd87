//! The extreme ways of splitting an effect over parents that follow from each other.

use std::cmp::Ordering;

use super::ties::Tie;
use crate::mechanism::{Change, LinearFunction};
use crate::model::leverage::ParentSpread;
use crate::numeric::kernels::dot;
use crate::numeric::ranks::sort_by;

/// A rest of a standardised parent that is no longer than this is rounding.
const LEAST_REST: f64 = 1e-6;
/// For so many members, those that are furthest from what is usual, it is asked what if the effect were all theirs, or not theirs.
const MOST_MEMBERS: usize = 6;

/// The changes that put the effects of a tie on as few members as explain the training rows: for each member once with it and
/// once without it. None of them changes a function where the event stays on the plane of the training rows. `event` has the
/// standardised parents. Costs O(members⁴) for few members.
pub(super) fn vertices(spread: &ParentSpread, tie: &Tie, event: &[f64]) -> Vec<Change> {
    let mut asked = tie.members.clone();
    sort_by(&mut asked, &|&a, &b| event[b].abs().total_cmp(&event[a].abs()));
    asked.truncate(MOST_MEMBERS);
    let mut found: Vec<(Vec<usize>, Change)> = Vec::new();
    for member in asked {
        for wanted in [true, false] {
            let (kept, change) = reduce(spread, &tie.members, member, wanted);
            if !found.iter().any(|(other, _)| *other == kept) {
                found.push((kept, change));
            }
        }
    }
    found.into_iter().map(|(_, change)| change).collect()
}

/// A member of a tie in the course of Gram-Schmidt.
struct Member {
    parent: usize,
    /// What is left of its row of L.
    rest: Vec<f64>,
    /// What was taken away, in multiples of the rows of the members that are kept, in the order in which these were chosen.
    explained: Vec<f64>,
}

/// Keeps as few members as explain the others, one of them first or last of all, and replaces those. Returns who is kept.
fn reduce(spread: &ParentSpread, members: &[usize], favoured: usize, first: bool) -> (Vec<usize>, Change) {
    let row = |parent: usize| {
        let mut row =
            spread.factor().iter().find(|(of, _)| *of == parent).map_or_else(Vec::new, |(_, row)| row.clone());
        row.resize(spread.rank(), 0.0);
        row
    };
    let member = |&parent: &usize| Member { parent, rest: row(parent), explained: Vec::new() };
    let mut left: Vec<Member> = members.iter().map(member).collect();
    // For each kept member its row as multiples of the rows kept before it, and of the unit direction that it adds.
    let mut kept: Vec<(usize, Vec<f64>, f64)> = Vec::new();
    while let Some(pivot) = next_pivot(&left, favoured, first && kept.is_empty(), !first) {
        let Member { parent, rest, explained } = left.swap_remove(pivot);
        let length = dot(&rest, &rest).sqrt();
        for other in &mut left {
            let along = dot(&other.rest, &rest) / length;
            other.rest.iter_mut().zip(&rest).for_each(|(entry, part)| *entry -= along * part / length);
            other.explained.push(along);
        }
        kept.push((parent, explained, length));
    }
    let replaced = left.iter().map(|member| (member.parent, relation(spread, member, &kept))).collect();
    let mut names: Vec<usize> = kept.iter().map(|&(parent, ..)| parent).collect();
    names.sort_unstable();
    (names, Change { replaced, added: None })
}

/// Which member to keep next, if there is anything left to explain: the favoured one, or the one with the largest rest.
fn next_pivot(left: &[Member], favoured: usize, take_it: bool, spare_it: bool) -> Option<usize> {
    if take_it {
        return left.iter().position(|member| member.parent == favoured);
    }
    let open = (0..left.len()).filter(|&place| dot(&left[place].rest, &left[place].rest).sqrt() > LEAST_REST);
    let rank = |place: usize| {
        let spared = spare_it && left[place].parent == favoured;
        (!spared, dot(&left[place].rest, &left[place].rest))
    };
    // The first of equals.
    open.reduce(|best, place| {
        let (of_best, of_place) = (rank(best), rank(place));
        if of_place.partial_cmp(&of_best) == Some(Ordering::Greater) { place } else { best }
    })
}

/// What the kept members say of another, in the parents' units.
fn relation(spread: &ParentSpread, member: &Member, kept: &[(usize, Vec<f64>, f64)]) -> LinearFunction {
    // From multiples of the directions to multiples of the kept members themselves, the last first.
    let mut along = member.explained.clone();
    let (centres, scales) = (spread.centres(), spread.scales());
    let mut sum = LinearFunction { intercept: centres[member.parent], coefficients: vec![0.0; centres.len()] };
    for (number, (parent, explained, length)) in kept.iter().enumerate().rev() {
        let multiple = along[number] / length;
        along[..number].iter_mut().zip(explained).for_each(|(entry, part)| *entry -= multiple * part);
        let coefficient = multiple * scales[member.parent] / scales[*parent];
        let coefficient = if (coefficient.abs() - 1.0).abs() < 1e-9 { coefficient.signum() } else { coefficient };
        sum.coefficients[*parent] = coefficient;
        sum.intercept -= coefficient * centres[*parent];
    }
    // What rounding leaves of a relation without a constant.
    if sum.intercept.abs() < 1e-9 * (centres[member.parent].abs() + scales[member.parent]) {
        sum.intercept = 0.0;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::super::ties::exact_ties;
    use super::*;
    use crate::mechanism::ParentFunction;
    use ndarray::Array1;

    fn wave(frequency: f64) -> Array1<f64> {
        (0..200).map(|row| 3.0 + (f64::from(row) * frequency).sin()).collect()
    }

    /// The coefficients of weight·parent for every vertex of the one tie of these columns.
    fn coefficients(columns: &[Array1<f64>], weights: &[f64]) -> Vec<Vec<f64>> {
        let spread = ParentSpread::of(columns).unwrap();
        let ties = exact_ties(&spread);
        assert_eq!(ties.len(), 1);
        let function = ParentFunction::Linear(LinearFunction { intercept: 0.5, coefficients: weights.to_vec() });
        let changes = vertices(&spread, &ties[0], &vec![1.0; columns.len()]);
        let mut found = Vec::new();
        for change in changes {
            let changed = change.of(&function);
            for row in [0, 17, 150] {
                let parents: Vec<f64> = columns.iter().map(|column| column[row]).collect();
                let (before, after) = (function.value(&parents), changed.value(&parents));
                assert!((before - after).abs() < 1e-9 * before.abs(), "{before} {after}");
            }
            let ParentFunction::Linear(linear) = changed else { panic!("not linear") };
            found.push(linear.coefficients);
        }
        sort_by(&mut found, &|a, b| a.partial_cmp(b).unwrap());
        found
    }

    fn assert_close(found: &[Vec<f64>], expected: &[&[f64]]) {
        let close =
            |(a, b): (&Vec<f64>, &&[f64])| a.iter().zip(*b).all(|(a, b)| (a - b).abs() <= 1e-8 * b.abs().max(1e-3));
        assert!(found.len() == expected.len() && found.iter().zip(expected).all(close), "{found:?}");
    }

    #[test]
    fn of_a_pair_the_effect_is_all_on_one_or_all_on_the_other() {
        let a = wave(1.0);
        let columns = [a.mapv(|a| 512.0 * a), wave(2.3), a];
        // 1e-4·(512·a) + 0.05·a = 0.1012·a
        assert_close(&coefficients(&columns, &[1e-4, 7.0, 0.05]), &[&[0.0, 7.0, 0.1012], &[0.1012 / 512.0, 7.0, 0.0]]);
    }

    #[test]
    fn of_a_sum_any_one_of_the_three_may_have_no_effect() {
        let (a, b) = (wave(1.0), wave(2.3));
        let columns = [a.clone(), b.clone(), &a + &b];
        // a + 2·b + 3·(a + b): without a it is −2... in each other pair the sum is 4·a + 5·b.
        assert_close(
            &coefficients(&columns, &[1.0, 2.0, 3.0]),
            &[&[-1.0, 0.0, 5.0], &[0.0, 1.0, 4.0], &[4.0, 5.0, 0.0]],
        );
    }

    #[test]
    fn of_copies_the_effect_is_all_on_any_one_of_them() {
        let a = wave(1.0);
        let columns = [a.clone(), &a * 2.0, a.clone(), &a * 1e-9];
        let expected: [&[f64]; 4] =
            [&[0.0, 0.0, 0.0, 5e9], &[0.0, 0.0, 5.0, 0.0], &[0.0, 2.5, 0.0, 0.0], &[5.0, 0.0, 0.0, 0.0]];
        assert_close(&coefficients(&columns, &[1.0, 1.0, 1.0, 1e9]), &expected);
    }
}
