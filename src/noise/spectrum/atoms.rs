//! The characteristic function of a few values, summed value by value.
//!
//! What a value adds at the k-th frequency is the k-th power of its turn z. With k = a + b·L, a = 1, …, L, that is zᵃ·(z^L)ᵇ: so the sum
//! over all values, for all k, is the product of two matrices of powers, and L = √K makes both small.

use ndarray::Array2;
use rustfft::num_complex::Complex64;

use super::characteristic::{Spectrum, multiply_into};

/// The spectrum of values that each have a share of 1/count. No power takes more than 2√K multiplications, each of which loses about a
/// unit in the last place. Costs O(values · frequencies).
pub(super) fn of_atoms(values: impl Iterator<Item = f64>, count: usize, period: f64, frequencies: usize) -> Spectrum {
    let turns: Vec<Complex64> =
        values.map(|value| Complex64::cis(std::f64::consts::TAU * (value / period).fract())).collect();
    let atoms = turns.len();
    if atoms == 0 || frequencies == 0 {
        return Spectrum { re: vec![0.0; frequencies], im: vec![0.0; frequencies] };
    }
    let turn: Vec<f64> = turns.iter().map(|turn| turn.re).chain(turns.iter().map(|turn| turn.im)).collect();
    let low = 1 << frequencies.ilog2().div_ceil(2);
    let low_powers = powers(turn.clone(), &turn, low);
    let mut shares = vec![1.0 / count as f64; atoms];
    shares.resize(2 * atoms, 0.0);
    let high = frequencies.div_ceil(low);
    let high_powers = powers(shares, &low_powers[2 * atoms * (low - 1)..], high);
    // As many numbers as fill the rows, so it never fails.
    let table = |rows: usize, numbers: Vec<f64>| Array2::from_shape_vec((rows, 2 * atoms), numbers).unwrap_or_default();
    let sums = table(high, high_powers).dot(&table(2 * low, for_both_parts(&low_powers, atoms)).t());
    let mut spectrum = Spectrum { re: Vec::with_capacity(high * low), im: Vec::with_capacity(high * low) };
    for row in sums.into_raw_vec_and_offset().0.chunks_exact(2 * low) {
        let (re, im) = row.split_at(low);
        spectrum.re.extend_from_slice(re);
        spectrum.im.extend_from_slice(im);
    }
    spectrum.re.truncate(frequencies);
    spectrum.im.truncate(frequencies);
    spectrum
}

/// `first`, `first`·`step`, `first`·`step`², …: so many rows, each with the real parts of all numbers before their imaginary parts.
fn powers(first: Vec<f64>, step: &[f64], rows: usize) -> Vec<f64> {
    let (width, mut all) = (first.len(), first);
    all.resize(rows * width, 0.0);
    for row in 1..rows {
        let (before, rest) = all.split_at_mut(row * width);
        let last = before[(row - 1) * width..].split_at(width / 2);
        multiply_into(last, step.split_at(width / 2), rest[..width].split_at_mut(width / 2));
    }
    all
}

/// The rows by which a row of real parts and imaginary parts is multiplied for the real parts of the products, and then those for
/// their imaginary parts.
fn for_both_parts(powers: &[f64], atoms: usize) -> Vec<f64> {
    let rows = || powers.chunks_exact(2 * atoms).map(|row| row.split_at(atoms));
    let mut both = Vec::with_capacity(2 * powers.len());
    for (re, im) in rows() {
        both.extend_from_slice(re);
        both.extend(im.iter().map(|im| -im));
    }
    for (re, im) in rows() {
        both.extend_from_slice(im);
        both.extend_from_slice(re);
    }
    both
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_values_are_summed_as_the_definition_says() {
        for count in [1, 3, 4, 9] {
            let values: Vec<f64> = (0..count).map(|number: i32| (f64::from(number) * 1.7).sin() * 30.0).collect();
            for frequencies in [1_usize, 2, 8, 128, 300] {
                let spectrum = of_atoms(values.iter().copied(), 10, 80.0, frequencies);
                assert_eq!((spectrum.re.len(), spectrum.im.len()), (frequencies, frequencies));
                for k in [1_usize, 2, 17, 300].into_iter().filter(|&k| k <= frequencies) {
                    let u = std::f64::consts::TAU * k as f64 / 80.0;
                    let expected: Complex64 = values.iter().map(|value| Complex64::cis(u * value) / 10.0).sum();
                    let found = Complex64::new(spectrum.re[k - 1], spectrum.im[k - 1]);
                    assert!(
                        (found - expected).norm() < 1e-13,
                        "{count} values, k = {k}: {found} instead of {expected}"
                    );
                }
            }
        }
    }

    #[test]
    fn no_values_have_no_share() {
        assert_eq!(of_atoms(std::iter::empty(), 10, 80.0, 3), Spectrum { re: vec![0.0; 3], im: vec![0.0; 3] });
    }
}
