//! Categories with causes: y = F⁻¹(U | parents).

use std::sync::Arc;

use super::fit::{Fit, Kind, NodeData, TakenParents};
use super::noise_model::NoiseModel;
use crate::data::{Levels, place};
use crate::error::{Error, Result};
use crate::mechanism::category::{Encoding, Encodings};
use crate::mechanism::classes::{ClassFunction, Probabilities, Shares, Softmax};
use crate::mechanism::fitted::Form;
use crate::mechanism::function::Columns;
use crate::mechanism::learn::{columns_of, fit_scores};
use crate::noise::NoiseDistribution;

/// The penalty of logistic regression unless another is asked for.
const RIDGE: f64 = 1e-3;
/// A parent with more levels has a score of each class instead of indicators, shrunken by so many rows towards the average.
const MOST_INDICATED: usize = 20;
const ROWS_OF_AVERAGE: f64 = 10.0;
/// Tables with more entries than this hold too few rows each, whatever the data.
pub(in crate::mechanism) const MOST_ENTRIES: usize = 1 << 20;

/// A category as a class of its parents: how likely every class is, learned from data, and a uniform noise that decides.
///
/// ```text
/// y = F⁻¹(U | parents),  U uniform on (0, 1)
/// ```
///
/// F adds up the probabilities of the classes in the order of their names. A class tells its noise to an interval, so what rests on it
/// is an average over that interval; with more than two classes some of it depends on their order, which the data do not say.
///
/// By [`shares`](Self::shares), of the rows with the same parents, where all parents are categories; by
/// [`logistic`](Self::logistic) regression for any parents.
#[derive(Debug, Clone)]
#[doc(alias = "ClassifierFCM")]
#[doc(alias = "create_logistic_regression_classifier")]
pub struct ClassifierModel {
    method: Method,
    noise: NoiseModel,
}

#[derive(Debug, Clone, Copy)]
enum Method {
    Shares,
    Logistic { ridge: f64 },
}

impl ClassifierModel {
    /// The shares of the classes among the training rows with the same levels of all parents, which must be categories. They are
    /// shrunken towards the shares among all rows by one row: (n_k + p_k)/(n + 1). For a level that training did not have the rows of
    /// all levels of that parent count.
    ///
    /// # Errors
    /// None here; [`fit`](crate::StructuralCausalModel::fit) fails where a parent is a number.
    pub fn shares() -> Self {
        Self::by(Method::Shares)
    }

    /// Multinomial logistic regression on the parents, standardised, and indicators of their levels, with a penalty of 0.0005 on the
    /// squares of coefficients. A parent with more than 20 levels has a column for each class instead: by how much ln P(class) is above
    /// the average in the level, shrunken by 10 rows.
    pub fn logistic() -> Self {
        Self::by(Method::Logistic { ridge: RIDGE })
    }

    /// [`logistic`](Self::logistic) with the penalty λ/2 · Σ w² on coefficients of standardised parents, beside the mean of ln P(class).
    ///
    /// # Errors
    /// When λ is not positive and finite.
    pub fn logistic_with_ridge(ridge: f64) -> Result<Self> {
        if ridge > 0.0 && ridge.is_finite() {
            return Ok(Self::by(Method::Logistic { ridge }));
        }
        let (name, requirement) = ("the ridge penalty of a classifier", "positive and finite");
        Err(Error::InvalidParameter { name, requirement, found: ridge.to_string() })
    }

    fn by(method: Method) -> Self {
        let uniform = NoiseDistribution::uniform(0.0, 1.0).unwrap_or_else(|_| unreachable!("0 is below 1"));
        Self { method, noise: NoiseModel::Known(uniform) }
    }
}

impl Kind for ClassifierModel {
    fn description(&self) -> &'static str {
        match self.method {
            Method::Shares => "a classifier by shares of rows",
            Method::Logistic { .. } => "a classifier by logistic regression",
        }
    }

    fn parents(&self) -> TakenParents<'_> {
        TakenParents::AllOfNode
    }

    fn noise(&self) -> &NoiseModel {
        &self.noise
    }

    fn fit(&self, node: &str, data: Option<&NodeData<'_>>) -> Result<Fit> {
        let data = self.needed(node, data)?;
        let mismatch = |found: String| Error::MechanismMismatch {
            node: node.to_owned(),
            expected: format!("is {}", self.description()),
            found,
        };
        let Some(levels) = data.levels else {
            return Err(mismatch("the node is no category: its column holds numbers".to_owned()));
        };
        let probabilities = match self.method {
            Method::Shares => {
                let parents: Option<Vec<usize>> =
                    data.parent_levels.iter().map(|levels| levels.as_ref().map(|levels| levels.len())).collect();
                let Some(parents) = parents else {
                    return Err(mismatch("a parent is a number: take logistic regression".to_owned()));
                };
                let entries = parents.iter().fold(levels.len(), |product, levels| product.saturating_mul(levels + 1));
                if entries > MOST_ENTRIES {
                    return Err(mismatch(format!(
                        "its parents have {entries} combinations with its classes: take logistic regression"
                    )));
                }
                let columns = Columns::of(data.parents);
                Probabilities::Shares(Shares::of_rows(parents, levels.len(), &columns.slices(), &data.values.to_vec())?)
            }
            Method::Logistic { ridge } => Probabilities::Softmax(logistic(data, levels, ridge)?),
        };
        Ok(Fit::form(Form::Classes(ClassFunction::new(levels.clone(), probabilities))))
    }
}

/// For every class and every level of a parent by how much ln P(class) is above that of all rows: ln of (n_k + 10 p_k)/(n + 10) over p_k.
fn level_scores(parent: impl Iterator<Item = f64>, levels: usize, codes: &[usize], classes: usize) -> Vec<Vec<f64>> {
    let mut counts = vec![vec![0.0; levels]; classes];
    let mut of_levels = vec![0.0; levels];
    for (level, &code) in parent.zip(codes) {
        let level = place(level).min(levels - 1);
        counts[code][level] += 1.0;
        of_levels[level] += 1.0;
    }
    let rows = codes.len() as f64;
    for class in &mut counts {
        let share = (class.iter().sum::<f64>() + 1.0 / classes as f64) / (rows + 1.0);
        for (count, of_level) in class.iter_mut().zip(&of_levels) {
            *count = ((*count + ROWS_OF_AVERAGE * share) / ((of_level + ROWS_OF_AVERAGE) * share)).ln();
        }
    }
    counts
}

fn logistic(data: &NodeData<'_>, levels: &Levels, ridge: f64) -> Result<Softmax> {
    let codes: Vec<usize> = data.values.iter().map(|&value| place(value).min(levels.len() - 1)).collect();
    let classes = levels.len();
    let encoding = |(column, levels): (usize, &Option<Arc<Levels>>)| match levels {
        None => Encoding::Number,
        Some(levels) if levels.len() > MOST_INDICATED => Encoding::Scores {
            levels: Levels::clone(levels),
            scores: level_scores(data.parents.column(column).iter().copied(), levels.len(), &codes, classes),
        },
        Some(levels) => Encoding::indicators(levels, data.parents.column(column).iter().copied()),
    };
    let encodings = Encodings::new(data.parent_levels.iter().enumerate().map(encoding).collect());
    let columns = columns_of(&encodings, data.parents);
    Softmax::new(encodings, fit_scores(columns.view(), &codes, levels.len(), ridge))
}
