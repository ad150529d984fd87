//! Rows of a system in which somebody acts.

use std::borrow::Cow;

use super::plan::Plan;
use super::request::Intervention;
use crate::data::Dataset;
use crate::error::Result;
use crate::model::{FittedModel, Start, WiredNode, check_rows_to_draw};
use crate::random::{Purpose, stream};

impl FittedModel {
    /// Draws rows of the system under an intervention, one column per node in the order of the graph, categories as text.
    ///
    /// Every node has its own random stream, and the noises are those of [`draw_samples`](Self::draw_samples) with the same
    /// seed: without an intervention the rows are the same to the bit, and rows under two interventions differ by what was done
    /// alone. Costs O(rows · (nodes + edges)).
    ///
    /// # Errors
    /// When `rows` is 0 or above 100 million; when the intervention names a node twice, or one that is not there, or does not
    /// suit a node, such as a number for a category; or when a mechanism or a function returns NaN or an infinity.
    ///
    /// ```
    /// use etiology::intervention::Intervention;
    /// use etiology::{AdditiveNoiseModel, CausalGraph, KnownFormula, NoiseDistribution, StructuralCausalModel};
    ///
    /// let api = AdditiveNoiseModel::known(KnownFormula::sum(["db"])).with_noise(NoiseDistribution::constant(0.2)?);
    /// let model = StructuralCausalModel::new(CausalGraph::from_edges([("db", "api")])?)
    ///     .with_mechanism("db", NoiseDistribution::exponential(0.1)?)?
    ///     .with_mechanism("api", api)?
    ///     .without_fitting()?;
    /// let rows = model.draw_interventional(&Intervention::new().set("db", 0.5), 3, 7)?;
    /// assert_eq!(rows.column("api")?.to_vec(), [0.7, 0.7, 0.7]);
    /// # Ok::<(), etiology::Error>(())
    /// ```
    #[doc(alias = "interventional_samples")]
    pub fn draw_interventional(&self, intervention: &Intervention, rows: usize, seed: u64) -> Result<Dataset> {
        check_rows_to_draw(rows)?;
        let Plan { wiring, alterations, .. } = Plan::of(self, intervention)?;
        let draw = |_, node: &WiredNode, noise: &mut [f64]| {
            let generator = &mut stream(seed, Purpose::ModelDraws, node.position as u64);
            node.mechanism.noise().sample_into(generator, noise);
        };
        let columns = wiring.altered_columns(rows, &alterations, |_| Start::Noise, draw)?;
        let columns = wiring.by_position(columns.into_iter().map(Cow::into_owned).collect());
        Dataset::from_columns(self.graph().nodes().zip(columns))?.decoded(&self.all_levels())
    }
}
