//! How functions are written down for people.

use std::fmt::Write as _;

/// What the parents are called where a function is written down.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names(Vec<String>);

impl Names {
    /// Names in the order in which the function takes its parents. Where there is none, parents are called `parent0`,
    /// `parent1` and so on.
    pub(crate) fn new<S: AsRef<str>>(names: &[S]) -> Self {
        Self(names.iter().map(|name| name.as_ref().to_owned()).collect())
    }

    /// The name of the parent at a place.
    pub(super) fn at(&self, place: usize) -> String {
        self.0.get(place).cloned().unwrap_or_else(|| format!("parent{place}"))
    }

    /// The names of some parents in a row.
    pub(super) fn list(&self, places: impl IntoIterator<Item = usize>) -> String {
        places.into_iter().map(|place| self.at(place)).collect::<Vec<_>>().join(", ")
    }

    /// The names of all parents in a row, or the word `parents` where neither names nor their number are known.
    pub(crate) fn all(&self, arity: Option<usize>) -> String {
        match arity.unwrap_or(self.0.len()) {
            0 => "parents".to_owned(),
            count => self.list(0..count),
        }
    }

    /// Names of a function of each parent, such as `ln(db)`.
    pub(super) fn within(&self, function: &str, parents: usize) -> Self {
        Self((0..parents).map(|place| format!("{function}({})", self.at(place))).collect())
    }
}

/// constant + Σ coefficient · name, without a constant of 0, a coefficient of 1, or a plus before a minus.
pub(super) fn weighted_sum(constant: f64, terms: impl IntoIterator<Item = (f64, String)>) -> String {
    let mut sum = if constant == 0.0 { String::new() } else { figure(constant) };
    for (coefficient, name) in terms {
        let sign = match (sum.is_empty(), coefficient < 0.0) {
            (true, false) => "",
            (true, true) => "-",
            (false, false) => " + ",
            (false, true) => " - ",
        };
        let factor = if coefficient.abs() == 1.0 { String::new() } else { format!("{}·", figure(coefficient.abs())) };
        // Writing to a string cannot fail.
        let _ = write!(sum, "{sign}{factor}{name}");
    }
    if sum.is_empty() { "0".to_owned() } else { sum }
}

/// A number with four significant digits, without zeros at its end.
pub(super) fn figure(value: f64) -> String {
    let magnitude = value.abs();
    if value == 0.0 {
        return "0".to_owned();
    }
    if !(1e-3..1e6).contains(&magnitude) {
        let text = format!("{value:.3e}");
        let Some((digits, exponent)) = text.split_once('e') else { return text };
        return format!("{}e{exponent}", without_zeros(digits));
    }
    let digits_before = magnitude.log10().floor() as i32 + 1;
    let decimals = usize::try_from(4 - digits_before).unwrap_or(0);
    without_zeros(&format!("{value:.decimals$}")).to_owned()
}

fn without_zeros(digits: &str) -> &str {
    if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_four_digits_and_no_zeros_at_their_end() {
        let shown = [0.0, 1.0, -12.345, 1.5, 123_456.7, 100.0, 1.5e-4, 2e9, 1.003, 0.012].map(figure);
        assert_eq!(shown, ["0", "1", "-12.35", "1.5", "123457", "100", "1.5e-4", "2e9", "1.003", "0.012"]);
    }

    #[test]
    fn sums_have_one_sign_between_terms() {
        let sum = |constant, coefficients: &[f64]| {
            let names = Names::new(&["a"]);
            weighted_sum(constant, coefficients.iter().enumerate().map(|(place, &c)| (c, names.at(place))))
        };
        assert_eq!(sum(0.5, &[2.0, -3.25]), "0.5 + 2·a - 3.25·parent1");
        assert_eq!(sum(0.0, &[-1.0, 1.0]), "-a + parent1");
        assert_eq!(sum(-2.0, &[0.0]), "-2 + 0·a");
        assert_eq!(sum(0.0, &[]), "0");
    }
}
