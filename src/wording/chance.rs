//! Probabilities for people: never 0 or 1 where they are neither.

use super::number::{grouped, significant};

/// Above this a probability would be shown as 1.
const ALMOST_ONE: f64 = 0.9995;
/// The smallest probability that is told from 0 where nothing else says so.
const SMALLEST: f64 = 1e-300;
/// A share of rows from which on it is told in per cent.
const IN_PER_CENT: f64 = 0.095;

/// A probability, of which nothing below `resolution` is known: "0.0123", "less than 1 in 10 000", "almost 1".
pub(crate) fn chance(probability: f64, resolution: f64) -> String {
    let resolution = resolution.max(SMALLEST);
    if probability >= 1.0 {
        "1".to_owned()
    } else if probability > ALMOST_ONE {
        "almost 1".to_owned()
    } else if probability < resolution {
        format!("less than {}", one_in(resolution))
    } else {
        significant(probability)
    }
}

/// A small probability as "1 in 10 000".
pub(crate) fn one_in(probability: f64) -> String {
    let count = 1.0 / probability;
    if count < 1e12 { format!("1 in {}", grouped(count)) } else { format!("1 in {count:.0e}") }
}

/// How many rows a probability is, of which nothing below `resolution` is known: "one row in 40", "30 % of rows", "nearly all rows",
/// "fewer than one row in 600".
pub(crate) fn share_of_rows(probability: f64, resolution: f64) -> String {
    if probability < resolution {
        format!("fewer than one row in {}", grouped(1.0 / resolution.max(SMALLEST)))
    } else if probability > 0.995 {
        "nearly all rows".to_owned()
    } else if probability >= IN_PER_CENT {
        format!("{:.0} % of rows", 100.0 * probability)
    } else {
        format!("one row in {}", grouped(1.0 / probability.max(SMALLEST)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probability_is_never_shown_as_0_or_1_where_it_is_neither() {
        let shown = [0.0, 1e-9, 0.0123, 0.5, 0.99999, 1.0].map(|probability| chance(probability, 1e-4));
        assert_eq!(shown, ["less than 1 in 10 000", "less than 1 in 10 000", "0.01230", "0.5000", "almost 1", "1"]);
        assert_eq!(chance(0.0, 0.0), "less than 1 in 1e300");
        assert_eq!(chance(1e-9, 0.0), "1.000e-9");
        assert_eq!(chance(1.0 + 1e-15, 1e-4), "1");
    }

    #[test]
    fn no_share_is_one_row_in_1() {
        let shown = [1.0, 0.97, 0.5, 0.05, 1e-3, 4e-7].map(|probability| share_of_rows(probability, 1e-7));
        let expected = [
            "nearly all rows",
            "97 % of rows",
            "50 % of rows",
            "one row in 20",
            "one row in 1 000",
            "one row in 2 500 000",
        ];
        assert_eq!(shown, expected);
        assert_eq!(share_of_rows(0.0, 1.0 / 14.0), "fewer than one row in 14");
        assert_eq!(chance(0.0, 1.0 / 14.0), "less than 1 in 14", "of the same event");
    }
}
