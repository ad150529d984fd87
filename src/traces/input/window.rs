//! A stretch of a stream that is held in memory: it grows only as far as its reader asks for.

use std::cell::Cell;
use std::io::{self, ErrorKind, Read};
use std::rc::Rc;

use memchr::{memchr, memchr_iter};

/// What is read at once, at least.
const CHUNK: usize = 1 << 17;

/// The bytes ahead, and the stream behind them.
///
/// A stream that breaks off, or cannot be unpacked further, ends there: what came before counts.
pub(in crate::traces) struct Window<R> {
    source: R,
    /// Room, of which the part from `start` to `end` is ahead.
    bytes: Vec<u8>,
    start: usize,
    end: usize,
    ended: bool,
    /// Why the stream ended too early, if it did.
    broken: Option<String>,
    /// The line in which the bytes ahead begin, counted from 1.
    line: u64,
    /// How many bytes were taken, for what has no lines.
    offset: u64,
    /// What may still be read through [`Read`]; whoever makes progress sets it anew.
    allowance: Rc<Cell<u64>>,
}

impl<R: Read> Window<R> {
    pub(in crate::traces) fn new(source: R) -> Self {
        Self {
            source,
            bytes: Vec::new(),
            start: 0,
            end: 0,
            ended: false,
            broken: None,
            line: 1,
            offset: 0,
            allowance: Rc::new(Cell::new(0)),
        }
    }

    pub(in crate::traces) fn ahead(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    pub(in crate::traces) fn ended(&self) -> bool {
        self.ended
    }

    pub(in crate::traces) fn broken(&self) -> Option<&str> {
        self.broken.as_deref()
    }

    pub(in crate::traces) fn line(&self) -> u64 {
        self.line
    }

    pub(in crate::traces) fn offset(&self) -> u64 {
        self.offset
    }

    pub(in crate::traces) fn allowance(&self) -> Rc<Cell<u64>> {
        Rc::clone(&self.allowance)
    }

    /// Reads on: as much as is ahead, so that whoever looks at all of it after each call still takes linear time.
    ///
    /// # Errors
    /// When the stream fails otherwise than by ending too early.
    pub(in crate::traces) fn more(&mut self) -> io::Result<()> {
        self.read_on(CHUNK.max(self.ahead().len()))
    }

    /// Reads on until so many bytes are ahead, or the stream ends.
    ///
    /// # Errors
    /// As for [`more`](Self::more).
    pub(in crate::traces) fn fill(&mut self, length: usize) -> io::Result<()> {
        while self.ahead().len() < length && !self.ended {
            self.read_on((length - self.ahead().len()).max(CHUNK))?;
        }
        Ok(())
    }

    fn read_on(&mut self, want: usize) -> io::Result<()> {
        if self.ended {
            return Ok(());
        }
        self.bytes.copy_within(self.start..self.end, 0);
        (self.start, self.end) = (0, self.end - self.start);
        if self.bytes.len() < self.end + want {
            self.bytes.reserve_exact(self.end + want - self.bytes.len());
            self.bytes.resize(self.end + want, 0);
        }
        let read = loop {
            match self.source.read(&mut self.bytes[self.end..]) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        self.end += *read.as_ref().unwrap_or(&0);
        match read {
            Ok(0) => self.ended = true,
            Ok(_) => {}
            Err(error) if is_damage(&error) => {
                self.ended = true;
                self.broken = Some(error.to_string());
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// The length of the bytes ahead up to the end of the line that holds the given place, its line end included. Reads on as
    /// needed; a line that is longer than `most` is not searched to its end.
    ///
    /// # Errors
    /// As for [`more`](Self::more).
    pub(in crate::traces) fn line_end(&mut self, from: usize, most: usize) -> io::Result<usize> {
        let mut searched = from;
        loop {
            if let Some(found) = memchr(b'\n', &self.ahead()[searched..]) {
                return Ok(searched + found + 1);
            }
            searched = self.ahead().len();
            if self.ended || searched > most {
                return Ok(searched);
            }
            self.more()?;
        }
    }

    /// Leaves bytes behind.
    pub(in crate::traces) fn take(&mut self, length: usize) {
        self.line += memchr_iter(b'\n', &self.ahead()[..length]).count() as u64;
        self.offset += length as u64;
        self.start += length;
    }

    /// Leaves the rest of the line behind, or a part of it if it is long; says whether that was all.
    ///
    /// # Errors
    /// As for [`more`](Self::more).
    pub(in crate::traces) fn take_line(&mut self) -> io::Result<bool> {
        if self.ahead().is_empty() {
            self.more()?;
        }
        let ahead = self.ahead();
        let found = memchr(b'\n', ahead);
        self.take(found.map_or(ahead.len(), |end| end + 1));
        Ok(found.is_some() || (self.ended && self.ahead().is_empty()))
    }
}

/// Whether a file breaks off or is damaged, and no disk or network at fault.
fn is_damage(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::InvalidData | ErrorKind::InvalidInput)
}

/// For documents that are too long to be held: the bytes ahead, and then the stream's, as far as the allowance goes.
impl<R: Read> Read for Window<R> {
    #[inline]
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.start == self.end {
            self.more()?;
        }
        let left = self.allowance.get();
        // serde_json asks for one byte at a time.
        if let ([place], [next, ..]) = (&mut *buffer, &self.bytes[self.start..self.end])
            && left > 0
        {
            *place = *next;
            self.line += u64::from(*next == b'\n');
            self.allowance.set(left - 1);
            (self.start, self.offset) = (self.start + 1, self.offset + 1);
            return Ok(1);
        }
        let length = buffer.len().min(self.end - self.start);
        if left < length as u64 {
            return Err(io::Error::other("there is no end to it"));
        }
        self.allowance.set(left - length as u64);
        buffer[..length].copy_from_slice(&self.bytes[self.start..self.start + length]);
        self.line += buffer[..length].iter().filter(|&&byte| byte == b'\n').count() as u64;
        self.offset += length as u64;
        self.start += length;
        Ok(length)
    }
}
