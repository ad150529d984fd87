//! Ranks, which no heavy tail and no unit can disturb; and the sorting of lists that are short or seldom sorted.

use std::cmp::Ordering;

/// The values' ranks as shares of (0, 1); equal values have the mean of their ranks. Costs O(n log n).
pub(crate) fn ranks(values: &[f64]) -> Vec<f64> {
    let order = ascending(values);
    let mut ranks = vec![0.0; values.len()];
    let mut before = 0;
    for tied in order.chunk_by(|&a, &b| values[a] == values[b]) {
        let middle = before as f64 + 0.5 * tied.len() as f64;
        tied.iter().for_each(|&row| ranks[row] = middle / values.len() as f64);
        before += tied.len();
    }
    ranks
}

/// The places of the values from the smallest to the largest, equal ones in order. Costs O(n log n).
pub(crate) fn ascending(values: &[f64]) -> Vec<usize> {
    let mut places: Vec<usize> = (0..values.len()).collect();
    places.sort_by(|&one, &other| values[one].total_cmp(&values[other]));
    places
}

/// Sorts as [`slice::sort_by`] does, whose two thousand lines of intermediate code are compiled anew for every comparison. Here places are
/// sorted and then their items moved, which takes a little longer and is next to nothing to compile.
pub(crate) fn sort_by<T>(items: &mut [T], compare: &dyn Fn(&T, &T) -> Ordering) {
    let mut from = sorted_places(items.len(), &|one, other| compare(&items[one], &items[other]));
    // Each circle of moves, one exchange after another.
    for start in 0..items.len() {
        let mut to = start;
        while from[to] != start {
            let next = std::mem::replace(&mut from[to], to);
            items.swap(to, next);
            to = next;
        }
        from[to] = to;
    }
}

fn sorted_places(count: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut places: Vec<usize> = (0..count).collect();
    places.sort_by(|&one, &other| compare(one, other));
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_share_their_middle() {
        assert_eq!(ranks(&[3.0, 1.0, 3.0, 2.0]), [0.75, 0.125, 0.75, 0.375]);
        assert_eq!(ranks(&[0.0, -0.0]), [0.5, 0.5]);
    }

    #[test]
    fn items_are_sorted_as_the_standard_library_sorts_them() {
        for count in 0..80_usize {
            let mut found: Vec<(usize, String)> =
                (0..count).map(|number| (number * 37 % 11, number.to_string())).collect();
            let mut expected = found.clone();
            sort_by(&mut found, &|a, b| b.0.cmp(&a.0));
            expected.sort_by_key(|item| std::cmp::Reverse(item.0));
            assert_eq!(found, expected);
        }
    }
}
