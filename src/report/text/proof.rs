//! A proof in plain words.

use std::fmt::{self, Write};

use crate::report::units::Units;
use crate::verdicts::{Falsifier, FalsifierKind, Hop, HopVerdict, Likely, PathStatus, Proof};
use crate::wording::{Visible, chance, fixed, grouped, significant, visible_name};

impl fmt::Display for Proof {
    /// The path and whether it holds, a line for each step, what would have been without the suspect, and what would have to be seen if the
    /// verdict were wrong.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (formatter, units) = (&mut Visible(formatter), &Units::default());
        write!(formatter, "{}", self.steps_in(units))?;
        write!(formatter, "{}", self.otherwise_in(units))
    }
}

impl Proof {
    /// The path and whether it holds, and a line for each step, with figures in their units.
    pub(super) fn steps_in(&self, units: &Units) -> String {
        let steps = self.path.iter().map(|hop| format!("- {}\n", self.step_in(hop, units)));
        format!("{}\n", self.headline()) + &steps.collect::<String>()
    }

    /// What would have been without the suspect, and what would have to be seen if the verdict were wrong, in lines.
    pub(super) fn otherwise_in(&self, units: &Units) -> String {
        let without = self.without_it(units).map_or_else(String::new, |sentence| format!("{sentence}\n"));
        let falsifiers: String = self.falsifiers_in(units).iter().map(|falsifier| format!("- {falsifier}\n")).collect();
        format!("{without}If `{}` were not the cause:\n{falsifiers}", self.suspect)
    }

    /// What would have to be seen if the verdict were wrong, with values of nodes in their units.
    pub(in crate::report) fn falsifiers_in(&self, units: &Units) -> Vec<Falsifier> {
        let mut all = self.falsifiers.clone();
        for falsifier in &mut all {
            let (node, figure) = match falsifier.kind {
                FalsifierKind::TargetUnusualWithout => (&self.target, "expected"),
                FalsifierKind::OnlyTheRecord => (&self.suspect, "follows"),
                _ => continue,
            };
            if let (Some(&value), Some(_)) = (falsifier.evidence.get(figure), units.of(node)) {
                falsifier.seen = falsifier.seen.replacen(&significant(value), &units.text(node, value), 1);
            }
        }
        all
    }

    /// The path, and whether it holds, in a line.
    pub fn headline(&self) -> String {
        let path = self.path_in_words();
        match &self.status {
            PathStatus::Verified if self.path.len() == 1 => format!("Proof: {path} itself is off."),
            PathStatus::Verified => format!("Proof: {path}, every step tested{}.", self.share_of_paths()),
            PathStatus::Partly { reason } => format!("Path, shown in part: {path}{}. {reason}", self.share_of_paths()),
            PathStatus::None { reason } => {
                format!("No path from `{}` to `{}` is shown. {reason}", self.suspect, self.target)
            }
        }
    }

    /// How much went along the path, where another one carried some of it.
    fn share_of_paths(&self) -> String {
        match self.carried.map(|carried| 100.0 * carried) {
            Some(share) if share < 99.5 => format!("; {share:.0} % of what `{}` did went this way", self.suspect),
            _ => String::new(),
        }
    }

    /// One step in a line: what was seen, what the mechanism expects given the node before, and how likely that is.
    pub fn step(&self, hop: &Hop) -> String {
        self.step_in(hop, &Units::default())
    }

    fn step_in(&self, hop: &Hop, units: &Units) -> String {
        let node = &hop.node;
        let usual = usual(hop, units);
        let row = self.since(hop).map(|since| format!("; off since {since}")).unwrap_or_default();
        let observed = hop.observed_level.clone().unwrap_or_else(|| units.text(node, hop.observed));
        let p = chance(hop.p_value, self.resolution);
        let expected = expected(hop, &hop.expected, units);
        match (&hop.parent, &hop.expected_without) {
            (Some(parent), Some(without)) => {
                let without = expected_short(hop, without, units);
                let how = match hop.verdict {
                    HopVerdict::Explained => "which explains it",
                    HopVerdict::OnlyPartly => "which explains it in part",
                    HopVerdict::NotExplained => "which does not explain it",
                };
                let through = match hop.through.as_slice() {
                    [] => String::new(),
                    some => format!(", through {} without a value", some.join(" and ")),
                };
                format!(
                    "`{node}` = {observed}{usual}: with `{parent}` as it was{through}, {expected}, {how} (p = {p}); with a normal `{}`, {without}{row}.",
                    self.suspect
                )
            }
            _ if hop.verdict == HopVerdict::NotExplained => {
                format!("`{node}` = {observed}{usual}, off by itself: {expected} (p = {p}){row}.")
            }
            _ => format!("`{node}` = {observed}{usual}: {expected}, so it follows from its causes (p = {p}){row}."),
        }
    }

    /// Since when a node is off, in words; nothing where no rows before the event show it.
    pub(in crate::report) fn since(&self, hop: &Hop) -> Option<String> {
        let time = hop.first_time.as_deref().map(visible_name);
        self.rows_before(hop).map(|rows| since(rows, time.as_deref()))
    }

    /// For how many rows before the event a node is off.
    pub(in crate::report) fn rows_before(&self, hop: &Hop) -> Option<usize> {
        self.recent_rows?.checked_sub(hop.first_row?)
    }

    /// What would have become of the target without the suspect, in a sentence.
    pub(in crate::report) fn without_it(&self, units: &Units) -> Option<String> {
        let counterfactual = self.counterfactual.as_ref()?;
        let (suspect, target) = (&self.suspect, &self.target);
        Some(match &counterfactual.observed_level {
            Some(level) => {
                format!(
                    "With `{suspect}` normal, `{target}` would have been `{level}` with probability {}.",
                    significant(counterfactual.expected)
                )
            }
            None => format!(
                "With `{suspect}` normal, `{target}` would have been {} instead of {}.",
                units.text(target, counterfactual.expected),
                units.text(target, counterfactual.observed)
            ),
        })
    }
}

/// So many rows before the event, in words, and when that was, where it is known.
fn since(rows: usize, time: Option<&str>) -> String {
    let rows = match rows {
        0 => return "the event".to_owned(),
        1 => "1 row before the event".to_owned(),
        rows => format!("{rows} rows before the event"),
    };
    time.map_or_else(|| rows.clone(), |time| format!("{time}, {rows}"))
}

/// How many times as much, for people.
pub(in crate::report) fn times(multiple: f64) -> String {
    if multiple < 99.5 { fixed(multiple, 1) } else { grouped(multiple) }
}

fn usual(hop: &Hop, units: &Units) -> String {
    if hop.observed_level.is_some() {
        return format!(" (usually with probability {})", significant(hop.usual.value));
    }
    let times = match hop.multiple {
        Some(multiple) if multiple >= 1.5 => format!(", {} times", times(multiple)),
        _ => String::new(),
    };
    format!(" (usually {}{times})", units.text(&hop.node, hop.usual.value))
}

fn expected(hop: &Hop, likely: &Likely, units: &Units) -> String {
    let said = expected_value(hop, likely, units);
    match (&hop.observed_level, likely.range) {
        (Some(level), _) => format!("`{level}` has probability {said}"),
        (None, Some(range)) => {
            let [low, high] = [range.low, range.high].map(|value| units.text(&hop.node, value));
            format!("{said} is expected ({low} to {high})")
        }
        (None, None) => format!("{said} is expected, if anything is known of such causes"),
    }
}

fn expected_short(hop: &Hop, likely: &Likely, units: &Units) -> String {
    let said = expected_value(hop, likely, units);
    if hop.observed_level.is_some() { format!("probability {said}") } else { said }
}

/// A value in its unit, or the probability of the level that was observed.
fn expected_value(hop: &Hop, likely: &Likely, units: &Units) -> String {
    if hop.observed_level.is_some() { significant(likely.value) } else { units.text(&hop.node, likely.value) }
}

impl fmt::Display for Falsifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let formatter = &mut Visible(formatter);
        let found = match (self.looked_for, self.found) {
            (true, Some(true)) => "FOUND",
            (true, _) => "looked for, not found",
            (false, _) => "not looked for",
        };
        write!(formatter, "{} {found}: {}.", self.statement, self.seen)
    }
}
