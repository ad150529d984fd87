//! A proof in plain words.

use std::fmt::{self, Write};

use crate::report::units::Units;
use crate::verdicts::{Falsifier, Hop, HopVerdict, Likely, PathStatus, Proof};
use crate::wording::{Visible, chance, fixed, grouped, significant};

impl fmt::Display for Proof {
    /// The path and whether it holds, a line for each step, what would have been without the suspect, and what would have to be seen if the
    /// verdict were wrong.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let formatter = &mut Visible(formatter);
        writeln!(formatter, "{}", self.headline())?;
        self.path.iter().try_for_each(|hop| writeln!(formatter, "- {}", self.step(hop)))?;
        if let Some(sentence) = self.without_it(&Units::default()) {
            writeln!(formatter, "{sentence}")?;
        }
        writeln!(formatter, "If `{}` were not the cause:", self.suspect)?;
        self.falsifiers.iter().try_for_each(|falsifier| writeln!(formatter, "- {falsifier}"))
    }
}

impl Proof {
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
        let node = &hop.node;
        let usual = usual(hop);
        let row = self.since(hop).map(|since| format!("; off since {since}")).unwrap_or_default();
        let observed = hop.observed_level.clone().unwrap_or_else(|| significant(hop.observed));
        let p = chance(hop.p_value, self.resolution);
        let expected = expected(hop, &hop.expected);
        match (&hop.parent, &hop.expected_without) {
            (Some(parent), Some(without)) => {
                let without = expected_short(hop, without);
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
        self.rows_before(hop).map(since)
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

/// So many rows before the event, in words.
pub(in crate::report) fn since(rows: usize) -> String {
    match rows {
        0 => "the event".to_owned(),
        1 => "1 row before the event".to_owned(),
        rows => format!("{rows} rows before the event"),
    }
}

/// How many times as much, for people.
pub(in crate::report) fn times(multiple: f64) -> String {
    if multiple < 99.5 { fixed(multiple, 1) } else { grouped(multiple) }
}

fn usual(hop: &Hop) -> String {
    if hop.observed_level.is_some() {
        return format!(" (usually with probability {})", significant(hop.usual.value));
    }
    let times = match hop.multiple {
        Some(multiple) if multiple >= 1.5 => format!(", {} times", times(multiple)),
        _ => String::new(),
    };
    format!(" (usually {}{times})", significant(hop.usual.value))
}

fn expected(hop: &Hop, likely: &Likely) -> String {
    let value = significant(likely.value);
    match (&hop.observed_level, likely.range) {
        (Some(level), _) => format!("`{level}` has probability {value}"),
        (None, Some(range)) => {
            format!("{value} is expected ({} to {})", significant(range.low), significant(range.high))
        }
        (None, None) => format!("{value} is expected, if anything is known of such causes"),
    }
}

fn expected_short(hop: &Hop, likely: &Likely) -> String {
    let value = significant(likely.value);
    if hop.observed_level.is_some() { format!("probability {value}") } else { value }
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
