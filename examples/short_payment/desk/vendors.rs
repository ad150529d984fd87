//! Vendors, unlike each other: what they sell, where, on which terms, and what is wrong again and again.

use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};
use rand_distr::{Distribution, StandardNormal};

use super::faults;
use crate::invoice::Reason;

/// Countries with their tax rates, standard and reduced.
const COUNTRIES: [(&str, f64, f64); 8] = [
    ("AT", 0.20, 0.10),
    ("DE", 0.19, 0.07),
    ("ES", 0.21, 0.10),
    ("FR", 0.20, 0.055),
    ("IT", 0.22, 0.10),
    ("NL", 0.21, 0.09),
    ("PL", 0.23, 0.08),
    ("SE", 0.25, 0.12),
];
/// What is sold: a usual price, a usual number of units, and whether tax is reduced.
const TRADES: [(&str, f64, f64, bool); 10] = [
    ("Screws", 0.05, 20_000.0, false),
    ("Foods", 1.80, 1_500.0, true),
    ("Paper", 4.50, 600.0, false),
    ("Books", 11.0, 150.0, true),
    ("Textiles", 18.0, 250.0, false),
    ("Toys", 24.0, 120.0, false),
    ("Tools", 65.0, 80.0, false),
    ("Phones", 310.0, 40.0, false),
    ("Furniture", 420.0, 12.0, false),
    ("Machines", 5_200.0, 3.0, false),
];
const NAMES: [&str; 30] = [
    "Adler", "Birke", "Castor", "Delta", "Elm", "Falke", "Garnet", "Hazel", "Iris", "Juno", "Kestrel", "Linden",
    "Merle", "North", "Olive", "Pine", "Quartz", "Rowan", "Sable", "Tern", "Umber", "Vega", "Willow", "Xenia", "Yew",
    "Zephyr", "Amber", "Beryl", "Cedar", "Dorn",
];
const DISCOUNTS: [f64; 7] = [0.0, 0.0, 0.01, 0.02, 0.025, 0.03, 0.05];

pub(super) struct Vendor {
    pub(super) name: String,
    pub(super) country: &'static str,
    /// Standard and reduced.
    pub(super) tax_rates: [f64; 2],
    pub(super) is_reduced: bool,
    pub(super) usual_price: f64,
    pub(super) usual_units: f64,
    pub(super) discount_rate: f64,
    /// What is wrong with many of its invoices, if anything is.
    pub(super) habit: Option<Reason>,
}

/// One vendor of each name in each trade; the first have the most invoices.
pub(super) fn vendors(seed: u64) -> Vec<Vendor> {
    let generator = &mut ChaCha8Rng::seed_from_u64(seed);
    let mut vendors = Vec::with_capacity(NAMES.len() * TRADES.len());
    for name in NAMES {
        for (trade, price, units, is_reduced) in TRADES {
            let (country, standard, reduced) = COUNTRIES.choose(generator).copied().unwrap_or(COUNTRIES[0]);
            let mut spread = || -> f64 { StandardNormal.sample(generator) };
            let (usual_price, usual_units) = (price * (0.4 * spread()).exp(), units * (0.5 * spread()).exp());
            vendors.push(Vendor {
                name: format!("{name} {trade}"),
                country,
                tax_rates: [standard, reduced],
                is_reduced,
                usual_price,
                usual_units,
                discount_rate: DISCOUNTS.choose(generator).copied().unwrap_or(0.0),
                habit: generator.random_bool(0.25).then(|| faults::any(generator)),
            });
        }
    }
    // Not the trades one after another.
    for place in (1..vendors.len()).rev() {
        vendors.swap(place, generator.random_range(0..=place));
    }
    vendors
}
