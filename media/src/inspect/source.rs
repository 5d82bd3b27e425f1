//! A file that is read at places, and never beyond its end.

use std::io::{self, Read, Seek, SeekFrom};

use domain::{
    evidence::MediaType,
    examination::{Oddity, Unfit},
    ids::ByteCount,
};

use super::classify::{Kind, kind};

/// Why looking ended.
#[derive(Debug)]
pub(super) enum Stop {
    /// The file cannot be read.
    Io(io::Error),
    /// It is not taken.
    Unfit(Unfit),
}

/// A file that remembers why it could not be read, for readers that do not tell.
pub(super) struct Told<'f, F> {
    file: &'f mut F,
    /// Why.
    pub(super) fault: Option<io::Error>,
}

impl<'f, F> Told<'f, F> {
    pub(super) const fn of(file: &'f mut F) -> Self {
        Self { file, fault: None }
    }

    fn told<T>(&mut self, done: io::Result<T>) -> io::Result<T> {
        done.map_err(|error| {
            let kind = error.kind();
            if kind != io::ErrorKind::Interrupted {
                self.fault = Some(error);
            }
            kind.into()
        })
    }
}

impl<F: Read> Read for Told<'_, F> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(into);
        self.told(read)
    }
}

impl<F: Seek> Seek for Told<'_, F> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        // To seek before the beginning is the reader's own mistake.
        self.file.seek(to)
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// What looking came to.
pub(super) type Look<T> = Result<T, Stop>;

/// Bytes of a file: where they begin, and how many they are.
pub(super) type Piece = (u64, u64);

/// Bytes behind a file's end that are looked at.
const BEHIND: u64 = 4096;
/// How an archive's last record begins (APPNOTE, 4.3.16).
pub(super) const LAST_RECORD: &[u8] = b"PK\x05\x06";
/// Bytes at the end of a file in which it stands: itself and a comment, as long as there can be.
const TAIL: u64 = 22 + 65_535;

/// A file and what it claims to be.
pub(super) struct Source<'a, F> {
    file: &'a mut F,
    /// Where it stands, where that is known.
    at: Option<u64>,
    pub(super) size: u64,
    pub(super) media: MediaType,
    /// Where in it a camera says what it has to say (EXIF).
    pub(super) exif: Vec<Piece>,
}

impl<'a, F: Read + Seek> Source<'a, F> {
    pub(super) fn new(file: &'a mut F, size: u64, media: MediaType) -> Self {
        Self { file, at: None, size, media, exif: Vec::new() }
    }

    /// Goes to a place. A step within what a reader has in its buffer costs nothing, where a jump
    /// would throw the buffer away.
    fn go(&mut self, place: u64) -> io::Result<()> {
        // Until it has been read from there, it may be anywhere.
        match self.at.take().map(|at| (i64::try_from(at), i64::try_from(place))) {
            Some((Ok(at), Ok(place))) => self.file.seek_relative(place - at),
            _ => self.file.seek(SeekFrom::Start(place)).map(|_| ()),
        }
    }

    /// Its end is missing.
    pub(super) const fn incomplete(&self) -> Stop {
        Stop::Unfit(Unfit::Incomplete { media: self.media })
    }

    /// It does not go on as it began.
    pub(super) const fn damaged(&self) -> Stop {
        Stop::Unfit(Unfit::Damaged { media: self.media })
    }

    /// It wants more than any camera or office makes.
    pub(super) const fn excessive(&self) -> Stop {
        Stop::Unfit(Unfit::Excessive { media: self.media })
    }

    /// Bytes at a place.
    pub(super) fn bytes<const N: usize>(&mut self, at: u64) -> Look<[u8; N]> {
        let mut bytes = [0; N];
        self.fill(at, &mut bytes)?;
        Ok(bytes)
    }

    /// As many as there are, at most so many.
    pub(super) fn some(&mut self, at: u64, most: u64) -> Look<Vec<u8>> {
        let mut bytes = Vec::new();
        if at < self.size {
            self.go(at)?;
            self.file.by_ref().take(most.min(self.size - at)).read_to_end(&mut bytes)?;
            self.at = Some(at + bytes.len() as u64);
        }
        Ok(bytes)
    }

    fn fill(&mut self, at: u64, bytes: &mut [u8]) -> Look<()> {
        let end = at.checked_add(bytes.len() as u64).filter(|end| *end <= self.size);
        let Some(end) = end else { return Err(self.incomplete()) };
        self.go(at)?;
        self.file.read_exact(bytes)?;
        self.at = Some(end);
        Ok(())
    }

    pub(super) fn u16(&mut self, at: u64) -> Look<u16> {
        Ok(u16::from_be_bytes(self.bytes(at)?))
    }

    pub(super) fn u32(&mut self, at: u64) -> Look<u32> {
        Ok(u32::from_be_bytes(self.bytes(at)?))
    }

    pub(super) fn u64(&mut self, at: u64) -> Look<u64> {
        Ok(u64::from_be_bytes(self.bytes(at)?))
    }

    /// What is odd about bytes behind its end; nothing where there are none. They are said to be bytes and no more
    /// only where nothing is known that begins like them. Archives are looked for by [`Source::is_archive`], because
    /// they need not begin there.
    pub(super) fn behind(&mut self, end: u64) -> Look<Vec<Oddity>> {
        let count = self.size.saturating_sub(end);
        if count == 0 {
            return Ok(Vec::new());
        }
        Ok(vec![match kind(&self.some(end, BEHIND)?) {
            Kind::Zip => Oddity::AlsoReadsAs { what: Unfit::Archive },
            Kind::Taken(media) => Oddity::AlsoHolds { media },
            Kind::Unfit(Unfit::Unknown | Unfit::PlainText) => Oddity::TrailingBytes { count: ByteCount(count) },
            Kind::Unfit(what) => Oddity::AlsoReadsAs { what },
        }])
    }

    /// Whether archivers open it too. They look for an archive's last record from the end of a file, and it does
    /// not matter to them what stands before the archive, around it, or for a while behind it.
    pub(super) fn is_archive(&mut self) -> Look<bool> {
        let tail = self.some(self.size.saturating_sub(TAIL), TAIL)?;
        Ok(tail.windows(LAST_RECORD.len()).any(|window| window == LAST_RECORD))
    }
}
