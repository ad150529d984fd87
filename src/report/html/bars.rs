//! The contributions as bars with error bars.

use super::tables::percent_of;
use super::text::percent;
use crate::bootstrap::BootstrapIntervals;
use crate::numeric::ranks::sort_by;
use crate::question::attribution::{Attribution, Contribution, Quantity};
use crate::report::drawing::{shown_value, signed_amount};
use crate::report::escape::markup;
use crate::wording::{shortened, visible_name};

/// Most bars; the table has all nodes.
const MOST_BARS: usize = 20;
/// Half the length of a 95 % interval, in standard errors.
pub(super) const INTERVAL: f64 = 1.96;
/// The height of a bar with its label, in pixels.
const ROW: usize = 44;
/// Columns of text for a name above its bar, on a narrow screen.
const COLUMNS: usize = 30;

/// A bar with its error bar.
pub(super) struct Bar {
    pub(super) name: String,
    pub(super) value: f64,
    /// The value for people.
    pub(super) label: String,
    /// The ends of its interval.
    pub(super) ends: (f64, f64),
}

/// These contributions to an attribution. Their error bars are the given intervals, or those of the computation.
pub(super) fn bar_chart(
    attribution: &Attribution,
    parts: &[&Contribution],
    intervals: Option<&BootstrapIntervals>,
) -> String {
    let meaning = match attribution.quantity {
        Quantity::ItScore => {
            "In nats: above 0 made the event more extreme, below 0 (faint, with a dashed border) less so."
        }
        Quantity::MeanDeviation => "In the target's unit; below 0 faint, with a dashed border.",
    };
    let title = format!("Contributions to `{}`, the suspect first", attribution.target);
    chart(
        "bars",
        &bars(attribution, parts, intervals),
        least_of(attribution.quantity),
        &title,
        &format!("{meaning} {}", meaning_of_lines(intervals)),
    )
}

/// Differences that are smaller are rounding errors, which else would be drawn as large as anything.
pub(super) fn least_of(quantity: Quantity) -> f64 {
    match quantity {
        Quantity::ItScore => 0.01,
        Quantity::MeanDeviation => 0.0,
    }
}

/// Horizontal bars in percentages of the width, so that they stretch with the page while the text does not. `id` is that of no other chart of the page;
/// where all values are within `least`, the bars have no length.
pub(super) fn chart(id: &str, all: &[Bar], least: f64, title: &str, caption: &str) -> String {
    let mut sizes: Vec<f64> = all.iter().map(|bar| bar.value.abs()).collect();
    sort_by(&mut sizes, &|a, b| b.total_cmp(a));
    let smallest = sizes.get(MOST_BARS - 1).copied().unwrap_or(0.0);
    let shown: Vec<&Bar> = all.iter().filter(|bar| bar.value.abs() >= smallest).take(MOST_BARS).collect();
    let ends = |bar: &&Bar| [bar.value, bar.ends.0, bar.ends.1];
    let (mut low, mut high) =
        shown.iter().flat_map(ends).fold((0.0_f64, 0.0_f64), |(a, b), end| (a.min(end), b.max(end)));
    if high - low <= least {
        (low, high) = (0.0, 1.0);
    }
    // Room for what is drawn around an end.
    let room = 0.01 * (high - low);
    let range = (if low < 0.0 { low - room } else { low }, high + room);
    let rows: String = shown.iter().enumerate().map(|(place, bar)| row(bar, place, range)).collect();
    let height = ROW * shown.len() + 4;
    let left_out = all.len() - shown.len();
    let note = if left_out > 0 { format!(" The {left_out} smallest are in the table only.") } else { String::new() };
    format!(
        "<figure>\n<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"bars\" role=\"img\" \
         aria-labelledby=\"{id}-title {id}-description\" width=\"100%\" height=\"{height}\">\n\
         <title id=\"{id}-title\">{}</title>\n<desc id=\"{id}-description\">{}</desc>\n{rows}</svg>\n\
         <figcaption>{caption}{note}</figcaption>\n</figure>\n",
        markup(title),
        markup(&description(&shown)),
    )
}

fn meaning_of_lines(intervals: Option<&BootstrapIntervals>) -> String {
    match intervals {
        None => "Thin lines with ends are 95 % intervals of the computation; they do not cover the fit of the model."
            .to_owned(),
        Some(intervals) => format!(
            "Thin lines with ends are {} % intervals that include the fit of the model, which was fitted again to {} resamples \
             of the rows, and the error of the computation.",
            percent_of(intervals.level),
            intervals.resamples
        ),
    }
}

/// What the bars show, for those who cannot see them.
fn description(shown: &[&Bar]) -> String {
    let figures = shown.iter().map(|bar| format!("{} {}", bar.name, bar.label));
    figures.collect::<Vec<_>>().join(", ") + "."
}

fn bars(attribution: &Attribution, parts: &[&Contribution], intervals: Option<&BootstrapIntervals>) -> Vec<Bar> {
    let bar = |name: &str, value, error: f64| {
        let value = shown_value(attribution.quantity, value);
        let of_computation = (value - INTERVAL * error, value + INTERVAL * error);
        let with_fit = intervals.and_then(|intervals| intervals.contribution(name));
        let ends = with_fit.map_or(of_computation, |interval| (interval.lower, interval.upper));
        Bar { name: visible_name(name), value, label: signed_amount(attribution.quantity, value), ends }
    };
    let mut bars: Vec<Bar> = parts.iter().map(|part| bar(&part.node, part.value, part.std_error)).collect();
    if !attribution.missing.is_empty() {
        bars.push(bar("(unexplained)", attribution.unexplained.value, attribution.unexplained.std_error));
    }
    bars
}

fn row(bar: &Bar, place: usize, range: (f64, f64)) -> String {
    let top = ROW * place;
    let at = |value: f64| percent(value, range);
    let (from, to) = (at(bar.value.min(0.0)), at(bar.value.max(0.0)));
    let (low, high) = (at(bar.ends.0), at(bar.ends.1));
    let class = if bar.value < 0.0 { "negative" } else { "positive" };
    let (text, bar_top, middle) = (top + 16, top + 22, top + 30);
    // In pieces, so that it does not run through the names.
    let axis = format!(
        "<line class=\"axis\" x1=\"{0:.2}%\" x2=\"{0:.2}%\" y1=\"{1}\" y2=\"{2}\"/>",
        at(0.0),
        bar_top - 2,
        bar_top + 18
    );
    let error = format!(
        "<line class=\"error\" x1=\"{low:.2}%\" x2=\"{high:.2}%\" y1=\"{middle}\" y2=\"{middle}\"/>\
         <line class=\"error\" x1=\"{low:.2}%\" x2=\"{low:.2}%\" y1=\"{0}\" y2=\"{1}\"/>\
         <line class=\"error\" x1=\"{high:.2}%\" x2=\"{high:.2}%\" y1=\"{0}\" y2=\"{1}\"/>",
        middle - 4,
        middle + 4
    );
    format!(
        "<g><title>{}</title><text x=\"4\" y=\"{text}\">{}</text><text x=\"100%\" y=\"{text}\" text-anchor=\"end\">{}</text>\
         <rect class=\"{class}\" x=\"{from:.2}%\" y=\"{bar_top}\" width=\"{:.2}%\" height=\"16\"/>{axis}{}</g>\n",
        markup(&bar.name),
        markup(&shortened(&bar.name, COLUMNS)),
        markup(&bar.label),
        to - from,
        if bar.ends.0 < bar.ends.1 { error } else { String::new() }
    )
}
