//! The keys of rows, and their keyed hash.

use crate::error::{Error, Result};

/// What tells every row of a batch from all other rows, in this batch or any other: an order number, a trace's identifier.
///
/// Which rows are sampled depends on the keys and the seed alone. Rows that share a key are sampled together or not at all, so
/// a key that many rows share, as a customer's, makes a sample of customers.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum RowKeys<'k> {
    /// One number per row.
    Numbers(&'k [u64]),
    /// The bytes of one key per row. A number has the hash of its eight bytes in little-endian order.
    Bytes(&'k [&'k [u8]]),
}

impl RowKeys<'_> {
    /// # Errors
    /// When there is not one key for each row.
    pub(super) fn check(&self, rows: usize) -> Result<()> {
        let found = match self {
            Self::Numbers(keys) => keys.len(),
            Self::Bytes(keys) => keys.len(),
        };
        let what = "the list of row keys".to_owned();
        if found == rows { Ok(()) } else { Err(Error::LengthMismatch { what, expected: rows, found }) }
    }

    /// The hash of one row's key.
    pub(super) fn hash(&self, row: usize, seed: u64) -> u64 {
        match self {
            Self::Numbers(keys) => siphash((seed, 0), &keys[row].to_le_bytes()),
            Self::Bytes(keys) => siphash((seed, 0), keys[row]),
        }
    }
}

/// SipHash-2-4: without the key nobody can tell which rows will be sampled, nor choose keys that all will be.
///
/// Source: J.-P. Aumasson and D. J. Bernstein, *SipHash: a fast short-input PRF*, INDOCRYPT 2012.
fn siphash(key: (u64, u64), bytes: &[u8]) -> u64 {
    let mut state = [
        key.0 ^ 0x736f_6d65_7073_6575,
        key.1 ^ 0x646f_7261_6e64_6f6d,
        key.0 ^ 0x6c79_6765_6e65_7261,
        key.1 ^ 0x7465_6462_7974_6573,
    ];
    let mut words = bytes.chunks_exact(8);
    let mut take = |word: u64| {
        state[3] ^= word;
        (0..2).for_each(|_| round(&mut state));
        state[0] ^= word;
    };
    for word in &mut words {
        take(word.iter().rev().fold(0, |word, &byte| (word << 8) | u64::from(byte)));
    }
    let rest = words.remainder().iter().rev().fold(0, |word, &byte| (word << 8) | u64::from(byte));
    take(rest | ((bytes.len() as u64) << 56));
    state[2] ^= 0xff;
    (0..4).for_each(|_| round(&mut state));
    state[0] ^ state[1] ^ state[2] ^ state[3]
}

fn round(state: &mut [u64; 4]) {
    let [a, b, c, d] = state;
    *a = a.wrapping_add(*b);
    *c = c.wrapping_add(*d);
    *b = b.rotate_left(13) ^ *a;
    *d = d.rotate_left(16) ^ *c;
    *a = a.rotate_left(32);
    *c = c.wrapping_add(*b);
    *a = a.wrapping_add(*d);
    *b = b.rotate_left(17) ^ *c;
    *d = d.rotate_left(21) ^ *a;
    *c = c.rotate_left(32);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_that_of_its_paper() {
        // Appendix A: the key is 00 01 … 0f, the message 00 01 … 0e.
        let key = (0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908);
        let message: Vec<u8> = (0..15).collect();
        assert_eq!(siphash(key, &message), 0xa129_ca61_49be_45e5);
    }

    #[test]
    fn a_number_is_its_bytes_and_the_seed_counts() {
        let numbers = [0x0102_0304_0506_0708, 7];
        let bytes: [&[u8]; 2] = [&[8, 7, 6, 5, 4, 3, 2, 1], &[7, 0, 0, 0, 0, 0, 0, 0]];
        for row in 0..2 {
            assert_eq!(RowKeys::Numbers(&numbers).hash(row, 5), RowKeys::Bytes(&bytes).hash(row, 5));
            assert_ne!(RowKeys::Numbers(&numbers).hash(row, 5), RowKeys::Numbers(&numbers).hash(row, 6));
        }
        assert!(RowKeys::Numbers(&numbers).check(3).is_err());
    }
}
