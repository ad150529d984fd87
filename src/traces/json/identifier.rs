//! Identifiers of traces and spans by their value, in whatever way they are written.

/// The value of an identifier. Hexadecimal digits count by their value, since exporters differ in leading zeros and case; 16 and
/// 8 bytes in base64 by theirs, as some write what protobuf calls bytes; other text by a hash (FNV-1a). One of zeros alone
/// stands for none in all formats.
pub(super) fn identifier(text: &str) -> Option<u128> {
    let text = text.trim();
    let digits = text.strip_prefix("0x").unwrap_or(text);
    if digits.is_empty() {
        return None;
    }
    if digits.len() <= 32
        && let Some(value) = hexadecimal(digits.as_bytes())
    {
        return Some(value).filter(|&id| id != 0);
    }
    if let Some(value) = base64(text.as_bytes()) {
        return Some(value).filter(|&id| id != 0);
    }
    const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    Some(text.bytes().fold(BASIS, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME)))
}

fn hexadecimal(digits: &[u8]) -> Option<u128> {
    let mut value = 0;
    for &digit in digits {
        let digit = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'f' => digit - b'a' + 10,
            b'A'..=b'F' => digit - b'A' + 10,
            _ => return None,
        };
        value = value << 4 | u128::from(digit);
    }
    Some(value)
}

/// 16 or 8 bytes in base64, in either of its alphabets and with or without the signs that fill it up.
fn base64(text: &[u8]) -> Option<u128> {
    let end = text.iter().rposition(|&byte| byte != b'=').map_or(0, |last| last + 1);
    let (digits, filling) = text.split_at(end);
    let bytes = match (digits.len(), filling.len()) {
        (22, 0 | 2) => 16,
        (11, 0 | 1) => 8,
        _ => return None,
    };
    let mut value: u128 = 0;
    let mut bits = 0;
    for &digit in digits {
        let digit = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        // Of the last digit the bits that complete a byte.
        let taken = 6.min(8 * bytes - bits);
        value = value << taken | u128::from(digit >> (6 - taken));
        bits += taken;
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::identifier;

    #[test]
    fn the_same_bytes_are_the_same_identifier_however_they_are_written() {
        let value = Some(0x5b8e_fff7_9803_8103_d269_b633_813f_c60c);
        for text in [
            "5b8efff798038103d269b633813fc60c",
            "5B8EFFF798038103D269B633813FC60C",
            "0x5b8efff798038103d269b633813fc60c",
            "W47/95gDgQPSabYzgT/GDA==",
            "W47_95gDgQPSabYzgT_GDA",
        ] {
            assert_eq!(identifier(text), value, "{text}");
        }
        assert_eq!(identifier("7uGbfsOBsXM="), Some(0xeee1_9b7e_c381_b173));
        assert_eq!(identifier("00000000000000ab"), identifier("ab"));
        assert_eq!((identifier(""), identifier("0000"), identifier("AAAAAAAAAAA=")), (None, None, None));
        assert_ne!(identifier("order 17"), identifier("order 18"));
    }
}
