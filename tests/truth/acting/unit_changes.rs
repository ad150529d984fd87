//! Changes of many pairs of rows: the bits of each pair alone, and what rounding leaves.

use super::close;
use etiology::data::{EventColumn, EventColumns};
use etiology::threads::on_this_thread;
use etiology::unit_change::{ChangeSource, UnitChangeColumns, UnitChangeConfig, UnitChanger};
use etiology::{
    AdditiveNoiseModel, CausalGraph, FittedModel, KnownFormula, NoiseDistribution, Observation, StructuralCausalModel,
};
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};

const NODES: [&str; 6] = ["units", "price", "rate", "goods", "tax", "paid"];
/// Those of whole cents.
const MONEY: [&str; 3] = ["goods", "tax", "paid"];

fn cents(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// goods = units · price, tax = rate · goods, paid = goods + tax − fee, each rounded to a cent.
fn invoice(units: f64, price: f64, rate: f64, fee: f64) -> [f64; 6] {
    let goods = cents(units * price);
    let tax = cents(rate * goods);
    [units, price, rate, goods, tax, cents(goods + tax - fee)]
}

/// Tax has this factor, which is another mechanism than with another one.
fn model(factor: f64) -> FittedModel {
    let zero = || NoiseDistribution::constant(0.0).unwrap();
    let known = |formula| AdditiveNoiseModel::known(formula).with_noise(zero());
    let edges =
        [("units", "goods"), ("price", "goods"), ("goods", "tax"), ("rate", "tax"), ("goods", "paid"), ("tax", "paid")];
    let mut model = StructuralCausalModel::new(CausalGraph::from_edges(edges).unwrap())
        .with_mechanism("goods", known(KnownFormula::new(["units", "price"], |values| values[0] * values[1])))
        .and_then(|model| {
            let tax = KnownFormula::new(["goods", "rate"], move |values| factor * values[0] * values[1]);
            model.with_mechanism("tax", known(tax))?.with_mechanism("paid", known(KnownFormula::sum(["goods", "tax"])))
        })
        .unwrap();
    for root in ["units", "price", "rate"] {
        model = model.with_mechanism(root, zero()).unwrap();
    }
    for node in MONEY {
        model = model.with_resolution(node, 0.01).unwrap();
    }
    model.without_resolution().without_fitting().unwrap()
}

fn changer(config: UnitChangeConfig) -> UnitChanger {
    let model = model(1.0);
    model.unit_changer(&model, "paid", config).unwrap()
}

/// Pairs of an invoice as due and as paid, some the same but for rounding, and the fee of each.
fn pairs(count: usize) -> (Vec<[[f64; 6]; 2]>, Vec<f64>) {
    let generator = &mut ChaCha8Rng::seed_from_u64(3);
    let mut fees = Vec::new();
    let pair = |_| {
        let [units, price] = [1.0 + generator.random_range(0.0..900.0_f64).floor(), generator.random_range(0.5..80.0)];
        let mut moved = |value: f64, factor: f64| if generator.random_bool(0.4) { value * factor } else { value };
        let paid = [moved(units, 0.5).ceil(), moved(price, 0.9), moved(0.19, 0.5)];
        let fee = if generator.random_bool(0.5) { cents(generator.random_range(0.0..9.0)) } else { 0.0 };
        fees.push(fee);
        [invoice(units, price, 0.19, 0.0), invoice(paid[0], paid[1], paid[2], fee)]
    };
    let pairs = (0..count).map(pair).collect();
    (pairs, fees)
}

fn columns_of(pairs: &[[[f64; 6]; 2]], side: usize) -> Vec<Vec<f64>> {
    (0..6).map(|node| pairs.iter().map(|pair| pair[side][node]).collect()).collect()
}

fn table(columns: &[Vec<f64>]) -> EventColumns<'_> {
    EventColumns::new(NODES.into_iter().zip(columns.iter().map(|column| EventColumn::Numbers(column)))).unwrap()
}

fn change(changer: &UnitChanger, pairs: &[[[f64; 6]; 2]]) -> UnitChangeColumns {
    changer.change_columns(&table(&columns_of(pairs, 0)), &table(&columns_of(pairs, 1))).unwrap()
}

fn row(values: [f64; 6]) -> Observation {
    Observation::new(NODES, values.to_vec()).unwrap()
}

#[test]
fn columns_have_the_bits_of_pairs() {
    let (mut pairs, _) = pairs(200);
    pairs[7][1][0] = f64::NAN;
    pairs[9][0][4] = f64::INFINITY;
    let (old, new) = (model(1.0), model(0.5));
    for (new, config) in [
        (&old, UnitChangeConfig::default()),
        (&old, UnitChangeConfig::default().with_rounding_apart(true)),
        (&new, UnitChangeConfig::default()),
        (&new, UnitChangeConfig::default().with_rounding_apart(true)),
    ] {
        let changer = old.unit_changer(new, "paid", config).unwrap();
        let all = change(&changer, &pairs);
        let failed: Vec<usize> = all.failures().iter().map(|(row, _)| *row).collect();
        assert_eq!((all.target(), all.rows(), failed), ("paid", 200, vec![7, 9]));
        assert!(
            all.failures()[0].1.to_string().contains("`units`") && all.failures()[1].1.to_string().contains("row 9")
        );
        assert_eq!(all.rounding().is_some(), config.rounding_apart);
        for (number, pair) in pairs.iter().enumerate() {
            let Ok(alone) = old.unit_change(new, "paid", &row(pair[0]), &row(pair[1]), &config) else {
                assert!(all.before()[number].is_nan() && all.ranked(number).is_empty());
                continue;
            };
            assert_eq!((all.before()[number], all.after()[number]), (alone.before, alone.after));
            assert_eq!(all.rounding().map(|rounding| rounding[number].to_bits()), alone.rounding.map(f64::to_bits));
            for (node, source) in all.sources() {
                let part = all.parts(node, *source).unwrap()[number];
                assert_eq!(part.to_bits(), alone.part(node, *source).to_bits());
                assert_eq!(all.std_errors(node, *source).unwrap()[number], 0.0);
            }
            let ranked: Vec<(&str, f64)> = all.ranked(number).iter().map(|part| (part.node, part.value)).collect();
            let parts = alone.ranked().into_iter().filter(|part| part.value != 0.0);
            assert_eq!(ranked, parts.map(|part| (part.node.as_str(), part.value)).collect::<Vec<_>>());
        }
        // Nor do other rows or threads matter.
        let few = on_this_thread(|| change(&changer, &pairs[20..30]));
        assert_eq!(
            few.parts("price", ChangeSource::Noise).unwrap(),
            &all.parts("price", ChangeSource::Noise).unwrap()[20..30]
        );
    }
}

#[test]
fn what_rounding_explains_is_nobodys() {
    let (pairs, fees) = pairs(400);
    let apart = change(&changer(UnitChangeConfig::default().with_rounding_apart(true)), &pairs);
    let named = change(&changer(UnitChangeConfig::default()), &pairs);
    for (number, pair) in pairs.iter().enumerate() {
        let part = |changes: &UnitChangeColumns, node| changes.parts(node, ChangeSource::Noise).unwrap()[number];
        let rounding = apart.rounding().unwrap()[number];
        // Goods may be off by a cent, which is taxed, tax by one, and the sum by none.
        assert!(rounding.abs() <= 0.01 * 1.19 + 0.01 + 1e-9, "{rounding}");
        assert_eq!((part(&apart, "goods"), part(&apart, "tax")), (0.0, 0.0));
        // In the sum's own noise as much may be rounding of goods, tax and sum in both rows.
        assert!(fees[number] == 0.0 || fees[number] > 0.0301 || part(&apart, "paid") == 0.0);
        if fees[number] > 0.0301 {
            close(part(&apart, "paid"), -fees[number]);
        }
        let sum = |changes: &UnitChangeColumns| changes.ranked(number).iter().map(|part| part.value).sum::<f64>();
        let total = pair[1][5] - pair[0][5];
        assert!((sum(&apart) + rounding - total).abs() < 1e-9 && (sum(&named) - total).abs() < 1e-9);
        // What has a name is as much as without rounding, to a cent or so.
        for node in ["units", "price", "rate"] {
            assert!((part(&apart, node) - part(&named, node)).abs() < 0.01, "{node} of {pair:?}");
        }
    }
    assert!(named.parts("goods", ChangeSource::Noise).unwrap().iter().filter(|part| **part != 0.0).count() > 200);
}

#[test]
fn what_is_left_to_rounding_is_said() {
    let config = UnitChangeConfig::default().with_rounding_apart(true);
    let rows = [row(invoice(10.0, 3.333, 0.19, 0.0)), row(invoice(9.0, 3.333, 0.19, 0.0))];
    let found = changer(config).change(&rows[0], &rows[1]).unwrap();
    // 33.33 and 6.33, 30.00 and 5.70: one unit is 3.333 · 1.19.
    close(found.part("units", ChangeSource::Noise), -3.333 * 1.19);
    assert_eq!(found.parts.len(), 1);
    close(found.rounding.unwrap(), (35.70 - 39.66) + 3.333 * 1.19);
    assert!(found.to_string().lines().last().unwrap().trim_start().starts_with("(rounding)"), "{found}");
    assert!(found.to_csv().lines().last().unwrap().starts_with("(rounding),,"), "{}", found.to_csv());
    let same = changer(config).change(&rows[0], &rows[0]).unwrap();
    assert!(same.parts.is_empty() && same.rounding == Some(0.0));
    assert!(
        found.rounding.is_some()
            && changer(UnitChangeConfig::default()).change(&rows[0], &rows[1]).unwrap().rounding.is_none()
    );
}

#[test]
fn tables_that_do_not_fit_are_refused() {
    let (pairs, _) = pairs(3);
    let (due, paid) = (columns_of(&pairs, 0), columns_of(&pairs[..2], 1));
    let changer = changer(UnitChangeConfig::default());
    let error = changer.change_columns(&table(&due), &table(&paid)).unwrap_err().to_string();
    assert!(error.contains('3') && error.contains('2'), "{error}");
    let without = EventColumns::new([("units", EventColumn::Numbers(&due[0]))]).unwrap();
    let error = changer.change_columns(&table(&due), &without).unwrap_err().to_string();
    assert!(error.contains("`rate`"), "{error}");
}
