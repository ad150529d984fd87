//! A summary in sentences. Names stand in backticks.

use super::result::{CauseSummary, StandOut, Summary};
use crate::question::attribution::Quantity;
use crate::wording::{fixed, grouped, p_value, sum_in_words, visible_name};

impl Summary {
    /// What happened, in a sentence or two: the first cause of most events, what it contributed, and what was at stake.
    pub fn headline(&self) -> String {
        let (answered, called) = (self.answered(), visible_name(&self.events_called));
        let all = grouped(answered as f64);
        if answered == 0 {
            return format!("Of {} {called} none has an answer.", grouped(self.events as f64));
        }
        let Some(cause) = self.causes.first().filter(|cause| cause.first > 0) else {
            return format!("No node explains any of {all} {called}.");
        };
        let (node, counted) = (cause.name(), self.counted(cause.first));
        let contributed = match self.quantity {
            Quantity::ItScore => cause
                .value_share
                .map_or_else(String::new, |share| format!(" It contributed {} of all {}.", per_cent(share), self.unit)),
            Quantity::MeanDeviation => format!(
                " It contributed {} of {} in all.",
                sum_in_words(cause.value, ""),
                sum_in_words(self.value, &visible_name(&self.unit))
            ),
        };
        let at_stake = cause.amount.zip(self.amount).map_or_else(String::new, |(own, all)| {
            let all = sum_in_words(all, &visible_name(&self.amount_unit));
            format!(" Where it is first, {} were at stake, of {all}.", sum_in_words(own, ""))
        });
        format!("Of {all} {called}, `{node}` is the first cause of {counted}.{contributed}{at_stake}")
    }

    /// How sure that is, a sentence each: which firsts errors leave open, what no node explains, and which events have no answer.
    pub fn doubts(&self) -> Vec<String> {
        let called = visible_name(&self.events_called);
        let mut doubts = Vec::new();
        let first = self.causes.first().filter(|cause| cause.fewest() < cause.most());
        if self.contested > 0 {
            let range = first.map_or_else(String::new, |cause| {
                let (fewest, most) = (grouped(cause.fewest() as f64), grouped(cause.most() as f64));
                format!(": `{}` is first of {fewest} to {most}", cause.name())
            });
            doubts.push(format!(
                "{} are contested, as the stated errors leave open which of two causes is first{range}.",
                self.counted(self.contested)
            ));
        } else if self.answered() > 0 {
            doubts.push(
                "No first cause is left open by the stated errors, which do not cover the fit of the model.".to_owned(),
            );
        }
        if self.unexplained.first > 0 {
            doubts.push(format!("{} are explained by no node.", self.counted(self.unexplained.first)));
        }
        if self.failed > 0 {
            let (failed, events) = (grouped(self.failed as f64), grouped(self.events as f64));
            let amount = self.failed_amount.filter(|&amount| amount != 0.0).map_or_else(String::new, |amount| {
                format!(", with {} at stake", sum_in_words(amount, &visible_name(&self.amount_unit)))
            });
            doubts
                .push(format!("{failed} of {events} {called} have no answer{amount}, and are in no figure but this."));
        }
        doubts
    }

    /// A number of events with its share of those with an answer.
    fn counted(&self, events: u64) -> String {
        format!("{} ({})", grouped(events as f64), per_cent(events as f64 / self.answered() as f64))
    }
}

impl CauseSummary {
    /// The node for people; what no node explains in brackets.
    pub(crate) fn name(&self) -> String {
        name_of(self.node.as_deref())
    }
}

/// A node for people; what no node explains in brackets.
pub(crate) fn name_of(node: Option<&str>) -> String {
    node.map_or_else(|| "(no node)".to_owned(), visible_name)
}

/// A level for people; what has none in brackets.
pub(crate) fn level_name(level: Option<&str>) -> String {
    level.map_or_else(|| "(none)".to_owned(), visible_name)
}

/// A share in per cent, never 0 or 100 where it is neither.
pub(crate) fn per_cent(share: f64) -> String {
    let percent = 100.0 * share;
    match percent {
        _ if percent > 0.0 && percent < 0.1 => "< 0.1 %".to_owned(),
        _ if percent > 99.9 && percent < 100.0 => "> 99.9 %".to_owned(),
        _ if percent == 0.0 || percent == 100.0 || (9.95..99.5).contains(&percent.abs()) => {
            format!("{} %", fixed(percent, 0))
        }
        _ => format!("{} %", fixed(percent, 1)),
    }
}

impl std::fmt::Display for StandOut {
    /// A sentence.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (column, level) = (visible_name(&self.column), level_name(self.level.as_deref()));
        let what = self.node.as_deref().map_or_else(
            || "no node explains".to_owned(),
            |node| format!("`{}` is the first cause of", visible_name(node)),
        );
        let times = self.lift.map_or_else(String::new, |lift| format!(", {} times as often", fixed(lift, 1)));
        let (low, high) = self.share_interval;
        write!(
            formatter,
            "Where `{column}` is `{level}`, {what} {} of {} events ({}, 95 % interval {} to {}), elsewhere {}{times}; p {}.",
            grouped(self.first as f64),
            grouped(self.events as f64),
            per_cent(self.share),
            per_cent(low),
            per_cent(high),
            per_cent(self.share_elsewhere),
            // Far below, it may be too small for an `f64`.
            if self.p_value < 5e-4 { "< 0.001".to_owned() } else { format!("= {}", p_value(self.p_value)) },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_share_is_shown_as_none_or_all() {
        let shown = [0.0, 1e-6, 0.0123, 0.41234, 0.9949, 0.9961, 0.99999, 1.0, -0.3].map(per_cent);
        assert_eq!(shown, ["0 %", "< 0.1 %", "1.2 %", "41 %", "99 %", "99.6 %", "> 99.9 %", "100 %", "-30 %"]);
    }
}
