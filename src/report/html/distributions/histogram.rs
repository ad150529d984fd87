//! A histogram of what is normal, on an axis that reaches the observed value.

use super::scale::Scale;
use crate::noise::NoiseDistribution;
use crate::report::escape::markup;
use crate::report::html::text::sentence;

/// Bars of a histogram.
const BINS: usize = 40;
/// What is left out of a histogram on either side.
const TAIL: f64 = 0.001;
/// Where the histogram ends and begins, in pixels.
const PLOT: (f64, f64) = (26.0, 126.0);
pub(super) struct Histogram<'d> {
    pub(super) distribution: &'d NoiseDistribution,
    pub(super) marked: f64,
    /// How its figures are said.
    pub(super) said: &'d dyn Fn(f64) -> String,
}

impl Histogram<'_> {
    /// The picture and its caption in words; `id` is that of no other on the page.
    pub(super) fn draw(&self, id: &str, title: &str) -> String {
        let (low, high) = self.normal_range();
        let scale = Scale::new((low, high), self.marked);
        let caption = format!(
            "Observed {}; normally around {}{}.{}",
            (self.said)(self.marked),
            (self.said)(self.distribution.median()),
            match (self.quantile(0.01), self.quantile(0.99)) {
                (Some(from), Some(to)) if from < to => {
                    format!(", 98 % of the time between {} and {}", (self.said)(from), (self.said)(to))
                }
                _ => String::new(),
            },
            scale.in_words(self.marked, high - low)
        );
        format!(
            "<figure>\n<figcaption>{}</figcaption>\n<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"histogram\" role=\"img\" \
             aria-labelledby=\"{id}-title {id}-description\" width=\"100%\" height=\"150\">\n\
             <title id=\"{id}-title\">{}</title>\n<desc id=\"{id}-description\">{}</desc>\n{}{}{}</svg>\n\
             <p class=\"note\">{}</p>\n</figure>\n",
            sentence(title),
            markup(title),
            markup(&caption),
            self.bins((low, high), &scale),
            self.axis((low, high), &scale),
            self.mark(&scale),
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

    /// The probability of each bin, relative to the largest.
    fn bins(&self, (low, high): (f64, f64), scale: &Scale) -> String {
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
            let (from, to) = (scale.at(edge(bin)), scale.at(edge(bin + 1)));
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

    /// A dashed line with the observed value.
    fn mark(&self, scale: &Scale) -> String {
        let at = scale.at_marked(self.marked);
        let anchor = if at < 30.0 {
            "start"
        } else if at > 70.0 {
            "end"
        } else {
            "middle"
        };
        format!(
            "<line class=\"observed\" x1=\"{at:.2}%\" x2=\"{at:.2}%\" y1=\"20\" y2=\"{}\"/>\n\
             <text class=\"observed\" x=\"{at:.2}%\" y=\"14\" text-anchor=\"{anchor}\">observed {}</text>\n",
            PLOT.1,
            markup(&(self.said)(self.marked))
        )
    }

    /// The ends of the normal range, and the break where there is one.
    fn axis(&self, (low, high): (f64, f64), scale: &Scale) -> String {
        let (from, to) = (scale.at(low), scale.at(high));
        let y = PLOT.1;
        let line = |from: f64, to: f64| {
            format!("<line class=\"axis\" x1=\"{from:.2}%\" x2=\"{to:.2}%\" y1=\"{y}\" y2=\"{y}\"/>\n")
        };
        let lines = match scale.gap() {
            None => line(0.0, 100.0),
            Some(gap) => {
                let sign = format!("<text x=\"{gap:.2}%\" y=\"{}\" text-anchor=\"middle\">//</text>\n", y + 4.0);
                line(0.0, gap - 2.0) + &line(gap + 2.0, 100.0) + &sign
            }
        };
        format!(
            "{lines}<text x=\"{from:.2}%\" y=\"{0}\">{1}</text>\n<text x=\"{to:.2}%\" y=\"{0}\" text-anchor=\"end\">{2}</text>\n",
            y + 17.0,
            markup(&(self.said)(low)),
            markup(&(self.said)(high))
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wording::significant;

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
    fn the_axis_reaches_the_observed_value_and_is_broken_where_that_is_far() {
        let noise = NoiseDistribution::uniform(0.0, 1.0).unwrap();
        let near = drawn(&noise, 2.0);
        assert!(near.contains(">observed 2.000</text>") && !near.contains("//</text>"), "{near}");
        for (marked, mark, gap) in [(1e9, 92.0, 80.0), (-50.0, 8.0, 20.0)] {
            let far = drawn(&noise, marked);
            assert!(far.contains(&format!("x1=\"{mark:.2}%\" x2=\"{mark:.2}%\"")), "{far}");
            assert!(far.contains(&format!("<text x=\"{gap:.2}%\"")) && far.contains("//</text>"), "{far}");
            // No bar is behind the break.
            let rects = far.lines().filter(|line| line.starts_with("<rect"));
            let starts: Vec<f64> = rects.map(|line| line[9..].split_once('%').unwrap().0.parse().unwrap()).collect();
            assert!(starts.len() == BINS && starts.iter().all(|start| (*start < gap) == (mark > gap)), "{far}");
        }
        assert!(
            drawn(&noise, -50.0).contains("broken at //: the observed value is 50 widths of the normal range below")
        );
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
