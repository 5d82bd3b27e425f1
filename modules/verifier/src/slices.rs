//! A file that is read a piece at a time, as large as it may be.

use std::io::{self, Read, Seek, SeekFrom};

use js_sys::Uint8Array;
use web_sys::{File, FileReaderSync};

/// At once.
const PIECE: u64 = 1024 * 1024;

/// A chosen file, inside a worker.
pub(crate) struct Slices {
    file: File,
    reader: FileReaderSync,
    size: u64,
    at: u64,
    /// A piece and where it begins.
    piece: (u64, Vec<u8>),
}

impl Slices {
    /// Opens a file.
    ///
    /// # Errors
    /// Where this is no worker.
    pub(crate) fn open(file: File) -> io::Result<Self> {
        let reader = FileReaderSync::new().map_err(|_| io::Error::other("files are read in workers"))?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a size is a whole number")]
        let size = file.size() as u64;
        Ok(Self { file, reader, size, at: 0, piece: (0, Vec::new()) })
    }

    /// Its bytes.
    pub(crate) const fn size(&self) -> u64 {
        self.size
    }

    fn load(&mut self) -> io::Result<()> {
        let end = self.size.min(self.at + PIECE);
        #[expect(clippy::cast_precision_loss, reason = "below 2^53: a browser's file")]
        let slice = self.file.slice_with_f64_and_f64(self.at as f64, end as f64);
        let gone = |_| io::Error::other("the file cannot be read any more");
        let buffer = self.reader.read_as_array_buffer(&slice.map_err(gone)?).map_err(gone)?;
        self.piece = (self.at, Uint8Array::new(&buffer).to_vec());
        Ok(())
    }
}

impl Read for Slices {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.size || into.is_empty() {
            return Ok(0);
        }
        let inside = |(begin, bytes): &(u64, Vec<u8>), at: u64| {
            at.checked_sub(*begin).and_then(|from| usize::try_from(from).ok()).filter(|from| *from < bytes.len())
        };
        if inside(&self.piece, self.at).is_none() {
            self.load()?;
        }
        // A file that became shorter meanwhile.
        let Some(from) = inside(&self.piece, self.at) else { return Err(io::ErrorKind::UnexpectedEof.into()) };
        let bytes = &self.piece.1[from..];
        let count = bytes.len().min(into.len());
        into[..count].copy_from_slice(&bytes[..count]);
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Slices {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.size.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}
