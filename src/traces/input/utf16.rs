//! UTF-16, as programs of Windows save text, read as UTF-8.

use std::io::{self, Read};

/// The order of the two bytes of a unit.
#[derive(Debug, Clone, Copy)]
pub(super) enum ByteOrder {
    Little,
    Big,
}

/// Reads UTF-16 and gives UTF-8. Halves of pairs without their other half become U+FFFD.
pub(super) struct Utf16<R> {
    source: R,
    order: ByteOrder,
    /// Bytes that do not make a character yet: of one to three bytes.
    pending: Vec<u8>,
    text: Vec<u8>,
    given: usize,
    ended: bool,
}

impl<R: Read> Utf16<R> {
    pub(super) fn new(source: R, order: ByteOrder) -> Self {
        Self { source, order, pending: Vec::new(), text: Vec::new(), given: 0, ended: false }
    }

    fn refill(&mut self) -> io::Result<()> {
        let mut chunk = [0; 1 << 14];
        let read = self.source.read(&mut chunk)?;
        self.ended = read == 0;
        self.pending.extend_from_slice(&chunk[..read]);
        let (pairs, _) = self.pending.as_chunks::<2>();
        let units = pairs.iter().map(|&pair| match self.order {
            ByteOrder::Little => u16::from_le_bytes(pair),
            ByteOrder::Big => u16::from_be_bytes(pair),
        });
        let mut units: Vec<u16> = units.collect();
        // The first half of a pair waits for the second.
        if !self.ended && units.last().is_some_and(|unit| (0xd800..0xdc00).contains(unit)) {
            units.pop();
        }
        self.pending.drain(..2 * units.len());
        let characters = char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER));
        self.text.clear();
        self.text.extend(characters.collect::<String>().bytes());
        self.given = 0;
        Ok(())
    }
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.text.len() && !self.ended {
            self.refill()?;
        }
        let length = buffer.len().min(self.text.len() - self.given);
        buffer[..length].copy_from_slice(&self.text[self.given..self.given + length]);
        self.given += length;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_may_lie_across_reads_and_halves_are_replaced() {
        let text = "{\"name\": \"b\u{e4}r \u{1f43b}\"}".repeat(3000);
        for order in [ByteOrder::Little, ByteOrder::Big] {
            let bytes: Vec<u8> = text
                .encode_utf16()
                .flat_map(|unit| match order {
                    ByteOrder::Little => unit.to_le_bytes(),
                    ByteOrder::Big => unit.to_be_bytes(),
                })
                .collect();
            let mut read = String::new();
            Utf16::new(bytes.as_slice(), order).read_to_string(&mut read).unwrap();
            assert_eq!(read, text);
        }
        let mut read = String::new();
        Utf16::new([0x41, 0, 0, 0xd8, 0x42].as_slice(), ByteOrder::Little).read_to_string(&mut read).unwrap();
        assert_eq!(read, "A\u{fffd}");
    }
}
