//! An invoice was paid short. Was it the quantity, the price, the tax or a return, and how much was each?
//!
//! A standing order of 120 units at 49.90 with 19 % tax is invoiced every week. The customer pays for what arrived, at the
//! price agreed upon, with tax, less what is credited for returns:
//!
//! ```text
//! goods   = accepted · price
//! tax     = goods · tax rate
//! payment = goods + tax − returns − bank fee
//! ```
//!
//! These formulas are known; only how far accepted units, prices, tax rates, returns and fees usually stray is learned, from
//! 2 000 payments made up here. Four payments that came short for one reason each are then explained: in money, as shares of
//! the distance from the usual payment, in nats, as shares of how unusual it is, and once more in money against the invoice of a
//! normal week.
//!
//! ```text
//! cargo run --release --example short_payment
//! cargo run --release --example short_payment -- --reason returns
//! ```

#[path = "shared/quiet_pipe.rs"]
mod quiet_pipe;

use std::error::Error;

use clap::{Parser, ValueEnum};
use etiology::unit_change::{UnitChange, UnitChangeConfig};
use etiology::{
    AdditiveNoiseModel, Attribution, AttributionConfig, CausalGraph, Dataset, FeatureMap, FittedModel, KnownFormula,
    NoiseDistribution, NoiseFamily, Observation, Quantity, Result, StructuralCausalModel,
};
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};
use rand_distr::{Distribution, Exp1, StandardNormal};

const UNITS: f64 = 120.0;
const PRICE: f64 = 49.90;
const TAX_RATE: f64 = 0.19;
const PAYMENT: &str = "payment";
/// What is observed of a payment, in the order of [`row`].
const NODES: [&str; 7] = ["accepted units", "price", "tax rate", "returns", "goods", "tax", PAYMENT];

#[derive(Parser)]
#[command(about = "Explains payments that came short, in money and in nats")]
struct Arguments {
    /// Only the payment that came short for this reason
    #[arg(long, value_enum)]
    reason: Option<Reason>,
}

/// Why a payment comes short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Reason {
    /// 18 of 120 units were broken and not accepted
    Quantity,
    /// A discount of 4.50 per unit was taken that nobody agreed upon
    Price,
    /// Tax was paid at the reduced rate of 7 %
    Tax,
    /// 700 were credited for goods sent back
    Returns,
}

impl Reason {
    /// The node that carries it.
    fn node(self) -> &'static str {
        match self {
            Self::Quantity => "accepted units",
            Self::Price => "price",
            Self::Tax => "tax rate",
            Self::Returns => "returns",
        }
    }
}

fn main() -> std::result::Result<(), Box<dyn Error>> {
    quiet_pipe::end_with_the_reader();
    let arguments = Arguments::parse();
    let model = model(&payments(2_000, 1)?)?;
    let invoiced = UNITS * PRICE * (1.0 + TAX_RATE);
    let usual = model.reference(PAYMENT)?.median();
    println!("Invoiced every week: {invoiced:.2}. Half of the payments are below {usual:.2}.\n");
    let all = Reason::value_variants().iter().copied();
    for reason in all.filter(|&reason| arguments.reason.is_none_or(|only| only == reason)) {
        let payment = short_payment(reason)?;
        let normal = Observation::new(NODES, row(UNITS, PRICE, TAX_RATE, 0.0, 0.7))?;
        let config = AttributionConfig::default().with_feature_map(FeatureMap::LowerTail);
        let in_nats = model.attribute_outlier(PAYMENT, &payment, &config)?;
        let in_money = model.attribute_outlier(PAYMENT, &payment, &config.with_quantity(Quantity::MeanDeviation))?;
        print(&in_nats, &in_money, invoiced, payment.get(PAYMENT).unwrap_or(f64::NAN));
        print_change(&model.unit_change(&model, PAYMENT, &normal, &payment, &UnitChangeConfig::default())?);
        println!("The fault that was built into this payment: {}.\n", reason.node());
    }
    Ok(())
}

/// The formulas, and the usual spread of what goes into them.
fn model(payments: &Dataset) -> Result<FittedModel> {
    let graph = CausalGraph::from_edges([
        ("accepted units", "goods"),
        ("price", "goods"),
        ("goods", "tax"),
        ("tax rate", "tax"),
        ("goods", PAYMENT),
        ("tax", PAYMENT),
        ("returns", PAYMENT),
    ])?;
    let product = |factors: [&'static str; 2]| KnownFormula::new(factors, |values| values[0] * values[1]);
    let exactly = |formula| -> Result<AdditiveNoiseModel> {
        Ok(AdditiveNoiseModel::known(formula).with_noise(NoiseDistribution::constant(0.0)?))
    };
    let paid = KnownFormula::weighted_sum([("goods", 1.0), ("tax", 1.0), ("returns", -1.0)])?;
    let mut model = StructuralCausalModel::new(graph)
        .with_mechanism("goods", exactly(product(["accepted units", "price"]))?)?
        .with_mechanism("tax", exactly(product(["goods", "tax rate"]))?)?
        // What is left is the bank's fee.
        .with_mechanism(PAYMENT, AdditiveNoiseModel::known(paid).with_noise(NoiseFamily::Empirical))?;
    for root in ["accepted units", "price", "tax rate", "returns"] {
        model = model.with_mechanism(root, NoiseFamily::Empirical)?;
    }
    model.fit(payments)
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
        let returns = if generator.random_bool(0.2) { 60.0 * credit } else { 0.0 };
        let values = row((UNITS - refused.round()).max(0.0), PRICE + 0.05 * rounding, TAX_RATE, returns, fee);
        columns.iter_mut().zip(values).for_each(|(column, value)| column.push(value));
    }
    Dataset::from_columns(NODES.into_iter().zip(columns))
}

/// A payment with one reason to be short, ordinary in all else.
fn short_payment(reason: Reason) -> Result<Observation> {
    let (mut accepted, mut price, mut tax_rate, mut returns) = (UNITS - 1.0, PRICE + 0.02, TAX_RATE, 0.0);
    match reason {
        Reason::Quantity => accepted -= 18.0,
        Reason::Price => price -= 4.50,
        Reason::Tax => tax_rate = 0.07,
        Reason::Returns => returns = 700.0,
    }
    Observation::new(NODES, row(accepted, price, tax_rate, returns, 0.7).to_vec())
}

/// In the order of [`NODES`].
fn row(accepted: f64, price: f64, tax_rate: f64, returns: f64, fee: f64) -> [f64; 7] {
    let goods = accepted * price;
    let tax = goods * tax_rate;
    [accepted, price, tax_rate, returns, goods, tax, goods + tax - returns - fee]
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
        println!("  {:<16} {:>10.2} {:>8.2}", contribution.node, contribution.value, nats);
    }
    println!("  {:<16} {:>10.2} {:>8.2}", "all", in_money.score.value, in_nats.score.value);
}

/// What has no part is the same in both rows.
fn print_change(change: &UnitChange) {
    println!("Against the payment of a normal week, {:.2}, it is {:.2}:", change.before, change.total());
    for part in change.ranked().iter().filter(|part| part.value.abs() >= 0.005) {
        println!("  {:<16} {:>10.2}", part.node, part.value);
    }
}
