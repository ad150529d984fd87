//! Which model a model is, in a few characters.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// The offset and the prime of FNV-1a with 128 bits (draft-eastlake-fnv).
const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
const DIGITS: usize = 32;

/// Which model a model is: the 128-bit FNV-1a hash of the bytes that it is saved as, shown as 32 hexadecimal digits.
///
/// Two processes that have to agree on a model compare it. It finds accidents (an old file, a damaged one, another fit), not intent: who
/// wants to can make another model with the same fingerprint. A later version of the crate that saves models in another way gives another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ModelFingerprint(u128);

impl ModelFingerprint {
    pub(super) fn of_bytes(bytes: &[u8]) -> Self {
        Self(bytes.iter().fold(OFFSET, |hash, &byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME)))
    }
}

impl fmt::Display for ModelFingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:032x}", self.0)
    }
}

impl FromStr for ModelFingerprint {
    type Err = Error;

    /// Reads what `Display` wrote.
    fn from_str(text: &str) -> Result<Self> {
        let is_hexadecimal = text.len() == DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let hash = is_hexadecimal.then(|| u128::from_str_radix(text, 16).ok()).flatten();
        hash.map(Self).ok_or_else(|| Error::InvalidParameter {
            name: "a model's fingerprint",
            requirement: "32 hexadecimal digits",
            found: text.to_owned(),
        })
    }
}

impl TryFrom<String> for ModelFingerprint {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl From<ModelFingerprint> for String {
    fn from(fingerprint: ModelFingerprint) -> Self {
        fingerprint.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_fnv_1a() {
        // From the test vectors of the draft.
        assert_eq!(ModelFingerprint::of_bytes(b"").to_string(), "6c62272e07bb014262b821756295c58d");
        assert_eq!(ModelFingerprint::of_bytes(b"a").to_string(), "d228cb696f1a8caf78912b704e4a8964");
        assert_eq!(ModelFingerprint::of_bytes(b"foobar").to_string(), "343e1662793c64bf6f0d3597ba446f18");
    }

    #[test]
    fn text_that_is_no_fingerprint_is_refused() {
        let written = ModelFingerprint::of_bytes(b"model").to_string();
        assert_eq!(written.parse::<ModelFingerprint>().unwrap(), ModelFingerprint::of_bytes(b"model"));
        for wrong in ["", "abc", "+c62272e07bb014262b821756295c58d", "gc62272e07bb014262b821756295c58d", &written[1..]]
        {
            let refused = wrong.parse::<ModelFingerprint>().unwrap_err().to_string();
            assert!(refused.contains("32 hexadecimal digits"), "{refused}");
        }
    }
}
