//! Gzip and encodings, told by the first bytes.

use std::cell::Cell;
use std::io::{self, Cursor, Read};
use std::rc::Rc;

use flate2::read::MultiGzDecoder;
use serde::{Deserialize, Serialize};

use super::limit::Limited;
use super::utf16::Utf16;

const GZIP: [u8; 2] = [0x1f, 0x8b];
/// By how much text may be larger than what it was packed to, beyond [`FREE`]: tables reach some hundred where they repeat
/// themselves, and what was made to fill a memory 1 000.
const MOST_INFLATED: u64 = 500;
/// So much may be unpacked from anything.
const FREE: u64 = 64 << 20;

/// How the characters of a file were written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Encoding {
    /// UTF-8, with or without a byte-order mark.
    #[default]
    Utf8,
    /// UTF-16, the low byte first, as spreadsheets and shells of Windows write it.
    Utf16Le,
    /// UTF-16, the high byte first.
    Utf16Be,
    /// Windows-1252, the Western encoding of older programs, which Latin-1 is part of: taken where bytes are no UTF-8.
    Windows1252,
}

/// The text of a file, as bytes of UTF-8 unless those are of no encoding that the first ones tell.
pub(crate) struct Unpacked<'r> {
    pub(crate) text: Box<dyn Read + 'r>,
    pub(crate) encoding: Encoding,
    pub(crate) gzip: bool,
}

/// Unpacks and decodes. What is read from `text` ends with an error beyond `most` bytes.
pub(crate) fn unpack<'r>(mut reader: impl Read + 'r, most: u64) -> io::Result<Unpacked<'r>> {
    let start = first_bytes(&mut reader, GZIP.len())?;
    let packed = start == GZIP;
    let bytes = Cursor::new(start).chain(reader);
    let mut bytes: Box<dyn Read + 'r> = if packed { Box::new(inflated(bytes)) } else { Box::new(bytes) };
    let start = first_bytes(&mut bytes, 3)?;
    let (encoding, mark) = match start.as_slice() {
        [0xef, 0xbb, 0xbf] => (Encoding::Utf8, 3),
        [0xff, 0xfe, ..] => (Encoding::Utf16Le, 2),
        [0xfe, 0xff, ..] => (Encoding::Utf16Be, 2),
        // Text begins with a character below U+0100 and holds no U+0000.
        [low, 0, ..] if *low != 0 => (Encoding::Utf16Le, 0),
        [0, low, ..] if *low != 0 => (Encoding::Utf16Be, 0),
        _ => (Encoding::Utf8, 0),
    };
    let mut start = Cursor::new(start);
    start.set_position(mark);
    let bytes = start.chain(bytes);
    let text: Box<dyn Read + 'r> = match encoding {
        Encoding::Utf16Le => Box::new(Utf16::new(bytes, false)),
        Encoding::Utf16Be => Box::new(Utf16::new(bytes, true)),
        Encoding::Utf8 | Encoding::Windows1252 => Box::new(bytes),
    };
    Ok(Unpacked { text: Box::new(limited(text, most, " of text")), encoding, gzip: packed })
}

/// What fails when more than so many bytes are read, `what` says of what.
pub(crate) fn limited<R>(reader: R, most: u64, what: &str) -> Limited<R> {
    Limited::new(reader, most, format!("it holds more than {}{what}, which is the limit", in_words(most)))
}

/// The first bytes, fewer only where there are no more.
fn first_bytes(reader: &mut impl Read, count: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(count);
    reader.take(count as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn in_words(bytes: u64) -> String {
    match bytes >> 20 {
        0 => format!("{bytes} bytes"),
        mebibytes => format!("{mebibytes} MiB"),
    }
}

/// Counts what is read, for the one who unpacks it.
struct Counted<R> {
    inner: R,
    count: Rc<Cell<u64>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.count.set(self.count.get() + count as u64);
        Ok(count)
    }
}

/// What was packed, in one piece or several, unless it is out of all proportion.
struct Inflated<R> {
    unpacked: MultiGzDecoder<Counted<R>>,
    packed: Rc<Cell<u64>>,
    count: u64,
}

fn inflated<R: Read>(inner: R) -> Inflated<R> {
    let packed = Rc::new(Cell::new(0));
    let counted = Counted { inner, count: Rc::clone(&packed) };
    Inflated { unpacked: MultiGzDecoder::new(counted), packed, count: 0 }
}

impl<R: Read> Read for Inflated<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let damaged =
            |error: io::Error| io::Error::new(error.kind(), format!("its gzip is damaged or cut short: {error}"));
        let count = self.unpacked.read(buffer).map_err(damaged)?;
        self.count += count as u64;
        if self.count > FREE + MOST_INFLATED * self.packed.get() {
            let message = format!(
                "it unpacks to more than {MOST_INFLATED} times its size; unpack it with gunzip first, if it is to be trusted"
            );
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn read(bytes: &[u8]) -> io::Result<(String, Encoding, bool)> {
        let Unpacked { text, encoding, gzip } = unpack(bytes, 1 << 30)?;
        Ok((io::read_to_string(text)?, encoding, gzip))
    }

    #[test]
    fn gzip_and_encodings_are_told_by_the_first_bytes() {
        let text = "db;µs\n1;2\n";
        let utf16 = |to_bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(to_bytes).collect::<Vec<u8>>();
        let (low_first, high_first) = (utf16(u16::to_le_bytes), utf16(u16::to_be_bytes));
        for (bytes, encoding) in [
            (text.as_bytes().to_vec(), Encoding::Utf8),
            ([b"\xef\xbb\xbf", text.as_bytes()].concat(), Encoding::Utf8),
            ([b"\xff\xfe", low_first.as_slice()].concat(), Encoding::Utf16Le),
            ([b"\xfe\xff", high_first.as_slice()].concat(), Encoding::Utf16Be),
            (low_first, Encoding::Utf16Le),
            (high_first, Encoding::Utf16Be),
        ] {
            assert_eq!(read(&bytes).unwrap(), (text.to_owned(), encoding, false));
            assert_eq!(read(&packed(&bytes)).unwrap(), (text.to_owned(), encoding, true));
        }
        // Several pieces one after the other are one text, as `cat` and block-wise packers make it.
        assert_eq!(read(&[packed(b"a\n"), packed(b"1\n")].concat()).unwrap().0, "a\n1\n");
        for short in [&b""[..], b"a", b"1\n"] {
            assert_eq!(read(short).unwrap().0.as_bytes(), short);
        }
    }

    #[test]
    fn damaged_and_boundless_files_are_errors() {
        let mut cut = packed(&b"1,2,3\n".repeat(1_000));
        cut.truncate(cut.len() - 9);
        assert!(read(&cut).unwrap_err().to_string().contains("gzip is damaged or cut short"));
        let bomb = packed(&vec![b'1'; 192 << 20]);
        assert!(read(&bomb).unwrap_err().to_string().contains("500 times its size"));
        let endless = unpack(io::repeat(b'1'), 3 << 20).unwrap();
        assert!(io::read_to_string(endless.text).unwrap_err().to_string().contains("more than 3 MiB"));
    }
}
