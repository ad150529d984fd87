//! A function of the parents that agrees with another on some plane.

use super::linear::LinearFunction;
use super::{ParentFunction, ScaleFunction};

/// What makes another function of the parents out of one: some parents are replaced by weighted sums of the others, and a
/// weighted sum is added.
///
/// Where the replaced parents are these sums, and what is added is 0, both functions have the same values.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    /// The places of parents, and the sums of all parents that take their place.
    pub(crate) replaced: Vec<(usize, LinearFunction)>,
    /// What is added to the function.
    pub(crate) added: Option<LinearFunction>,
}

impl Change {
    /// The change that goes this share of the way, from 0 to 1: a replaced parent keeps the rest of itself.
    pub(crate) fn partly(&self, share: f64) -> Self {
        let part = |sum: &LinearFunction| LinearFunction {
            intercept: share * sum.intercept,
            coefficients: sum.coefficients.iter().map(|coefficient| share * coefficient).collect(),
        };
        let kept = |(place, sum): &(usize, LinearFunction)| {
            let mut mixed = part(sum);
            mixed.coefficients[*place] += 1.0 - share;
            (*place, mixed)
        };
        Self { replaced: self.replaced.iter().map(kept).collect(), added: self.added.as_ref().map(part) }
    }

    /// The function after the change: a weighted sum stays one.
    pub(crate) fn of(&self, function: &ParentFunction) -> ParentFunction {
        if let ParentFunction::Linear(linear) = function {
            return ParentFunction::Linear(self.of_linear(linear, self.added.as_ref()));
        }
        let (change, function) = (self.clone(), function.clone());
        ParentFunction::formula(move |parents| {
            let mut given = parents.to_vec();
            change.replaced.iter().for_each(|(place, sum)| given[*place] = sum.value(parents));
            function.value(&given) + change.added.as_ref().map_or(0.0, |added| added.value(parents))
        })
    }

    /// The scale of a noise with the parents replaced.
    pub(crate) fn of_scale(&self, scale: &ScaleFunction) -> ScaleFunction {
        scale.map(|log_scale| self.of_linear(log_scale, None))
    }

    fn of_linear(&self, linear: &LinearFunction, added: Option<&LinearFunction>) -> LinearFunction {
        let mut changed = linear.clone();
        for (place, _) in &self.replaced {
            changed.coefficients[*place] = 0.0;
        }
        for (place, sum) in &self.replaced {
            changed.add(linear.coefficients[*place], sum);
        }
        if let Some(added) = added {
            changed.add(1.0, added);
        }
        changed
    }
}

impl LinearFunction {
    /// Adds a multiple of another function of the same parents.
    fn add(&mut self, factor: f64, other: &Self) {
        self.intercept += factor * other.intercept;
        let pairs = self.coefficients.iter_mut().zip(&other.coefficients);
        pairs.for_each(|(coefficient, other)| *coefficient += factor * other);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// parent1 becomes 2·parent0 + 1, and 0.5·parent2 − 1 is added.
    fn change() -> Change {
        Change {
            replaced: vec![(1, LinearFunction { intercept: 1.0, coefficients: vec![2.0, 0.0, 0.0] })],
            added: Some(LinearFunction { intercept: -1.0, coefficients: vec![0.0, 0.0, 0.5] }),
        }
    }

    #[test]
    fn a_changed_sum_is_a_sum_and_has_the_values_of_the_changed_closure() {
        let linear = LinearFunction { intercept: 0.3, coefficients: vec![1.0, -3.0, 2.0] };
        let folded = change().of(&ParentFunction::Linear(linear.clone()));
        assert!(matches!(folded, ParentFunction::Linear(_)));
        let closed = change().of(&ParentFunction::formula(move |parents| linear.value(parents)));
        for parents in [[1.0, 2.0, 3.0], [-4.0, 0.5, 7.0]] {
            // 0.3 + a − 3·(2a + 1) + 2c + c/2 − 1
            let expected = -3.7 - 5.0 * parents[0] + 2.5 * parents[2];
            assert!((folded.value(&parents) - expected).abs() < 1e-12);
            assert!((closed.value(&parents) - expected).abs() < 1e-12);
        }
    }

    #[test]
    fn where_the_replaced_parent_is_its_sum_a_scale_stays_as_it_was() {
        let log_scale = LinearFunction { intercept: 0.1, coefficients: vec![0.2, 0.3, -0.1] };
        let scale = ScaleFunction::new(log_scale, -5.0, 5.0);
        let changed = change().of_scale(&scale);
        assert!((changed.value(&[1.5, 4.0, 2.0]) / scale.value(&[1.5, 4.0, 2.0]) - 1.0).abs() < 1e-12);
        assert_ne!(changed.value(&[1.5, 0.0, 2.0]), scale.value(&[1.5, 0.0, 2.0]));
    }
}
