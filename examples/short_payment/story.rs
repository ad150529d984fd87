//! Single disputes about a standing order, one reason each.

use etiology::unit_change::UnitChangeConfig;
use etiology::{
    Attribution, AttributionConfig, Dataset, FeatureMap, FittedModel, NoiseFamily, Observation, Quantity, Result,
};
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};
use rand_distr::{Distribution, Exp1, StandardNormal};

use crate::invoice::{NODES, PAYMENT, Reason, TERMS, Terms, cents, formulas};

/// What is invoiced every week.
const ORDER: Terms = Terms {
    units: 120.0,
    price: 49.90,
    discount_rate: 0.02,
    tax_rate: 0.19,
    returns: 0.0,
    bank_fee: 0.0,
    left_out: 0.0,
    kept: 0.0,
};
/// The reasons that are told of unless one is asked for.
const TOLD: [Reason; 5] = [Reason::Quantity, Reason::Price, Reason::Discount, Reason::Tax, Reason::Returns];

pub(crate) fn tell(only: Option<Reason>) -> Result<()> {
    let mut model = formulas()?;
    for term in TERMS {
        model = model.with_mechanism(term, NoiseFamily::Empirical)?;
    }
    let model = model.fit(&payments(2_000, 1)?)?;
    let invoiced = ORDER.payment();
    let usual = model.reference(PAYMENT)?.median();
    println!("Invoiced every week: {invoiced:.2}. Half of the payments are below {usual:.2}.\n");
    let reasons = only.map_or(TOLD.to_vec(), |reason| vec![reason]);
    for reason in reasons {
        let paid = short_payment(reason);
        let payment = observation(&paid)?;
        let config = AttributionConfig::default().with_feature_map(FeatureMap::LowerTail);
        let in_nats = model.attribute_outlier(PAYMENT, &payment, &config)?;
        let in_money = model.attribute_outlier(PAYMENT, &payment, &config.with_quantity(Quantity::MeanDeviation))?;
        print(&in_nats, &in_money, invoiced, paid.payment());
        print_from_invoice(&model, &payment)?;
        println!("The fault that was built into this payment: {}.\n", reason.node());
    }
    Ok(())
}

fn observation(terms: &Terms) -> Result<Observation> {
    Observation::new(NODES, terms.figures().to_vec())
}

/// Payments of ordinary weeks: a unit or two are refused, prices are rounded differently, tax is right, small returns are
/// credited now and then, the bank takes a small fee.
fn payments(count: usize, seed: u64) -> Result<Dataset> {
    let generator = &mut ChaCha8Rng::seed_from_u64(seed);
    let mut columns = NODES.map(|_| Vec::with_capacity(count));
    for _ in 0..count {
        let refused: f64 = Exp1.sample(generator);
        let rounding: f64 = StandardNormal.sample(generator);
        let credit: f64 = Exp1.sample(generator);
        let fee: f64 = Exp1.sample(generator);
        let terms = Terms {
            units: (ORDER.units - refused.round()).max(0.0),
            price: cents(ORDER.price + 0.05 * rounding),
            returns: if generator.random_bool(0.2) { cents(60.0 * credit) } else { 0.0 },
            bank_fee: cents(fee),
            ..ORDER
        };
        columns.iter_mut().zip(terms.figures()).for_each(|(column, value)| column.push(value));
    }
    Dataset::from_columns(NODES.into_iter().zip(columns))
}

/// A payment with one reason to be short, ordinary in all else.
fn short_payment(reason: Reason) -> Terms {
    let ordinary = Terms { units: ORDER.units - 1.0, price: ORDER.price + 0.02, bank_fee: 0.7, ..ORDER };
    match reason {
        Reason::Quantity => Terms { units: ordinary.units - 18.0, ..ordinary },
        Reason::Price => Terms { price: ordinary.price - 4.50, ..ordinary },
        Reason::Discount => Terms { discount_rate: 0.10, ..ordinary },
        Reason::Tax => Terms { tax_rate: 0.07, ..ordinary },
        Reason::Returns => Terms { returns: 700.0, ..ordinary },
        Reason::BankFee => Terms { bank_fee: 150.0, ..ordinary },
        Reason::LineLeftOut => Terms { left_out: 1_497.0, ..ordinary },
        Reason::Unsaid => Terms { kept: 250.0, ..ordinary },
    }
}

/// Between what is due and what was paid, no distribution has a say, only the formulas.
fn print_from_invoice(model: &FittedModel, payment: &Observation) -> Result<()> {
    let config = UnitChangeConfig::default().with_rounding_apart(true);
    let change = model.unit_change(model, PAYMENT, &observation(&ORDER)?, payment, &config)?;
    println!("From the {:.2} that are due, a difference of {:.2}:", change.before, change.total());
    for part in change.ranked() {
        println!("  {:<16} {:>10.2}", part.node, part.value);
    }
    // 0, not −0.
    println!("  {:<16} {:>10.2}", "rounding", cents(change.rounding.unwrap_or(0.0)) + 0.0);
    Ok(())
}

fn print(in_nats: &Attribution, in_money: &Attribution, invoiced: f64, paid: f64) {
    println!(
        "Paid {paid:.2}, {:.2} less than invoiced and {:.2} from the mean:",
        invoiced - paid,
        in_money.score.value
    );
    println!("  {:<16} {:>10} {:>8}", "", "money", "nats");
    for contribution in in_money.contributions.iter().rev() {
        let nats = in_nats.contribution(&contribution.node).map_or(0.0, |nats| nats.value);
        // What follows exactly from the others has no part.
        if (contribution.value, nats) == (0.0, 0.0) {
            continue;
        }
        println!("  {:<16} {:>10.2} {:>8.2}", contribution.node, contribution.value, nats);
    }
    println!("  {:<16} {:>10.2} {:>8.2}", "all", in_money.score.value, in_nats.score.value);
}
