//! What goes wrong with payments, and by how much.

use rand::{RngExt, rngs::ChaCha8Rng};
use rand_distr::{Distribution, Exp1};

use super::vendors::Vendor;
use crate::invoice::{Reason, Terms, cents};

/// How often each reason is met, of a hundred faults.
const FREQUENCIES: [(Reason, u32); 8] = [
    (Reason::Quantity, 26),
    (Reason::Price, 18),
    (Reason::Discount, 14),
    (Reason::Tax, 10),
    (Reason::Returns, 14),
    (Reason::BankFee, 6),
    (Reason::LineLeftOut, 5),
    (Reason::Unsaid, 7),
];

pub(super) fn any(generator: &mut ChaCha8Rng) -> Reason {
    let mut left = generator.random_range(0..FREQUENCIES.iter().map(|(_, frequency)| frequency).sum::<u32>());
    for (reason, frequency) in FREQUENCIES {
        if left < frequency {
            return reason;
        }
        left -= frequency;
    }
    FREQUENCIES[0].0
}

/// A share between these two, small ones as often as large ones.
fn share(generator: &mut ChaCha8Rng, least: f64, most: f64) -> f64 {
    (generator.random_range(least.ln()..most.ln())).exp()
}

/// The terms with something gone wrong. `due` says what the invoice comes to.
pub(super) fn with_fault(terms: Terms, reason: Reason, vendor: &Vendor, due: f64, generator: &mut ChaCha8Rng) -> Terms {
    match reason {
        Reason::Quantity => {
            let lost = (terms.units * share(generator, 0.005, 0.5)).ceil();
            Terms { units: (terms.units - lost).max(0.0), ..terms }
        }
        Reason::Price => Terms { price: rounded_price(terms.price * (1.0 - share(generator, 0.005, 0.3))), ..terms },
        Reason::Discount => {
            let taken = [0.01, 0.02, 0.03, 0.05, 0.08, 0.10][generator.random_range(0..6)];
            Terms { discount_rate: terms.discount_rate + taken, ..terms }
        }
        Reason::Tax => {
            let [_, reduced] = vendor.tax_rates;
            let lower = if vendor.is_reduced || generator.random_bool(0.2) { 0.0 } else { reduced };
            Terms { tax_rate: lower, ..terms }
        }
        Reason::Returns => Terms { returns: cents(terms.returns + due * share(generator, 0.005, 0.4)), ..terms },
        Reason::BankFee => Terms { bank_fee: cents(15.0 + due * share(generator, 0.002, 0.02)), ..terms },
        Reason::LineLeftOut => {
            Terms { left_out: cents(terms.units * terms.price * share(generator, 0.02, 0.4)), ..terms }
        }
        Reason::Unsaid => Terms { kept: cents(due * share(generator, 0.003, 0.15)), ..terms },
    }
}

/// What strays a little without being anybody's fault, now and then.
pub(super) fn with_ordinary_deviations(terms: Terms, due: f64, generator: &mut ChaCha8Rng) -> Terms {
    let mut strayed = terms;
    let exponential = |generator: &mut ChaCha8Rng| -> f64 { Exp1.sample(generator) };
    if terms.units >= 200.0 && generator.random_bool(0.25) {
        strayed.units = (terms.units * (1.0 - 0.001 * exponential(generator))).floor().max(0.0);
    }
    if generator.random_bool(0.1) {
        strayed.price = rounded_price(terms.price * (1.0 - 0.0005 * exponential(generator)));
    }
    if generator.random_bool(0.1) {
        strayed.returns = cents(terms.returns + 0.002 * due * exponential(generator));
    }
    if generator.random_bool(0.3) {
        strayed.bank_fee = cents(0.5 + 3.0 * exponential(generator));
    }
    strayed
}

/// To a cent, or to a hundredth of one where things cost little.
pub(super) fn rounded_price(price: f64) -> f64 {
    if price >= 1.0 { cents(price).max(0.01) } else { ((price * 1e4).round() / 1e4).max(1e-4) }
}
