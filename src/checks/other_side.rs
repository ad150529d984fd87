//! The side of extremeness: is the target low while high values are asked about, or the other way round?

use super::facts::{Facts, ScoreFacts};
use crate::findings::{Finding, FindingKind};
use crate::score::FeatureMap;
use crate::wording::{chance, significant};

/// By the region that was asked about, the value is no outlier if so many values are as extreme.
const NOT_UNUSUAL: f64 = 0.05;
/// To its own side the value is extreme if no more values than this are as far out.
const FAR_OUT: f64 = 0.02;

pub(super) fn check(facts: &Facts<'_>) -> Option<Finding> {
    let score = facts.score.filter(|_| facts.context.is_empty())?;
    if score.tail_probability <= NOT_UNUSUAL || matches!(score.feature_map, FeatureMap::Custom(_)) {
        return None;
    }
    if facts.wiring.node(facts.target()).levels.is_some() {
        return None;
    }
    let (reference, observed) = (facts.reference(), facts.observed());
    let (below, above) = (reference.cdf(observed), reference.survival(observed));
    let is_low = below < above;
    let far_out = below.min(above);
    // Where that side is asked about, the model is wrong and not the question. A constant is neither high nor low.
    let is_asked =
        matches!((score.feature_map, is_low), (FeatureMap::LowerTail, true) | (FeatureMap::UpperTail, false));
    if far_out > FAR_OUT || is_asked || reference.is_degenerate() {
        return None;
    }
    let target = facts.name(facts.target());
    let (side, word, map, option) = match is_low {
        true => ("low", "lower", "FeatureMap::LowerTail", "--region lower"),
        false => ("high", "upper", "FeatureMap::UpperTail", "--region upper"),
    };
    let evidence = format!(
        "`{target}` = {} is {side}: {}. But {} were asked about, and those have probability {}.",
        significant(observed),
        how_rare(facts, is_low, far_out),
        asked(&score),
        chance(score.tail_probability, score.floor)
    );
    let remedy = format!("The {word} tail seems to be meant: ask about that (`{map}`, `{option}`).");
    Some(Finding::new(FindingKind::OtherSide, [target.to_owned()], evidence, remedy))
}

/// How rare the value is to its own side.
fn how_rare(facts: &Facts<'_>, is_low: bool, probability: f64) -> String {
    let side = if is_low { "low" } else { "high" };
    let node = facts.wiring.node(facts.target());
    let Some(values) = facts.trained(node).map(|trained| trained.values()) else {
        return format!("as {side} a value has probability {}", chance(probability, 0.0));
    };
    let (below, above) = super::facts::ranks(values, facts.observed());
    let rows = values.len();
    match if is_low { below } else { above } {
        0 => format!("none of {rows} training rows is as {side}"),
        1 => format!("1 of {rows} training rows is as {side}"),
        count => format!("{count} of {rows} training rows are as {side}"),
    }
}

fn asked(score: &ScoreFacts<'_>) -> &'static str {
    match score.feature_map {
        FeatureMap::UpperTail => "values at least as high",
        FeatureMap::LowerTail => "values at most as high",
        FeatureMap::ZScore => "values at least as far from the mean, to either side,",
        _ => "values at least as far from the median, to either side,",
    }
}
