use std::sync::atomic::{AtomicU64, Ordering};

use super::*;

/// value = parent0 + parent1 · noise, but for one fault.
#[derive(Debug, Default)]
struct Faulty {
    fault: Option<Fault>,
    calls: AtomicU64,
}

#[derive(Debug, Clone, Copy)]
enum Fault {
    /// `evaluate` divides by the noise.
    InfiniteValue,
    /// `estimate_noise` takes a square root of the noise.
    NanNoise,
    /// `evaluate` depends on how often it was called, in the last place.
    Impure,
    /// The noise enters by its square.
    NotInjective,
    /// `estimate_noise` is off by a little.
    ShiftedNoise(f64),
    /// The columns are wrong in one row.
    Columns,
    /// The columns are computed in another order.
    ColumnsInAnotherOrder,
    /// Every second value of an odd number of rows is forgotten.
    ForgottenRow,
}

impl Faulty {
    fn new(fault: Fault) -> Self {
        Self { fault: Some(fault), ..Self::default() }
    }
}

impl Mechanism for Faulty {
    fn evaluate(&self, parents: &[f64], noise: f64) -> f64 {
        let sound = parents[0] + parents[1] * noise;
        match self.fault {
            Some(Fault::InfiniteValue) => parents[0] + 1.0 / noise,
            Some(Fault::Impure) => {
                let calls = self.calls.fetch_add(1, Ordering::Relaxed);
                sound * (1.0 + f64::EPSILON * (calls % 2) as f64)
            }
            Some(Fault::NotInjective) => parents[0] + parents[1] * noise * noise,
            _ => sound,
        }
    }

    fn estimate_noise(&self, parents: &[f64], value: f64) -> f64 {
        let sound = (value - parents[0]) / parents[1];
        match self.fault {
            Some(Fault::InfiniteValue) => 1.0 / (value - parents[0]),
            Some(Fault::NanNoise) => sound.signum() * (sound.powi(2) - 1.0).sqrt(),
            Some(Fault::NotInjective) => sound.max(0.0).sqrt(),
            Some(Fault::ShiftedNoise(shift)) => sound + shift,
            _ => sound,
        }
    }

    fn evaluate_columns(&self, parents: &[&[f64]], noise: &[f64], values: &mut [f64]) {
        for row in 0..noise.len() {
            if matches!(self.fault, Some(Fault::ForgottenRow)) && noise.len() % 2 == 1 && row + 1 == noise.len() {
                return;
            }
            values[row] = self.evaluate(&[parents[0][row], parents[1][row]], noise[row]);
            match self.fault {
                Some(Fault::Columns) if row == 3 => values[row] += 1.0,
                Some(Fault::ColumnsInAnotherOrder) => {
                    values[row] = (parents[0][row] / parents[1][row] + noise[row]) * parents[1][row];
                }
                _ => {}
            }
        }
    }
}

const NOISES: [f64; 5] = [-2.5, -0.5, 0.0, 0.75, 3.0];

fn cases() -> MechanismCases {
    MechanismCases::grid(&[&[-1.0, 0.3, 50.0], &[0.7, 3.0]], &NOISES).unwrap()
}

/// What the check of a faulty mechanism says first, and all that it found.
fn found(fault: Fault) -> (MechanismFault, Vec<MechanismCheck>) {
    let faults = check_mechanism(&Faulty::new(fault), &cases()).unwrap_err();
    (faults.faults[0].clone(), faults.faults.iter().map(|fault| fault.check).collect())
}

#[test]
fn a_sound_mechanism_passes() {
    check_mechanism(&Faulty::default(), &cases()).unwrap();
    // Through a pointer, too, and where digits of the noise are lost to the parents.
    let boxed: Box<dyn Mechanism> = Box::new(Faulty::default());
    check_mechanism(&*boxed, &MechanismCases::grid(&[&[1e12], &[1.0]], &NOISES).unwrap()).unwrap();
    let normal = NoiseDistribution::normal(3.0, 1.0).unwrap();
    let constant = NoiseDistribution::constant(2.0).unwrap();
    check_mechanism(&*boxed, &MechanismCases::draw(&[normal.clone(), constant], &normal, 1000, 1).unwrap()).unwrap();
}

#[test]
fn values_that_are_not_finite_are_found() {
    let (fault, checks) = found(Fault::InfiniteValue);
    assert_eq!(checks, [MechanismCheck::Finite]);
    assert_eq!((fault.parents, fault.noise, fault.expected), (vec![-1.0, 0.7], 0.0, None));
    assert_eq!((fault.found, fault.count), (f64::INFINITY, 6));
}

#[test]
fn noises_that_are_not_finite_are_found() {
    let (fault, checks) = found(Fault::NanNoise);
    assert!(checks.contains(&MechanismCheck::Finite), "{checks:?}");
    let faults = check_mechanism(&Faulty::new(Fault::NanNoise), &cases()).unwrap_err().faults;
    let not_finite = faults.iter().find(|fault| fault.check == MechanismCheck::Finite).unwrap();
    assert!(not_finite.found.is_nan() && not_finite.noise == -0.5, "{not_finite:?} {fault:?}");
}

#[test]
fn another_result_of_a_second_call_is_found() {
    let (_, checks) = found(Fault::Impure);
    assert!(checks.contains(&MechanismCheck::Deterministic), "{checks:?}");
    assert!(!checks.contains(&MechanismCheck::NoiseRecovered), "{checks:?}");
}

#[test]
fn a_noise_that_is_not_recovered_is_found_though_the_value_is_reproduced() {
    let (fault, checks) = found(Fault::NotInjective);
    assert_eq!(checks, [MechanismCheck::NoiseRecovered]);
    assert_eq!((fault.noise, fault.expected, fault.count), (-2.5, Some(-2.5), 12));
    assert!((fault.found - 2.5).abs() < 1e-12, "{fault:?}");
}

#[test]
fn a_shifted_noise_is_found_in_both_directions_beyond_the_tolerance() {
    let (fault, checks) = found(Fault::ShiftedNoise(0.01));
    assert_eq!(checks, [MechanismCheck::NoiseRecovered, MechanismCheck::ValueReproduced]);
    assert_eq!(fault.count, 30);
    check_mechanism(&Faulty::new(Fault::ShiftedNoise(1e-9)), &cases()).unwrap();
}

#[test]
fn columns_that_differ_from_rows_are_found() {
    let (fault, checks) = found(Fault::Columns);
    assert_eq!(checks, [MechanismCheck::ColumnsAgree]);
    assert_eq!((fault.noise, fault.expected), (0.75, Some(-1.0 + 0.7 * 0.75)));
    // In all rows at once, and in either half.
    assert_eq!(fault.count, 3);
    assert_eq!(found(Fault::ColumnsInAnotherOrder).1, [MechanismCheck::ColumnsAgree]);
    // 30 cases and their halves of 15 each.
    let (fault, checks) = found(Fault::ForgottenRow);
    assert_eq!((checks, fault.count), (vec![MechanismCheck::ColumnsAgree], 2));
    assert!(fault.found.is_nan());
}

#[test]
fn faults_are_told_in_sentences() {
    let faults = check_mechanism(&Faulty::new(Fault::NotInjective), &cases()).unwrap_err();
    let text = faults.to_string();
    assert!(text.starts_with("the mechanism Faulty {") && text.contains("checked in 30 cases:\n- "), "{text}");
    let sentence = "`estimate_noise` must give back the noise that `evaluate` was given, but with the parents [-1.0, 0.7] \
                    and the noise -2.5 2.5 was found where -2.5 was expected, the first of 12 times";
    assert!(text.contains(sentence), "{text}");
}

#[test]
fn bad_cases_are_refused() {
    let message = |cases: Result<MechanismCases>| cases.unwrap_err().to_string();
    assert!(message(MechanismCases::grid(&[&[]], &[1.0])).contains("at least 1"));
    assert!(message(MechanismCases::grid(&[&[1.0; 1001], &[1.0; 1001]], &[1.0])).contains("at most a million"));
    assert!(message(MechanismCases::grid(&[&[f64::NAN]], &[1.0])).contains("case 0"));
    assert!(message(MechanismCases::from_rows([(vec![1.0], 0.0), (vec![], 0.0)])).contains("case 1"));
    let noise = NoiseDistribution::constant(0.0).unwrap();
    assert!(message(MechanismCases::draw(&[], &noise, 0, 0)).contains("at least 1"));
    assert_eq!(MechanismCases::grid(&[], &NOISES).unwrap().count(), 5);
}

#[test]
fn drawn_cases_depend_on_the_seed_alone() {
    let noise = NoiseDistribution::normal(0.0, 1.0).unwrap();
    let noises = |seed| {
        let cases = MechanismCases::draw(std::slice::from_ref(&noise), &noise, 20, seed).unwrap();
        cases.cases.iter().map(|case| (case.parents[0], case.noise)).collect::<Vec<_>>()
    };
    assert_eq!(noises(1), noises(1));
    assert_ne!(noises(1), noises(2));
    assert!(noises(1).iter().all(|(parent, noise)| parent != noise));
}
