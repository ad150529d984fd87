//! Colours of contributions: from grey to orange for what made the event more extreme, to blue for what made it less so.
//!
//! Orange and blue are told apart with any of the usual colour vision deficiencies. All fills are light enough for dark text,
//! on a light page and on a dark one.

/// No contribution.
const NEUTRAL: [u8; 3] = [0xe9, 0xea, 0xec];
/// The largest contribution, if it is positive.
const WARM: [u8; 3] = [0xf2, 0x8e, 0x2b];
/// The largest contribution, if it is negative.
const COLD: [u8; 3] = [0x6b, 0xae, 0xe8];
/// The text on any of them.
pub(super) const INK: &str = "#1b1f24";

/// The fill of a contribution relative to the largest one, from -1 to 1, as `#rrggbb`.
pub(super) fn fill(relative: f64) -> String {
    let end = if relative < 0.0 { COLD } else { WARM };
    let share = if relative.is_finite() { relative.abs().min(1.0) } else { 0.0 };
    let [red, green, blue] = [0, 1, 2].map(|channel| {
        let (from, to) = (f64::from(NEUTRAL[channel]), f64::from(end[channel]));
        // From 0 to 255, as both ends are.
        (from + share * (to - from)).round() as u8
    });
    format!("#{red:02x}{green:02x}{blue:02x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance (WCAG 2.1).
    fn luminance(colour: &str) -> f64 {
        let channel = |place: usize| {
            let value = f64::from(u8::from_str_radix(&colour[place..place + 2], 16).unwrap()) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }

    #[test]
    fn text_stands_out_from_every_fill() {
        for step in -10..=10 {
            let contrast = (luminance(&fill(f64::from(step) / 10.0)) + 0.05) / (luminance(INK) + 0.05);
            assert!(contrast > 4.5, "{step}: {contrast}");
        }
    }

    #[test]
    fn the_ends_are_orange_and_blue() {
        assert_eq!([fill(1.0), fill(-1.0), fill(0.0), fill(f64::NAN)], ["#f28e2b", "#6baee8", "#e9eaec", "#e9eaec"]);
    }
}
