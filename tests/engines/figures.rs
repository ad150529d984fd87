//! All that is asked of one case, as named figures.

use std::cell::Cell;
use std::ops::ControlFlow;
use std::time::Duration;

use etiology::attribution::Contribution;
use etiology::{Attribution, Attributor};

use super::models::Case;

/// Long enough that no round is left out because of it.
const FOREVER: Duration = Duration::from_secs(1_000_000);

/// Figures by name, in the order in which they are asked for.
#[derive(Default)]
pub(crate) struct Figures(Vec<(String, f64)>);

impl IntoIterator for Figures {
    type Item = (String, f64);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl Figures {
    pub(crate) fn of(case: &Case) -> Self {
        let attributor = case.model.attributor(&case.target, case.config.clone()).unwrap();
        let mut figures = Self::default();
        let attribution = attributor.attribute(&case.event).unwrap();
        figures.add_attribution("attribute", &attribution);
        figures.add_what_if(case, &attributor, &attribution);
        for rounds in case.rounds.clone() {
            figures.add_within(case, &attributor, rounds);
        }
        figures
    }

    fn add(&mut self, name: &str, value: f64) {
        self.0.push((name.to_owned(), value));
    }

    fn add_attribution(&mut self, call: &str, attribution: &Attribution) {
        self.add(&format!("{call}: score"), attribution.score.value);
        self.add(&format!("{call}: score's error"), attribution.score.std_error);
        self.add(&format!("{call}: tail probability"), attribution.score.tail_probability.unwrap_or(-1.0));
        self.add(&format!("{call}: unexplained"), attribution.unexplained.value);
        self.add(&format!("{call}: unexplained's error"), attribution.unexplained.std_error);
        self.add(&format!("{call}: samples"), attribution.samples.map_or(-1.0, |samples| samples as f64));
        self.add(&format!("{call}: permutations"), attribution.permutations.map_or(-1.0, |number| number as f64));
        let reached = attribution.precision_reached.map_or(-1.0, |reached| f64::from(u8::from(reached)));
        self.add(&format!("{call}: precision reached"), reached);
        let mut contributions: Vec<&Contribution> = attribution.contributions.iter().collect();
        contributions.sort_by(|a, b| a.node.cmp(&b.node));
        for contribution in contributions {
            let node = &contribution.node;
            self.add(&format!("{call}: {node}"), contribution.value);
            self.add(&format!("{call}: {node}'s error"), contribution.std_error);
        }
    }

    /// With nobody kept, with all but the culprit, with the culprit alone, and with everybody.
    fn add_what_if(&mut self, case: &Case, attributor: &Attributor, attribution: &Attribution) {
        let culprit = attribution.ranked()[0].node.as_str();
        let mut add = |name: &str, kept: &dyn Fn(&str) -> bool| {
            let found = attributor.what_if(&case.event, kept).unwrap();
            self.add(&format!("what if {name}"), found.value);
            self.add(&format!("what if {name}: error"), found.std_error);
        };
        add("nobody", &|_| false);
        add("all but one", &|node| node != culprit);
        add("one alone", &|node| node == culprit);
        add("everybody", &|_| true);
    }

    /// After so many rounds of estimation, if there are as many, and the configured one only if `proceed` was never refused.
    fn add_within(&mut self, case: &Case, attributor: &Attributor, rounds: usize) {
        let asked = Cell::new(0);
        let proceed = || {
            asked.set(asked.get() + 1);
            if asked.get() < rounds { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        let found = attributor.attribute_within(&case.event, FOREVER, proceed).unwrap();
        let call = format!("within {rounds}");
        self.add(&format!("{call}: complete"), f64::from(u8::from(found.complete)));
        self.add_attribution(&call, &found.attribution);
    }
}
