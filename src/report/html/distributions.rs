//! What is normal of a node, with what was observed marked.

use super::text::{percent, sentence};
use crate::data::Levels;
use crate::error::Result;
use crate::model::FittedModel;
use crate::noise::NoiseDistribution;
use crate::question::attribution::Contribution;
use crate::report::escape::markup;
use crate::report::units::Units;
use crate::verdicts::Diagnosis;
use crate::wording::{fixed, significant};

/// How many nodes are shown at most.
const MOST_NODES: usize = 4;
/// A contribution of so large a share of the largest makes a node worth showing.
const WORTH_SHOWING: f64 = 0.1;
/// How many levels of a category are listed.
const MOST_LEVELS: usize = 8;
/// Bars of a histogram.
const BINS: usize = 40;
/// What is left out of a histogram on either side.
const TAIL: f64 = 0.001;
/// So many widths of the histogram beyond it, a value is off the scale.
const FARTHEST: f64 = 1.5;
/// Where the histogram ends and begins, in pixels.
const PLOT: (f64, f64) = (26.0, 126.0);

/// The root cause and the nodes with large contributions, each with the distribution of its values and that of its noise.
///
/// # Errors
/// When the model has no such node.
pub(super) fn distributions(model: &FittedModel, diagnosis: &Diagnosis, units: &Units) -> Result<String> {
    let mut page = String::new();
    for (place, node) in suspects(diagnosis).into_iter().enumerate() {
        let Some(contribution) = diagnosis.attribution.contribution(node) else { continue };
        let mechanism = model.mechanism(node)?;
        page.push_str(&format!("<h3>{}</h3>\n<div class=\"pair\">\n", markup(node)));
        if let Some(levels) = model.levels(node)? {
            page.push_str(&format!(
                "<p class=\"note\">{}</p>\n</div>\n",
                markup(&shares(model.reference(node)?, levels, contribution, units))
            ));
            continue;
        }
        let said = |value: f64| units.text(node, value);
        let values = Histogram { distribution: model.reference(node)?, marked: contribution.observed, said: &said };
        page.push_str(&values.draw(&format!("values-{place}"), &format!("Values of `{node}`")));
        if !mechanism.is_root() {
            let noise = Histogram { distribution: mechanism.noise(), marked: contribution.noise, said: &significant };
            let title = format!("Noise of `{node}`: what its causes do not explain");
            page.push_str(&noise.draw(&format!("noise-{place}"), &title));
        }
        page.push_str("</div>\n");
    }
    Ok(page)
}

/// How usual the levels of a category are, the likeliest first, and which was observed.
fn shares(reference: &NoiseDistribution, levels: &Levels, contribution: &Contribution, units: &Units) -> String {
    let share = |code: f64| (reference.cdf(code) + reference.survival(code) - 1.0).max(0.0);
    let mut all: Vec<(&str, f64)> =
        levels.names().iter().enumerate().map(|(code, name)| (name.as_str(), share(code as f64))).collect();
    all.sort_by(|a, b| b.1.total_cmp(&a.1));
    let rest = all.len().saturating_sub(MOST_LEVELS);
    let shown = all.iter().take(MOST_LEVELS).map(|(name, share)| format!("{name} {} %", fixed(100.0 * share, 1)));
    let shown = shown.collect::<Vec<_>>().join(", ");
    let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    format!("Observed {}; normally {shown}{more}.", units.observed(contribution))
}

/// At least one node, if any has a contribution.
fn suspects(diagnosis: &Diagnosis) -> Vec<&str> {
    let ranked = diagnosis.attribution.ranked();
    let largest = ranked.first().map_or(0.0, |first| first.value);
    let first = diagnosis.combined.first().map(|first| first.node.as_str());
    let large = ranked.iter().filter(|part| part.value > 0.0 && part.value >= WORTH_SHOWING * largest);
    let mut suspects: Vec<&str> = first.into_iter().collect();
    for part in large {
        if !suspects.contains(&part.node.as_str()) {
            suspects.push(&part.node);
        }
    }
    suspects.truncate(MOST_NODES);
    suspects
}

struct Histogram<'d> {
    distribution: &'d NoiseDistribution,
    marked: f64,
    /// How its figures are said.
    said: &'d dyn Fn(f64) -> String,
}

impl Histogram<'_> {
    fn draw(&self, id: &str, title: &str) -> String {
        let (low, high) = self.normal_range();
        let view = self.view((low, high));
        let caption = format!(
            "Observed {}; normally around {}{}.",
            (self.said)(self.marked),
            (self.said)(self.distribution.median()),
            match (self.quantile(0.01), self.quantile(0.99)) {
                (Some(from), Some(to)) if from < to => {
                    format!(", 98 % of the time between {} and {}", (self.said)(from), (self.said)(to))
                }
                _ => String::new(),
            }
        );
        format!(
            "<figure>\n<figcaption>{}</figcaption>\n<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"histogram\" role=\"img\" \
             aria-labelledby=\"{id}-title {id}-description\" width=\"100%\" height=\"150\">\n\
             <title id=\"{id}-title\">{}</title>\n<desc id=\"{id}-description\">{}</desc>\n{}{}{}</svg>\n\
             <p class=\"note\">{}</p>\n</figure>\n",
            sentence(title),
            markup(title),
            markup(&caption),
            self.bins((low, high), view),
            self.axis((low, high), view),
            self.mark(view),
            markup(&caption)
        )
    }

    fn quantile(&self, probability: f64) -> Option<f64> {
        self.distribution.quantile(probability).ok().filter(|value| value.is_finite())
    }

    /// All but the outermost tails; never empty.
    fn normal_range(&self) -> (f64, f64) {
        let median = self.distribution.median();
        let low = self.quantile(TAIL).unwrap_or(median);
        let high = self.quantile(1.0 - TAIL).unwrap_or(median);
        if low < high {
            return (low, high);
        }
        // A constant: it takes the middle of a range that shows how far off the observed value is.
        let half = (0.2 * (self.marked - median).abs()).max(0.05 * median.abs());
        let half = if half > 0.0 { half } else { 1.0 };
        (median - half, median + half)
    }

    /// What is on the picture: the normal range, the observed value unless it is too far off, and a margin.
    fn view(&self, (low, high): (f64, f64)) -> (f64, f64) {
        let width = high - low;
        let farthest = FARTHEST * width;
        let from = low.min(self.marked.max(low - farthest));
        let to = high.max(self.marked.min(high + farthest));
        (from - 0.05 * (to - from), to + 0.05 * (to - from))
    }

    fn is_off((from, to): (f64, f64), value: f64) -> bool {
        !(from..=to).contains(&value)
    }

    /// The probability of each bin, relative to the largest.
    fn bins(&self, (low, high): (f64, f64), view: (f64, f64)) -> String {
        let edge = |bin: usize| low + (high - low) * bin as f64 / BINS as f64;
        let probability = |bin: usize| {
            // The first bin has its lower edge, which may be an atom.
            let below = if bin == 0 { 1.0 - self.distribution.survival(low) } else { self.distribution.cdf(edge(bin)) };
            (self.distribution.cdf(edge(bin + 1)) - below).max(0.0)
        };
        let probabilities: Vec<f64> = (0..BINS).map(probability).collect();
        let largest = probabilities.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
        let bars = probabilities.into_iter().enumerate().filter(|(_, probability)| *probability > 0.0);
        let bars = bars.map(|(bin, probability)| {
            let (from, to) = (percent(edge(bin), view), percent(edge(bin + 1), view));
            // What is possible is visible.
            let height = ((PLOT.1 - PLOT.0) * probability / largest).max(1.0);
            format!(
                "<rect x=\"{from:.2}%\" y=\"{:.1}\" width=\"{:.2}%\" height=\"{height:.1}\"/>\n",
                PLOT.1 - height,
                to - from
            )
        });
        format!("<g class=\"normal\">\n{}</g>\n", bars.collect::<String>())
    }

    /// A dashed line with the observed value, and an arrow where that is off the scale.
    fn mark(&self, view: (f64, f64)) -> String {
        let at = percent(self.marked, view);
        let (before, after) = match Self::is_off(view, self.marked) {
            false => ("", ""),
            true if self.marked < view.0 => ("← ", ""),
            true => ("", " →"),
        };
        let anchor = if at < 30.0 {
            "start"
        } else if at > 70.0 {
            "end"
        } else {
            "middle"
        };
        format!(
            "<line class=\"observed\" x1=\"{at:.2}%\" x2=\"{at:.2}%\" y1=\"20\" y2=\"{}\"/>\n\
             <text class=\"observed\" x=\"{at:.2}%\" y=\"14\" text-anchor=\"{anchor}\">{before}observed {}{after}</text>\n",
            PLOT.1,
            markup(&(self.said)(self.marked))
        )
    }

    /// The ends of the normal range.
    fn axis(&self, (low, high): (f64, f64), view: (f64, f64)) -> String {
        let (from, to) = (percent(low, view), percent(high, view));
        let y = PLOT.1;
        format!(
            "<line class=\"axis\" x1=\"0\" x2=\"100%\" y1=\"{y}\" y2=\"{y}\"/>\n\
             <text x=\"{from:.2}%\" y=\"{0}\">{1}</text>\n<text x=\"{to:.2}%\" y=\"{0}\" text-anchor=\"end\">{2}</text>\n",
            y + 17.0,
            markup(&(self.said)(low)),
            markup(&(self.said)(high))
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(distribution: &NoiseDistribution, marked: f64) -> String {
        Histogram { distribution, marked, said: &significant }.draw("id", "title")
    }

    /// The heights of the bars, in pixels.
    fn heights(picture: &str) -> Vec<f64> {
        let rects = picture.lines().filter(|line| line.starts_with("<rect"));
        rects.map(|line| line.rsplit_once("height=\"").unwrap().1.trim_end_matches("\"/>").parse().unwrap()).collect()
    }

    #[test]
    fn bars_are_proportional_to_probabilities() {
        // 40 bins from 0 to 4: the atoms are in the first, the middle and the last one.
        let noise = NoiseDistribution::empirical(&[0.0, 0.0, 0.0, 0.0, 2.05, 2.05, 4.0]).unwrap();
        assert_eq!(heights(&drawn(&noise, 1.0)), [100.0, 50.0, 25.0]);
        let normal = heights(&drawn(&NoiseDistribution::normal(0.0, 1.0).unwrap(), 0.0));
        assert_eq!(normal.len(), BINS);
        assert!(normal.iter().zip(normal.iter().rev()).all(|(left, right)| (left - right).abs() < 0.2), "{normal:?}");
    }

    #[test]
    fn what_is_off_the_scale_gets_an_arrow() {
        let noise = NoiseDistribution::uniform(0.0, 1.0).unwrap();
        assert!(drawn(&noise, 1e9).contains(">observed 1.000e9 →</text>"));
        assert!(drawn(&noise, -50.0).contains(">← observed -50.00</text>"));
        assert!(drawn(&noise, 2.0).contains(">observed 2.000</text>"));
    }

    #[test]
    fn a_constant_is_one_bar() {
        for (constant, marked) in [(0.0, 0.0), (0.0, 3.0), (5.0, 5.0), (-1e12, 7.0)] {
            let picture = drawn(&NoiseDistribution::constant(constant).unwrap(), marked);
            assert_eq!(heights(&picture), [100.0], "{picture}");
            assert!(!picture.contains("NaN") && !picture.contains("98 %"), "{picture}");
        }
    }
}
