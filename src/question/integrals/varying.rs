//! A target as a function of some of its noises, all others being at their medians.

use super::moments::finite_variance;
use crate::error::Result;
use crate::mechanism::check_finite;
use crate::target::Target;

/// A target of which only some noises vary.
#[derive(Debug)]
pub(crate) struct Varying<'t> {
    target: &'t Target,
    /// For each node whether its own noise varies, and whether its value does.
    noise_varies: Vec<bool>,
    value_varies: Vec<bool>,
    medians: Vec<f64>,
    values: Vec<f64>,
}

/// Columns of all nodes' values.
#[derive(Debug)]
pub(crate) struct Columns {
    values: Vec<Vec<f64>>,
    noise: Vec<f64>,
}

impl Columns {
    /// The values of a node.
    pub(crate) fn of(&self, node: usize) -> &[f64] {
        &self.values[node]
    }
}

impl<'t> Varying<'t> {
    /// With the noises of these nodes varying.
    ///
    /// # Errors
    /// When a mechanism is not finite where all noises are at their medians.
    pub(crate) fn new(target: &'t Target, nodes: &[usize]) -> Result<Self> {
        let wiring = target.wiring();
        let medians: Vec<f64> = wiring.nodes().iter().map(|node| node.mechanism.noise().median()).collect();
        let values = wiring.forward(&medians, |_| None);
        wiring.nodes().iter().zip(&values).try_for_each(|(node, &value)| check_finite(&node.name, &[value]))?;
        let mut noise_varies = vec![false; values.len()];
        nodes.iter().for_each(|&node| noise_varies[node] = true);
        let mut value_varies = noise_varies.clone();
        for (number, node) in wiring.nodes().iter().enumerate() {
            value_varies[number] |= node.parents.iter().any(|&parent| value_varies[parent]);
        }
        Ok(Self { target, noise_varies, value_varies, medians, values })
    }

    /// # Errors
    /// When the variance of a noise that varies is not finite: no number of draws would show it.
    pub(crate) fn check_variances(&self) -> Result<()> {
        let mut nodes = (0..self.medians.len()).filter(|&node| self.noise_varies[node]);
        nodes.try_for_each(|node| finite_variance(self.target, node).map(drop))
    }

    pub(crate) fn target(&self) -> &'t Target {
        self.target
    }

    /// Whether the noise of a node varies.
    pub(crate) fn varies(&self, node: usize) -> bool {
        self.noise_varies[node]
    }

    /// The median of a node's noise.
    pub(crate) fn median(&self, node: usize) -> f64 {
        self.medians[node]
    }

    /// Columns for so many rows.
    pub(crate) fn columns(&self, rows: usize) -> Columns {
        Columns { values: self.values.iter().map(|&value| vec![value; rows]).collect(), noise: vec![0.0; rows] }
    }

    /// Fills the columns of all nodes up to the given one, given what fills a column with the noise of a node that varies.
    ///
    /// # Errors
    /// When a mechanism returns NaN or an infinity.
    pub(crate) fn fill(
        &self,
        columns: &mut Columns,
        last: usize,
        mut fill_noise: impl FnMut(usize, &mut [f64]),
    ) -> Result<()> {
        let nodes = self.target.nodes().iter().enumerate().take(last + 1);
        for (number, node) in nodes.filter(|&(number, _)| self.value_varies[number]) {
            if self.noise_varies[number] {
                fill_noise(number, &mut columns.noise);
            } else {
                columns.noise.fill(self.medians[number]);
            }
            let (before, from_here) = columns.values.split_at_mut(number);
            let parents: Vec<&[f64]> = node.parents.iter().map(|&parent| before[parent].as_slice()).collect();
            node.mechanism.fill(&node.name, &parents, &columns.noise, &mut from_here[0])?;
        }
        Ok(())
    }
}
