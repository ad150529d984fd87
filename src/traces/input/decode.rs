//! What a file is packed in: gzip, zstd, UTF-16, a byte order mark.

use std::io::{self, BufRead, BufReader, Cursor, ErrorKind, Read};

use flate2::read::MultiGzDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use crate::input::utf16::Utf16;

/// How zstd's frames begin.
pub(in crate::traces) const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// What a frame of zstd may ask to be remembered. The levels up to 19 ask for 8 MiB.
const MOST_MEMORY: u64 = 16 << 20;

type Source<'a> = Box<dyn Read + 'a>;

/// The text or the messages in a stream, whatever they are packed in.
///
/// # Errors
/// When the first bytes cannot be read.
pub(super) fn unpacked<'a>(reader: impl Read + 'a) -> io::Result<Source<'a>> {
    let (head, source) = peeked(Box::new(reader), 4)?;
    let source: Source<'a> = if head.starts_with(&[0x1f, 0x8b]) {
        Box::new(MultiGzDecoder::new(BufReader::new(source)))
    } else if head == ZSTD || is_skippable(&head) {
        Box::new(Zstd::new(source))
    } else {
        source
    };
    let (head, mut source) = peeked(source, 4)?;
    Ok(match head.as_slice() {
        [0xef, 0xbb, 0xbf, ..] => skip(source, 3)?,
        [0xff, 0xfe, ..] => Box::new(Utf16::new(skip(source, 2)?, false)),
        [0xfe, 0xff, ..] => Box::new(Utf16::new(skip(source, 2)?, true)),
        [b'{' | b'[', 0, second, 0] if *second != 0 => Box::new(Utf16::new(source, false)),
        [0, b'{' | b'[', 0, second] if *second >= b'\n' && !is_sized_message(&mut source)? => {
            Box::new(Utf16::new(source, true))
        }
        _ => source,
    })
}

/// A message of 8 million bytes begins as UTF-16 does.
fn is_sized_message(source: &mut Source<'_>) -> io::Result<bool> {
    let (head, rest) = peeked(std::mem::replace(source, Box::new(io::empty())), 8)?;
    *source = rest;
    Ok(head.get(4).is_some_and(|&byte| byte != 0))
}

fn skip(mut source: Source<'_>, length: usize) -> io::Result<Source<'_>> {
    source.read_exact(&mut vec![0; length])?;
    Ok(source)
}

/// The first bytes, fewer if there are no more, and all bytes with these first ones. Data that cannot be unpacked is left to whoever
/// reads on.
fn peeked(mut source: Source<'_>, length: usize) -> io::Result<(Vec<u8>, Source<'_>)> {
    let mut head = Vec::new();
    let first = source.by_ref().take(length as u64).read_to_end(&mut head);
    let behind: Source<'_> = match first {
        Ok(_) => source,
        Err(error) if matches!(error.kind(), ErrorKind::InvalidData | ErrorKind::InvalidInput) => {
            Box::new(Failed(Some(error)))
        }
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Box::new(Failed(Some(error))),
        Err(error) => return Err(error),
    };
    Ok((head.clone(), Box::new(Cursor::new(head).chain(behind))))
}

/// A stream that has nothing but an error.
struct Failed(Option<io::Error>);

impl Read for Failed {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

/// Frames that hold no data: what writers of parallel or seekable files put between.
fn is_skippable(head: &[u8]) -> bool {
    matches!(head, [0x50..=0x5f, 0x2a, 0x4d, 0x18])
}

/// All frames of a stream, one after another.
struct Zstd<R> {
    source: BufReader<R>,
    decoder: FrameDecoder,
    within_frame: bool,
}

impl<R: Read> Zstd<R> {
    fn new(source: R) -> Self {
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(MOST_MEMORY);
        Self { source: BufReader::new(source), decoder, within_frame: false }
    }

    /// Begins the next frame with data; says whether there is one.
    fn open(&mut self) -> io::Result<bool> {
        while !self.source.fill_buf()?.is_empty() {
            match self.decoder.reset(&mut self.source) {
                Ok(()) => return Ok(true),
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                    io::copy(&mut self.source.by_ref().take(u64::from(length)), &mut io::sink())?;
                }
                Err(error) => return Err(damage(&error)),
            }
        }
        Ok(false)
    }
}

impl<R: Read> Read for Zstd<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            if self.within_frame {
                while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
                    let blocks = BlockDecodingStrategy::UptoBlocks(1);
                    self.decoder.decode_blocks(&mut self.source, blocks).map_err(|error| damage(&error))?;
                }
                if self.decoder.can_collect() > 0 {
                    return self.decoder.read(buffer);
                }
            }
            self.within_frame = self.open()?;
            if !self.within_frame {
                return Ok(0);
            }
        }
    }
}

fn damage(error: &FrameDecoderError) -> io::Error {
    let message = match error {
        FrameDecoderError::WindowSizeTooBig { requested, .. } => format!(
            "unpacking it takes {} MiB of memory, and at most {} are given: unpack it with `zstd -d --long=31` first",
            requested >> 20,
            MOST_MEMORY >> 20
        ),
        FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::BadMagicNumber(_)) => {
            "there is something behind the packed data that is no zstd".to_owned()
        }
        other => format!("it cannot be unpacked: {other}"),
    };
    io::Error::new(ErrorKind::InvalidData, message)
}

/// One packed message, up to a length.
///
/// # Errors
/// When it cannot be unpacked, or is longer.
pub(in crate::traces) fn unpacked_message(bytes: &[u8], most: usize) -> Result<Vec<u8>, String> {
    let mut message = Vec::new();
    let mut source = Zstd::new(bytes).take(most as u64 + 1);
    source.read_to_end(&mut message).map_err(|error| error.to_string())?;
    if message.len() > most { Err(format!("unpacked it is longer than {most} bytes")) } else { Ok(message) }
}
