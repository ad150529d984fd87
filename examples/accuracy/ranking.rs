//! Rankings of services, and the chances that the root causes are among the first.

use std::collections::BTreeMap;

/// The service that a node is a metric of: its name before the bar; the node itself, if there is none.
pub(crate) fn service(node: &str) -> &str {
    node.split_once('|').map_or(node, |(service, _)| service)
}

/// What one method makes of the services: the larger, the more suspect.
pub(crate) struct Ranking {
    pub(crate) method: String,
    scores: BTreeMap<String, f64>,
}

/// How well a ranking did in one case.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Chances {
    /// That the first one is a root cause.
    pub(crate) first: f64,
    /// That one of the first three is.
    pub(crate) any_of_three: f64,
    /// The expected share of the root causes that are among the first so many as there are.
    pub(crate) of_as_many: f64,
    /// The expected share of the root causes that are among the first three.
    pub(crate) of_three: f64,
}

impl Ranking {
    /// A service's score is the largest of its metrics'.
    pub(crate) fn new(method: impl Into<String>, scores: impl IntoIterator<Item = (String, f64)>) -> Self {
        let mut services = BTreeMap::new();
        for (node, score) in scores {
            let best = services.entry(service(&node).to_owned()).or_insert(score);
            *best = score.max(*best);
        }
        Self { method: method.into(), scores: services }
    }

    /// The most suspect, the first by name of equal ones.
    pub(crate) fn named(&self) -> Option<&str> {
        let most = self.scores.values().copied().fold(f64::NEG_INFINITY, f64::max);
        self.scores.iter().find(|(_, score)| **score == most).map(|(name, _)| name.as_str())
    }

    /// Equal scores are put in random order.
    pub(crate) fn chances(&self, root_causes: &[String]) -> Chances {
        let mut causes: Vec<&str> = root_causes.iter().map(|cause| service(cause)).collect();
        causes.sort_unstable();
        causes.dedup();
        Chances {
            first: self.any_within(&causes, 1),
            any_of_three: self.any_within(&causes, 3),
            of_as_many: self.share_within(&causes, causes.len()),
            of_three: self.share_within(&causes, 3),
        }
    }

    fn share_within(&self, causes: &[&str], places: usize) -> f64 {
        let chance = |cause: &&str| {
            let Some(score) = self.scores.get(*cause) else { return 0.0 };
            let before = self.scores.values().filter(|other| *other > score).count();
            let equal = self.scores.values().filter(|other| *other == score).count();
            (places.saturating_sub(before) as f64 / equal as f64).min(1.0)
        };
        causes.iter().map(chance).sum::<f64>() / causes.len() as f64
    }

    /// Of a group of equal ones only as many are drawn as there are places left.
    fn any_within(&self, causes: &[&str], places: usize) -> f64 {
        let best = causes.iter().filter_map(|cause| self.scores.get(*cause)).copied().fold(f64::NAN, f64::max);
        let before = self.scores.values().filter(|score| **score > best).count();
        let equal = self.scores.values().filter(|score| **score == best).count();
        let left = places.saturating_sub(before).min(equal);
        let right = causes.iter().filter(|cause| self.scores.get(**cause) == Some(&best)).count();
        let mut none = 1.0;
        for drawn in 0..left {
            none *= (equal - right).saturating_sub(drawn) as f64 / (equal - drawn) as f64;
        }
        1.0 - none
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranking(scores: &[(&str, f64)]) -> Ranking {
        Ranking::new("method", scores.iter().map(|&(node, score)| (node.to_owned(), score)))
    }

    #[test]
    fn a_service_counts_by_its_largest_metric() {
        let ranking = ranking(&[("a|load", 1.0), ("b|latency", 2.0), ("a|latency", 3.0)]);
        assert_eq!(ranking.named(), Some("a"));
        assert_eq!(ranking.chances(&["a".to_owned()]).first, 1.0);
        assert_eq!(ranking.chances(&["b|load".to_owned()]).any_of_three, 1.0);
    }

    #[test]
    fn ties_count_by_expectation() {
        let tied = ranking(&[("a", 2.0), ("b", 1.0), ("c", 1.0), ("d", 1.0), ("e", 1.0)]);
        let chances = tied.chances(&["b".to_owned(), "c".to_owned()]);
        assert_eq!(chances.first, 0.0);
        // Two of four equal ones are drawn: neither of the two causes with 2/4 · 1/3.
        assert!((chances.any_of_three - 5.0 / 6.0).abs() < 1e-12);
        assert!((chances.of_three - 0.5).abs() < 1e-12);
        assert!((chances.of_as_many - 0.25).abs() < 1e-12);
    }

    #[test]
    fn who_is_not_ranked_is_not_found() {
        let chances = ranking(&[("a", 1.0)]).chances(&["hidden".to_owned()]);
        assert_eq!(chances, Chances { first: 0.0, any_of_three: 0.0, of_as_many: 0.0, of_three: 0.0 });
    }
}
