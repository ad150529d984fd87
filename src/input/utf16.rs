//! UTF-16 as UTF-8, on the way.

use std::io::{self, Read};

/// Decodes two bytes at a time; what is no character becomes U+FFFD.
pub(crate) struct Utf16<R> {
    inner: R,
    big_endian: bool,
    /// Bytes of half a unit, and units of half a character.
    bytes: Vec<u8>,
    half: Option<u16>,
    /// Decoded text that was not yet asked for.
    ready: Vec<u8>,
    given: usize,
}

const CHUNK: usize = 16 * 1024;

impl<R: Read> Utf16<R> {
    /// Units have their high byte first where they are `big_endian`.
    pub(crate) fn new(inner: R, big_endian: bool) -> Self {
        Self { inner, big_endian, bytes: Vec::new(), half: None, ready: Vec::new(), given: 0 }
    }

    /// Decodes the next chunk; false at the end.
    fn decode_more(&mut self) -> io::Result<bool> {
        let start = self.bytes.len();
        self.bytes.resize(CHUNK, 0);
        let count = self.inner.read(&mut self.bytes[start..])?;
        self.bytes.truncate(start + count);
        (self.given, self.ready) = (0, Vec::with_capacity(2 * CHUNK));
        if count == 0 {
            // Half a unit or half a character is left.
            let left = !self.bytes.is_empty() || self.half.is_some();
            (self.bytes, self.half) = (Vec::new(), None);
            if left {
                self.ready.extend("\u{fffd}".bytes());
            }
            return Ok(left);
        }
        let whole = self.bytes.len() / 2 * 2;
        let unit = |pair: &[u8]| match self.big_endian {
            true => u16::from_be_bytes([pair[0], pair[1]]),
            false => u16::from_le_bytes([pair[0], pair[1]]),
        };
        let mut units: Vec<u16> = self.half.take().into_iter().collect();
        units.extend(self.bytes[..whole].chunks_exact(2).map(unit));
        self.half = units.pop_if(|last| (0xd800..0xdc00).contains(last));
        let decoded: String =
            char::decode_utf16(units).map(|found| found.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        self.ready.extend(decoded.bytes());
        self.bytes.drain(..whole);
        Ok(true)
    }
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.ready.len() && !buffer.is_empty() {
            if !self.decode_more()? {
                return Ok(0);
            }
        }
        let count = buffer.len().min(self.ready.len() - self.given);
        buffer[..count].copy_from_slice(&self.ready[self.given..self.given + count]);
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives a byte at a time, so that every unit and every pair is cut.
    struct Drops<'a>(&'a [u8]);

    impl Read for Drops<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.0.len().min(buffer.len()).min(1);
            buffer[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    #[test]
    fn characters_come_back_however_the_bytes_arrive() {
        let text = "db;µs;日本;𝄞\r\n0,5;é;;\r\n".repeat(3_000);
        for big_endian in [false, true] {
            let bytes = |unit: u16| if big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() };
            let bytes: Vec<u8> = text.encode_utf16().flat_map(bytes).collect();
            assert_eq!(io::read_to_string(Utf16::new(bytes.as_slice(), big_endian)).unwrap(), text);
            assert_eq!(io::read_to_string(Utf16::new(Drops(&bytes), big_endian)).unwrap(), text);
        }
    }

    #[test]
    fn what_is_no_character_is_marked() {
        let read = |bytes: &[u8]| io::read_to_string(Utf16::new(bytes, false)).unwrap();
        assert_eq!(read(b"a\0\x34\xd8b\0"), "a\u{fffd}b");
        assert_eq!(read(b"a\0\x34\xd8"), "a\u{fffd}");
        assert_eq!(read(b"a\0b"), "a\u{fffd}");
    }
}
