use std::sync::Arc;

use super::*;
use crate::mechanism::code::Mechanism;
use crate::mechanism::function::{LinearFunction, Link, ScaleFunction};

fn linear(intercept: f64, coefficients: &[f64]) -> LinearFunction {
    LinearFunction { intercept, coefficients: coefficients.to_vec() }
}

fn location() -> ParentFunction {
    ParentFunction::Linear(linear(0.1, &[0.3, -0.7]))
}

fn scale() -> ScaleFunction {
    ScaleFunction::new(linear(-0.2, &[0.4, 0.1]), -2.0, 2.0)
}

fn mechanism(form: Form) -> FittedMechanism {
    FittedMechanism::new(form, NoiseDistribution::normal(0.0, 1.0).unwrap())
}

/// value = parent0 · noise
#[derive(Debug)]
struct Share;

impl Mechanism for Share {
    fn evaluate(&self, parents: &[f64], noise: f64) -> f64 {
        parents[0] * noise
    }
    fn estimate_noise(&self, parents: &[f64], value: f64) -> f64 {
        value / parents[0]
    }
}

fn code(name: Option<&str>) -> Form {
    Form::Code(NamedMechanism { mechanism: Arc::new(Share), name: name.map(str::to_owned) })
}

fn wave(step: f64) -> Vec<f64> {
    (0..300).map(|row| 0.5 + 0.4 * (f64::from(row) * step).sin()).collect()
}

#[test]
fn the_parts_give_the_bits_of_their_formulas() {
    let (m, s) = (location(), scale());
    for (a, b, n) in [(0.3, -1.7, 0.11), (1e9, 0.0, -3.3), (-0.4, 1.1, 7e-3)] {
        let parents = [a, b];
        let (at_m, at_s) = (m.value(&parents), s.value(&parents));
        let additive = mechanism(Form::additive(m.clone()));
        assert_eq!(additive.evaluate(&parents, n).to_bits(), (at_m + n).to_bits());
        assert_eq!(additive.estimate_noise(&parents, n).to_bits(), (n - at_m).to_bits());
        let scaled = mechanism(Form::of(Some(m.clone()), Some(s.clone()), Link::Identity));
        assert_eq!(scaled.evaluate(&parents, n).to_bits(), (at_m + at_s * n).to_bits());
        assert_eq!(scaled.estimate_noise(&parents, n).to_bits(), ((n - at_m) / at_s).to_bits());
        let linked = mechanism(Form::of(Some(m.clone()), None, Link::Log1p));
        assert_eq!(linked.evaluate(&parents, n).to_bits(), Link::Log1p.invert(at_m + n).to_bits());
        assert_eq!(linked.estimate_noise(&parents, n).to_bits(), (Link::Log1p.apply(n) - at_m).to_bits());
    }
    let root = mechanism(Form::ROOT);
    for n in [-0.0_f64, 2.5] {
        assert_eq!(root.evaluate(&[], n).to_bits(), n.to_bits());
        assert_eq!(root.estimate_noise(&[], n).to_bits(), n.to_bits());
    }
}

#[test]
fn columns_have_the_bits_of_rows_in_every_form() {
    let (a, b, noise) = (wave(0.7), wave(1.9), wave(2.3));
    let forms = [
        Form::additive(location()),
        Form::of(Some(location()), None, Link::Logit),
        Form::of(Some(location()), Some(scale()), Link::Identity),
        code(None),
    ];
    for form in forms {
        let mechanism = mechanism(form);
        let mut values = vec![f64::NAN; 300];
        mechanism.fill("node", &[&a, &b], &noise, &mut values).unwrap();
        let noises = mechanism.form.estimate_noises(&[&a, &b], &values);
        let predictions = mechanism.form.predict(&[&a, &b], 300);
        for row in 0..300 {
            let parents = [a[row], b[row]];
            assert_eq!(values[row].to_bits(), mechanism.evaluate(&parents, noise[row]).to_bits(), "{mechanism}");
            let estimated = mechanism.estimate_noise(&parents, values[row]);
            assert_eq!(noises[row].to_bits(), estimated.to_bits(), "{mechanism}");
            assert!((estimated - noise[row]).abs() < 1e-12, "{mechanism}");
            if let Some(predictions) = &predictions {
                assert_eq!(predictions.value(row, noise[row]).to_bits(), values[row].to_bits(), "{mechanism}");
            }
        }
    }
}

#[test]
fn what_a_form_is_follows_from_its_parts() {
    let is = |form: Form| {
        let mechanism = mechanism(form);
        (mechanism.is_root(), mechanism.adds_noise(), mechanism.takes_parents(0), mechanism.takes_parents(2))
    };
    assert_eq!(is(Form::ROOT), (true, true, true, false));
    assert_eq!(is(Form::additive(location())), (false, true, false, true));
    assert_eq!(is(Form::of(Some(location()), None, Link::Log)), (false, false, false, true));
    assert_eq!(is(Form::of(Some(location()), None, Link::Identity)), (false, true, false, true));
    assert_eq!(is(Form::of(Some(location()), Some(scale()), Link::Identity)), (false, false, false, true));
    assert_eq!(is(code(None)), (false, false, true, true));
}

#[test]
fn coefficients_and_slopes_are_those_of_linear_mechanisms_only() {
    let additive = mechanism(Form::additive(location()));
    assert_eq!(additive.coefficients(), Some(&[0.3, -0.7][..]));
    assert_eq!((additive.slope(1, 2), additive.slope(2, 2)), (Some(-0.7), None));
    let maximum = mechanism(Form::additive(ParentFunction::Maximum));
    assert_eq!((maximum.coefficients(), maximum.slope(0, 1), maximum.slope(0, 2)), (None, Some(1.0), None));
    for form in [
        Form::ROOT,
        Form::of(Some(location()), None, Link::Log),
        Form::of(Some(location()), Some(scale()), Link::Identity),
        code(None),
    ] {
        let mechanism = mechanism(form);
        assert_eq!((mechanism.coefficients(), mechanism.slope(0, 2)), (None, None), "{mechanism}");
    }
}

#[test]
fn mechanisms_are_written_with_the_names_of_their_parents() {
    let described = |form: Form| mechanism(form).describe(&["www", "db"]);
    assert_eq!(described(Form::ROOT), "N");
    assert_eq!(described(Form::additive(location())), "0.1 + 0.3·www - 0.7·db + N");
    assert_eq!(described(Form::additive(ParentFunction::Maximum)), "max(www, db) + N");
    assert_eq!(described(Form::of(Some(location()), None, Link::Log)), "exp(0.1 + 0.3·www - 0.7·db + N)");
    let scale_of_noise = "exp(-0.2 + 0.4·www + 0.1·db within [-2, 2])";
    assert_eq!(
        described(Form::of(Some(location()), Some(scale()), Link::Identity)),
        format!("0.1 + 0.3·www - 0.7·db + {scale_of_noise}·N")
    );
    assert_eq!(described(code(None)), "Share(www, db, N)");
    assert_eq!(described(code(Some("share of"))), "share of(www, db, N)");
    assert_eq!(mechanism(Form::additive(location())).to_string(), "0.1 + 0.3·parent0 - 0.7·parent1 + N");
}
