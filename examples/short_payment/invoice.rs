//! What an invoice comes to: the known formulas, and the reasons for which less is paid.

use clap::ValueEnum;
use etiology::{AdditiveNoiseModel, CausalGraph, KnownFormula, NoiseDistribution, Result, StructuralCausalModel};

pub(crate) const PAYMENT: &str = "payment";
/// What is known of an invoice or a payment, in the order of [`Terms::figures`].
pub(crate) const NODES: [&str; 10] =
    ["units", "price", "discount rate", "tax rate", "returns", "bank fee", "goods", "discount", "tax", PAYMENT];
/// Those that follow from no other.
pub(crate) const TERMS: [&str; 6] = ["units", "price", "discount rate", "tax rate", "returns", "bank fee"];
/// Those that are amounts of money.
#[cfg(feature = "parquet")]
pub(crate) const MONEY: [&str; 6] = ["returns", "bank fee", "goods", "discount", "tax", PAYMENT];

/// What is paid for, and on which terms. Amounts are in one currency, rates are shares.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Terms {
    pub(crate) units: f64,
    pub(crate) price: f64,
    pub(crate) discount_rate: f64,
    pub(crate) tax_rate: f64,
    pub(crate) returns: f64,
    pub(crate) bank_fee: f64,
    /// Goods that are missing in the sum.
    pub(crate) left_out: f64,
    /// What was not paid, and nobody says why.
    pub(crate) kept: f64,
}

/// Why a payment comes short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Reason {
    /// Units were broken or missing and not accepted
    Quantity,
    /// Less was paid per unit than agreed upon
    Price,
    /// A discount was taken that nobody agreed upon
    Discount,
    /// Tax was paid at a reduced rate
    Tax,
    /// Credit was taken for goods sent back
    Returns,
    /// The bank's fee was passed on
    BankFee,
    /// A line of the invoice is missing in the payer's sum
    LineLeftOut,
    /// Less was paid, and nothing says why
    Unsaid,
}

impl Reason {
    /// The node that carries it.
    pub(crate) fn node(self) -> &'static str {
        match self {
            Self::Quantity => "units",
            Self::Price => "price",
            Self::Discount => "discount rate",
            Self::Tax => "tax rate",
            Self::Returns => "returns",
            Self::BankFee => "bank fee",
            Self::LineLeftOut => "goods",
            Self::Unsaid => PAYMENT,
        }
    }
}

pub(crate) fn cents(amount: f64) -> f64 {
    (amount * 100.0).round() / 100.0
}

impl Terms {
    /// In the order of [`NODES`]; amounts that are computed are rounded to a cent, each for itself.
    pub(crate) fn figures(&self) -> [f64; NODES.len()] {
        let Self { units, price, discount_rate, tax_rate, returns, bank_fee, left_out, kept } = *self;
        let goods = cents(units * price - left_out);
        let discount = cents(goods * discount_rate);
        let tax = cents((goods - discount) * tax_rate);
        let payment = cents(goods - discount + tax - returns - bank_fee - kept);
        [units, price, discount_rate, tax_rate, returns, bank_fee, goods, discount, tax, payment]
    }

    /// What is paid on these terms.
    pub(crate) fn payment(&self) -> f64 {
        self.figures()[NODES.len() - 1]
    }
}

/// Which figure follows from which, by formulas that are known and exact but for rounding. What the terms usually are is left open.
pub(crate) fn formulas() -> Result<StructuralCausalModel> {
    let graph = CausalGraph::from_edges([
        ("units", "goods"),
        ("price", "goods"),
        ("goods", "discount"),
        ("discount rate", "discount"),
        ("goods", "tax"),
        ("discount", "tax"),
        ("tax rate", "tax"),
        ("goods", PAYMENT),
        ("discount", PAYMENT),
        ("tax", PAYMENT),
        ("returns", PAYMENT),
        ("bank fee", PAYMENT),
    ])?;
    let exactly = |formula| -> Result<AdditiveNoiseModel> {
        Ok(AdditiveNoiseModel::known(formula).with_noise(NoiseDistribution::constant(0.0)?))
    };
    let product = |factors: [&'static str; 2]| KnownFormula::new(factors, |values| values[0] * values[1]);
    let tax = KnownFormula::new(["goods", "discount", "tax rate"], |values| (values[0] - values[1]) * values[2]);
    let parts = [("goods", 1.0), ("discount", -1.0), ("tax", 1.0), ("returns", -1.0), ("bank fee", -1.0)];
    StructuralCausalModel::new(graph)
        .with_mechanism("goods", exactly(product(["units", "price"]))?)?
        .with_mechanism("discount", exactly(product(["goods", "discount rate"]))?)?
        .with_mechanism("tax", exactly(tax)?)?
        .with_mechanism(PAYMENT, exactly(KnownFormula::weighted_sum(parts)?)?)
}
