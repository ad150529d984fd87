//! The errors of few permutations.

/// As so many degrees of freedom what is known before of a player's variance counts.
const DEGREES_BEFORE: f64 = 1.5;

/// Which part of the variance of single orders is left by pairs and strata at least.
const LEFT: f64 = 0.5;

/// The standard errors of the players' values, and their degrees of freedom: from the variances that the pairs of orders tell of
/// each player, with so many `degrees` of freedom, and from those that as many `independent` orders would have.
///
/// Two pairs tell a variance by one difference, which may be 0 by accident; and whoever matters in few orders only may have had
/// the same in all. So each player's variance is drawn towards what is known without it: the mean of all players' variances,
/// weighted by themselves, since it is the large ones that matter; and at least half of what independent orders would
/// leave. That counts as 1.5 further degrees of freedom (a scaled inverse χ² distribution as prior).
pub(super) fn pooled(variances: &[f64], degrees: f64, independent: &[f64]) -> (Vec<f64>, f64) {
    let sum: f64 = variances.iter().sum();
    let mean = if sum > 0.0 { variances.iter().map(|variance| variance * variance / sum).sum() } else { 0.0 };
    let all = degrees + DEGREES_BEFORE;
    let error = |(variance, independent): (&f64, &f64)| {
        let before = f64::max(mean, LEFT * independent);
        ((degrees * variance + DEGREES_BEFORE * before) / all).sqrt()
    };
    (variances.iter().zip(independent).map(error).collect(), all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_accidental_agreement_is_no_certainty() {
        let (errors, degrees) = pooled(&[0.0, 4.0, 0.0], 1.0, &[0.0, 4.0, 1.0]);
        assert_eq!(degrees, 2.5);
        assert!((errors[0].powi(2) - 2.4).abs() < 1e-12 && (errors[1].powi(2) - 4.0).abs() < 1e-12);
        // Where all agree, single orders did not.
        let (errors, _) = pooled(&[0.0; 3], 1.0, &[0.0, 3.0, 3.0]);
        assert!(errors[0] == 0.0 && (errors[1].powi(2) - 0.9).abs() < 1e-12);
    }

    #[test]
    fn many_pairs_speak_for_themselves() {
        let (errors, _) = pooled(&[1.0, 4.0], 1e6, &[2.0, 8.0]);
        assert!((errors[0] - 1.0).abs() < 1e-5 && (errors[1] - 2.0).abs() < 1e-5);
    }
}
