//! The causes by count, by what they contributed, and by what was at stake.

use crate::numeric::ranks::sort_by;
use crate::question::attribution::Quantity;
use crate::report::escape::markup;
use crate::report::html::bars::{Bar, INTERVAL, chart, least_of};
use crate::report::html::text::table_of_markup;
use crate::summary::{CauseSummary, Summary, per_cent};
use crate::wording::{grouped, sum};

/// Most causes in the table.
const MOST_ROWS: usize = 100;

pub(super) fn causes(summary: &Summary) -> String {
    let by_count = chart(
        "by-count",
        &bars(
            summary,
            |cause| Some((cause.first as f64, cause.fewest() as f64, cause.most() as f64)),
            |first| format!("{} ({})", grouped(first), per_cent(first / (summary.answered().max(1)) as f64)),
        ),
        0.0,
        "Events by their first cause",
        "Events by their first cause. Thin lines with ends reach over what the stated errors leave open.",
    );
    let unit = summary.unit_or("the target's unit");
    let by_value = chart(
        "by-value",
        &bars(
            summary,
            |cause| {
                let half = INTERVAL * cause.std_error;
                Some((cause.value, cause.value - half, cause.value + half))
            },
            sum,
        ),
        least_of(summary.quantity),
        "What each contributed to all events",
        &format!(
            "What each contributed to all events, in {}; below 0 faint, with a dashed border. Thin lines with ends are at least 95 % intervals of the \
             computation, as if the errors of all events went together; they do not cover the fit of the model.",
            markup(&unit)
        ),
    );
    let by_amount = match summary.amount {
        Some(_) => chart(
            "by-amount",
            &bars(summary, |cause| cause.amount.map(|amount| (amount, amount, amount)), sum),
            least_of(Quantity::MeanDeviation),
            "What was at stake by first cause",
            &format!("What was at stake where each is first: {}.", markup(&summary.at_stake())),
        ),
        None => String::new(),
    };
    by_count + &by_value + &by_amount + &table(summary)
}

/// A bar for each cause with its ends, the longest first.
fn bars(
    summary: &Summary,
    figures: impl Fn(&CauseSummary) -> Option<(f64, f64, f64)>,
    label: impl Fn(f64) -> String,
) -> Vec<Bar> {
    let bar = |cause: &CauseSummary| {
        let (value, low, high) = figures(cause)?;
        Some(Bar { name: cause.name(), value, label: label(value), ends: (low, high) })
    };
    let mut bars: Vec<Bar> = summary.causes.iter().chain([&summary.unexplained]).filter_map(bar).collect();
    sort_by(&mut bars, &|a, b| b.value.abs().total_cmp(&a.value.abs()));
    bars
}

fn table(summary: &Summary) -> String {
    let has_amounts = summary.amount.is_some();
    let unit = summary.unit_or("contribution");
    let mut header = ["cause", "first of", "share", "contested", &unit, "share"].map(str::to_owned).to_vec();
    if has_amounts {
        header.extend([summary.at_stake(), "share".to_owned()]);
    }
    let row = |cause: &CauseSummary| {
        let or_nothing = |share: Option<f64>| share.map_or_else(|| "-".to_owned(), per_cent);
        let (low, high) = cause.share_interval;
        let mut row = vec![
            cause.name(),
            grouped(cause.first as f64),
            format!("{} ({} to {})", per_cent(cause.share), per_cent(low), per_cent(high)),
            grouped(cause.contested_first as f64),
            sum(cause.value),
            or_nothing(cause.value_share),
        ];
        if has_amounts {
            row.extend([cause.amount.map_or_else(|| "-".to_owned(), sum), or_nothing(cause.amount_share)]);
        }
        row.iter().map(|cell| markup(cell)).collect()
    };
    let rows: Vec<Vec<String>> = summary.causes.iter().take(MOST_ROWS).chain([&summary.unexplained]).map(row).collect();
    let rest = match summary.causes.len().saturating_sub(MOST_ROWS) {
        0 => String::new(),
        rest => format!("; {rest} more are in the CSV"),
    };
    let caption = format!(
        "All causes. Shares of events have the 95 % interval of their probability, if these events are independent draws of what will come{rest}"
    );
    table_of_markup("figures", &caption, &header, &rows)
}
