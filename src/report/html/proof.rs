//! The proof of a verdict: the path, a table of its steps, what would have been, and what would have to be seen if it were wrong.

use super::text::{list_of_markup, sentence, table_of_markup};
use crate::report::escape::markup;
use crate::report::text::times;
use crate::report::units::Units;
use crate::verdicts::{Falsifier, Hop, Likely, Proof};
use crate::wording::{chance, significant, visible_name};

/// All proofs of a diagnosis, one after another.
pub(super) fn proofs(proofs: &[Proof], units: &Units) -> String {
    proofs.iter().map(|found| proof(found, units)).collect()
}

/// One proof, as the content of a section.
fn proof(proof: &Proof, units: &Units) -> String {
    let headline = format!("<p>{}</p>\n", sentence(&proof.headline()));
    let has_since = proof.path.iter().any(|hop| proof.since(hop).is_some());
    let columns = if has_since { 8 } else { 7 };
    let cells = |row: [String; 8]| row.iter().take(columns).map(|cell| markup(cell)).collect::<Vec<_>>();
    let rows: Vec<Vec<String>> = proof.path.iter().map(|hop| cells(row(proof, hop, units))).collect();
    let header = [
        "node",
        "observed",
        "usually",
        "times usual",
        "expected",
        "expected with a normal first",
        "p-value",
        "off since",
    ];
    let header: Vec<String> = header.into_iter().take(columns).map(str::to_owned).collect();
    let caption = format!(
        "Steps of the path, with the range of 90 % in brackets. “Usually”: whatever its causes. “Expected”: by its mechanism, given the values of its causes. P-values \
         are those of the observed value given its causes; below {} they are not told apart",
        significant(proof.resolution)
    );
    let steps = if rows.is_empty() { String::new() } else { table_of_markup("figures", &caption, &header, &rows) };
    let without = proof.without_it(units).map(|text| format!("<p>{}</p>\n", sentence(&text))).unwrap_or_default();
    let falsifiers: Vec<String> = proof.falsifiers_in(units).iter().map(falsifier).collect();
    let question = format!("<p>{}</p>\n", sentence(&format!("If `{}` were not the cause:", proof.suspect)));
    headline + &steps + &without + &question + &list_of_markup("falsifiers", &falsifiers)
}

/// What would be seen, whether it was, and what was seen instead.
fn falsifier(falsifier: &Falsifier) -> String {
    let found = match (falsifier.looked_for, falsifier.found) {
        (true, Some(true)) => "Found, which speaks against it:",
        (true, _) => "Looked for, not found:",
        (false, _) => "Not looked for:",
    };
    format!("{} <strong>{found}</strong> {}.", sentence(&falsifier.statement), sentence(&falsifier.seen))
}

fn row(proof: &Proof, hop: &Hop, units: &Units) -> [String; 8] {
    let is_category = hop.observed_level.is_some();
    let said = |value: f64| units.text(&hop.node, value);
    let likely = |likely: &Likely| match (is_category, likely.range) {
        (true, _) => format!("probability {}", significant(likely.value)),
        (false, Some(range)) => {
            format!("{} ({} to {})", said(likely.value), said(range.low), said(range.high))
        }
        (false, None) => format!("{} (nothing is known there)", said(likely.value)),
    };
    let absent = || "-".to_owned();
    [
        hop.through.iter().chain([&hop.node]).map(|name| visible_name(name)).collect::<Vec<_>>().join(" → "),
        hop.observed_level.clone().unwrap_or_else(|| said(hop.observed)),
        likely(&hop.usual),
        hop.multiple.map_or_else(absent, times),
        likely(&hop.expected),
        hop.expected_without.as_ref().map_or_else(absent, likely),
        chance(hop.p_value, proof.resolution),
        proof.since(hop).unwrap_or_else(absent),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CausalGraph, DiagnosisConfig, KnownFormula, NoiseDistribution, Observation, StructuralCausalModel};

    #[test]
    fn a_proof_on_the_page_has_every_step_and_no_name_becomes_markup() {
        let noise = NoiseDistribution::normal(0.05, 0.01).unwrap();
        let evil = "<b>db</b>";
        let api = crate::AdditiveNoiseModel::known(KnownFormula::sum([evil])).with_noise(noise);
        let model = StructuralCausalModel::new(CausalGraph::from_edges([(evil, "api")]).unwrap())
            .with_mechanism(evil, NoiseDistribution::normal(0.1, 0.02).unwrap())
            .and_then(|model| model.with_mechanism("api", api))
            .unwrap()
            .without_fitting()
            .unwrap();
        let slow = Observation::from_pairs([(evil, 0.9), ("api", 0.95)]).unwrap();
        let found = model.prove("api", evil, &slow, &DiagnosisConfig::default()).unwrap();
        let page = proofs(std::slice::from_ref(&found), &Units::default());
        assert!(!page.contains("<b>") && page.contains("&lt;b&gt;db&lt;/b&gt; → api"), "{page}");
        assert_eq!(page.matches("<tr>").count(), 1 + found.path.len(), "{page}");
        assert_eq!(page.matches("<li>").count(), found.falsifiers.len(), "{page}");
    }
}
