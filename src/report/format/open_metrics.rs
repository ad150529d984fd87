//! A diagnosis as gauges, in the text format of OpenMetrics 1.0.

use std::fmt::Write;

use super::strength_word;
use crate::findings::Strength;
use crate::report::escape::label;
use crate::verdicts::Diagnosis;

impl Diagnosis {
    /// The diagnosis as gauges in the text format of OpenMetrics 1.0, whose media type is
    /// `application/openmetrics-text; version=1.0.0; charset=utf-8`: the score of the target and the contributions in nats, the combined
    /// ranking between 0 and 1, and how strong the evidence is as a set of states, all with the labels `target` and, where it is of one, `node`.
    /// The text ends with its mark, so it is an exposition of its own.
    ///
    /// ```
    /// # use etiology::{AdditiveNoiseModel, CausalGraph, DiagnosisConfig, KnownFormula, NoiseDistribution, Observation};
    /// # let own_time = NoiseDistribution::normal(0.05, 0.01)?;
    /// # let model = etiology::StructuralCausalModel::new(CausalGraph::from_edges([("db", "api")])?)
    /// #     .with_mechanism("db", NoiseDistribution::normal(0.1, 0.02)?)?
    /// #     .with_mechanism("api", AdditiveNoiseModel::known(KnownFormula::sum(["db"])).with_noise(own_time))?
    /// #     .without_fitting()?;
    /// # let slow = Observation::from_pairs([("db", 0.9), ("api", 0.95)])?;
    /// let text = model.diagnose("api", &slow, &DiagnosisConfig::default())?.to_open_metrics();
    /// assert!(text.starts_with("# TYPE etiology_target_score_nats gauge\n# UNIT etiology_target_score_nats nats\n"));
    /// assert!(text.contains("\netiology_suspect_score{target=\"api\",node=\"db\"} ") && text.ends_with("\n# EOF\n"));
    /// # Ok::<(), etiology::Error>(())
    /// ```
    pub fn to_open_metrics(&self) -> String {
        let target = format!("target=\"{}\"", label(&self.target));
        let of = |node: &str| format!("{target},node=\"{}\"", label(node));
        let contributions = &self.attribution.contributions;
        let mut text = String::new();
        let score = [(target.clone(), self.attribution.score.value)];
        family(&mut text, "etiology_target_score_nats", "How unusual the value of the target is.", score);
        let parts = contributions.iter().map(|part| (of(&part.node), part.value));
        family(&mut text, "etiology_contribution_nats", "The part of the node in the score of the target.", parts);
        let errors = contributions.iter().map(|part| (of(&part.node), part.std_error));
        let of_errors = "The standard error of the part of the node from sampling.";
        family(&mut text, "etiology_contribution_error_nats", of_errors, errors);
        let suspects = self.combined.iter().map(|suspect| (of(&suspect.node), suspect.score));
        let of_suspects = "How suspect the node is according to all evidence together, from 0 to 1.";
        family(&mut text, "etiology_suspect_score", of_suspects, suspects);
        let name = "etiology_evidence";
        let _ = writeln!(
            text,
            "# TYPE {name} stateset\n# HELP {name} How strong the evidence for the most suspect node is."
        );
        for strength in [Strength::Thin, Strength::Contested, Strength::Strong] {
            let word = strength_word(strength);
            let is_it = u8::from(strength == self.strength);
            let _ = writeln!(text, "{name}{{{target},{name}=\"{word}\"}} {is_it}");
        }
        text.push_str("# EOF\n");
        text
    }
}

/// A family of gauges, whose unit is the end of its name where that is nats.
fn family(text: &mut String, name: &str, help: &str, samples: impl IntoIterator<Item = (String, f64)>) {
    // Writing to a string does not fail.
    let _ = writeln!(text, "# TYPE {name} gauge");
    if name.ends_with("_nats") {
        let _ = writeln!(text, "# UNIT {name} nats");
    }
    let _ = writeln!(text, "# HELP {name} {help}");
    for (labels, value) in samples {
        let _ = writeln!(text, "{name}{{{labels}}} {}", number(value));
    }
}

fn number(value: f64) -> String {
    match value {
        f64::INFINITY => "+Inf".to_owned(),
        f64::NEG_INFINITY => "-Inf".to_owned(),
        // With an exponent where it is small; NaN as the format has it.
        other => format!("{other:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_the_format_has_them() {
        let written = [1.5, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1e-20].map(number);
        assert_eq!(written, ["1.5", "NaN", "+Inf", "-Inf", "-1e-20"]);
    }
}
