//! A reader that ends with an error rather than never.

use std::io::{self, Read};

/// What fails once more than so many bytes were read.
pub(crate) struct Limited<R> {
    inner: R,
    left: u64,
    /// Says what there was too much of.
    message: String,
}

impl<R> Limited<R> {
    pub(super) fn new(inner: R, most: u64, message: String) -> Self {
        Self { inner, left: most, message }
    }
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        match self.left.checked_sub(count as u64) {
            Some(left) => self.left = left,
            None => return Err(io::Error::new(io::ErrorKind::FileTooLarge, self.message.clone())),
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_much_as_is_allowed_is_read_and_no_more() {
        let read = |bytes: &[u8]| io::read_to_string(Limited::new(bytes, 4, "too much".to_owned()));
        assert_eq!(read(b"1234").unwrap(), "1234");
        assert_eq!(read(b"12345").unwrap_err().to_string(), "too much");
        let endless = Limited::new(io::repeat(b'1'), 1 << 20, "too much".to_owned());
        assert!(io::read_to_string(endless).is_err());
    }
}
