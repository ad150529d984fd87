//! Ranks, which no heavy tail and no unit can disturb.

/// The values' ranks as shares of (0, 1); equal values have the mean of their ranks. Costs O(n log n).
pub(crate) fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut before = 0;
    for tied in order.chunk_by(|&a, &b| values[a] == values[b]) {
        let middle = before as f64 + 0.5 * tied.len() as f64;
        tied.iter().for_each(|&row| ranks[row] = middle / values.len() as f64);
        before += tied.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_share_their_middle() {
        assert_eq!(ranks(&[3.0, 1.0, 3.0, 2.0]), [0.75, 0.125, 0.75, 0.375]);
        assert_eq!(ranks(&[0.0, -0.0]), [0.5, 0.5]);
    }
}
