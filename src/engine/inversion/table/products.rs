//! Products of spectra: a table of rows for all sets of them, and of two such tables.

use ndarray::Array2;
use ndarray::linalg::general_mat_mul;

use crate::noise::{Spectrum, multiply_into};

/// Products of spectra, a row for every set of them; the first spectrum has the highest bit.
pub(in crate::engine::inversion) struct Products {
    re: Array2<f64>,
    im: Array2<f64>,
}

impl Products {
    /// A row for each of these spectra.
    pub(in crate::engine::inversion) fn from_rows<'s>(
        spectra: impl Iterator<Item = &'s Spectrum> + Clone,
        width: usize,
    ) -> Self {
        let table = |part: fn(&Spectrum) -> &[f64]| {
            let mut rows = Vec::with_capacity(spectra.clone().count() * width);
            spectra.clone().for_each(|spectrum| rows.extend_from_slice(part(spectrum)));
            // As many numbers as fill the rows, so it never fails.
            Array2::from_shape_vec((rows.len() / width, width), rows).unwrap_or_default()
        };
        Self { re: table(|spectrum| &spectrum.re), im: table(|spectrum| &spectrum.im) }
    }

    /// The rows of each of these starts, one after another.
    pub(in crate::engine::inversion) fn new(starts: &[Spectrum], factors: &[&Spectrum]) -> Self {
        let (width, sets) = (starts.first().map_or(0, |start| start.re.len()), starts.len() << factors.len());
        let (mut re, mut im) = (Vec::with_capacity(sets * width), Vec::with_capacity(sets * width));
        // One row at a time, which stays in the cache: to fill both tables with zeros first takes as long as the products.
        let mut row = Spectrum::one(width);
        for start in starts {
            let first = re.len();
            re.extend_from_slice(&start.re);
            im.extend_from_slice(&start.im);
            for factor in factors.iter().rev() {
                for old in (first..re.len()).step_by(width) {
                    let old = (&re[old..old + width], &im[old..old + width]);
                    multiply_into(old, (&factor.re, &factor.im), (&mut row.re, &mut row.im));
                    re.extend_from_slice(&row.re);
                    im.extend_from_slice(&row.im);
                }
            }
        }
        // As many numbers as fill the rows, so it never fails.
        let table = |numbers: Vec<f64>| Array2::from_shape_vec((sets, width), numbers).unwrap_or_default();
        Self { re: table(re), im: table(im) }
    }
}

/// Im Σ_k aₖ bₖ for every pair of rows.
pub(in crate::engine::inversion) fn imaginary_parts(a: &Products, b: &Products) -> Array2<f64> {
    let mut sums = a.im.dot(&b.re.t());
    general_mat_mul(1.0, &a.re, &b.im.t(), 1.0, &mut sums);
    sums
}
