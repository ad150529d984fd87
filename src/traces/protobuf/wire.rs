//! Protobuf's wire format: fields with a number and a value of one of four kinds.

/// What is no protobuf, or another message than the expected one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Malformed(pub(super) &'static str);

/// The value of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value<'a> {
    Varint(u64),
    Fixed64(u64),
    Fixed32,
    /// Text, bytes, a message, or packed numbers.
    Bytes(&'a [u8]),
}

impl<'a> Value<'a> {
    pub(super) fn bytes(self) -> Result<&'a [u8], Malformed> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            _ => Err(Malformed("a number where a message or a text is expected")),
        }
    }

    pub(super) fn fixed64(self) -> Result<u64, Malformed> {
        match self {
            Self::Fixed64(value) => Ok(value),
            _ => Err(Malformed("a time that is no number of 64 bits")),
        }
    }

    pub(super) fn varint(self) -> Result<u64, Malformed> {
        match self {
            Self::Varint(value) => Ok(value),
            _ => Err(Malformed("no number where one is expected")),
        }
    }
}

/// The fields of a message, in the order in which they were written.
pub(super) struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    pub(super) fn of(message: &'a [u8]) -> Self {
        Self(message)
    }

    fn split(&mut self, length: usize) -> Result<&'a [u8], Malformed> {
        let (value, rest) =
            self.0.split_at_checked(length).ok_or(Malformed("a field that is longer than its message"))?;
        self.0 = rest;
        Ok(value)
    }

    fn varint(&mut self) -> Result<u64, Malformed> {
        let (value, digits) = varint(self.0)?.ok_or(Malformed("a number that ends too early"))?;
        self.0 = &self.0[digits..];
        Ok(value)
    }

    fn field(&mut self) -> Result<(u64, Value<'a>), Malformed> {
        let key = self.varint()?;
        let value = match key & 7 {
            0 => Value::Varint(self.varint()?),
            1 => Value::Fixed64(u64::from_le_bytes(self.split(8)?.try_into().unwrap_or_default())),
            2 => {
                let length = usize::try_from(self.varint()?).unwrap_or(usize::MAX);
                Value::Bytes(self.split(length)?)
            }
            5 => {
                self.split(4)?;
                Value::Fixed32
            }
            _ => return Err(Malformed("a field of a kind that OTLP does not have")),
        };
        if key >> 3 == 0 { Err(Malformed("a field without a number")) } else { Ok((key >> 3, value)) }
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u64, Value<'a>), Malformed>;

    /// An error is the last that comes.
    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_err() {
            self.0 = &[];
        }
        Some(field)
    }
}

/// A number in groups of seven bits, and how many bytes it takes; nothing if there are too few.
#[inline]
pub(super) fn varint(bytes: &[u8]) -> Result<Option<(u64, usize)>, Malformed> {
    let mut value = 0;
    for (position, &byte) in bytes.iter().take(10).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * position as u32);
        if byte & 0x80 == 0 {
            return Ok(Some((value, position + 1)));
        }
    }
    if bytes.len() < 10 { Ok(None) } else { Err(Malformed("a number of more than 64 bits")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_and_what_is_cut_is_an_error() {
        // 1: 300, 2: "ab", 3: 64 bits, 4: 32 bits
        let message = [8, 0xac, 2, 0x12, 2, b'a', b'b', 0x19, 1, 0, 0, 0, 0, 0, 0, 0, 0x25, 9, 9, 9, 9];
        let fields: Vec<_> = Fields::of(&message).collect::<Result<_, _>>().unwrap();
        let expected = [(1, Value::Varint(300)), (2, Value::Bytes(b"ab")), (3, Value::Fixed64(1)), (4, Value::Fixed32)];
        assert_eq!(fields, expected);
        for length in [1, 2, 4, 6, 12, 18] {
            let cut: Result<Vec<_>, _> = Fields::of(&message[..length]).collect();
            assert!(cut.is_err(), "{length}");
        }
        assert!(Fields::of(&[0x0b]).next().unwrap().is_err(), "groups are of before OTLP");
        assert!(Fields::of(&[0x80; 11]).next().unwrap().is_err());
        assert_eq!(Fields::of(&[0x0b, 1, 8]).count(), 1, "an error is the last");
    }
}
