//! Writing a bundle to something that cannot go back.

use std::io::{self, Read, Write};

use sha2::{Digest as _, Sha256, Sha512};
use zip::{
    CompressionMethod, ZipWriter,
    result::ZipError,
    write::{SimpleFileOptions, StreamWriter},
};

use super::{
    BAGIT, encoded, is_safe,
    seal::{self, SEAL},
};
use crate::Hash;

/// At once.
const PIECE: usize = 256 * 1024;
/// From here on a file needs the large form of zip.
const LARGE: u64 = u32::MAX as u64;

/// Why a bundle could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteFault {
    /// The file could not be read, or the bundle not written.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A name that leads elsewhere.
    #[error("not a name for a bundle: {0}")]
    Name(String),
    /// A file is not what it was said to be.
    #[error("{0} does not have the digest or size that is on record")]
    Changed(String),
}

impl From<ZipError> for WriteFault {
    fn from(error: ZipError) -> Self {
        Self::Io(error.into())
    }
}

/// What stands in `bag-info.txt` (RFC 8493, 2.2.2), in this order.
#[derive(Clone, Debug, Default)]
pub struct Info(Vec<(&'static str, String)>);

impl Info {
    /// One more line; line breaks in a value become blanks.
    #[must_use]
    pub fn with(mut self, label: &'static str, value: impl AsRef<str>) -> Self {
        self.0.push((label, value.as_ref().replace(char::is_control, " ")));
        self
    }
}

struct Line {
    path: String,
    sha256: String,
    sha512: String,
}

/// Writes a bundle, file by file.
pub struct BundleWriter<W: Write> {
    zip: ZipWriter<StreamWriter<W>>,
    /// The directory that everything lies in, with its slash.
    base: String,
    payload: Vec<Line>,
    tags: Vec<Line>,
    bytes: u64,
}

impl<W: Write> BundleWriter<W> {
    /// Begins one, in a directory of this name: that of the zip file without its ending (RFC 8493, 4).
    ///
    /// # Errors
    /// [`WriteFault::Io`], [`WriteFault::Name`].
    pub fn new(out: W, base: &str) -> Result<Self, WriteFault> {
        if base.contains('/') || !is_safe(base) {
            return Err(WriteFault::Name(base.to_owned()));
        }
        let (zip, base) = (ZipWriter::new_stream(out), format!("{base}/"));
        let mut writer = Self { zip, base, payload: Vec::new(), tags: Vec::new(), bytes: 0 };
        writer.tag("bagit.txt", BAGIT.as_bytes())?;
        Ok(writer)
    }

    /// Adds a file below `data/`. What is read is compared with what is on record: a
    /// bundle never holds a file that is not what its receipt says.
    ///
    /// # Errors
    /// [`WriteFault`].
    pub fn payload(&mut self, name: &str, sha256: Hash, size: u64, bytes: &mut impl Read) -> Result<(), WriteFault> {
        let path = format!("data/{name}");
        let (line, read) = self.put(&path, size, bytes)?;
        if read != size || line.sha256 != sha256.to_string() {
            return Err(WriteFault::Changed(path));
        }
        self.bytes += size;
        self.payload.push(line);
        Ok(())
    }

    /// Adds a file that is about the others.
    ///
    /// # Errors
    /// [`WriteFault`].
    pub fn tag(&mut self, path: &str, bytes: &[u8]) -> Result<(), WriteFault> {
        let (line, _) = self.put(path, bytes.len() as u64, &mut &*bytes)?;
        self.tags.push(line);
        Ok(())
    }

    fn put(&mut self, path: &str, size: u64, bytes: &mut impl Read) -> Result<(Line, u64), WriteFault> {
        let place = format!("{}{path}", self.base);
        if !is_safe(&place) {
            return Err(WriteFault::Name(path.to_owned()));
        }
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        self.zip.start_file(place, options.large_file(size >= LARGE))?;
        let (mut sha256, mut sha512) = (Sha256::new(), Sha512::new());
        let (mut piece, mut all) = (vec![0; PIECE], 0);
        loop {
            let read = match bytes.read(&mut piece) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error.into()),
            };
            sha256.update(&piece[..read]);
            sha512.update(&piece[..read]);
            self.zip.write_all(&piece[..read])?;
            all += read as u64;
        }
        let (sha256, sha512) = (hex::encode(sha256.finalize()), hex::encode(sha512.finalize()));
        Ok((Line { path: path.to_owned(), sha256, sha512 }, all))
    }

    /// Adds the manifests and ends the bundle. `sign` signs the list of its files, of which it is given the digest
    /// ([`super::Seal`]).
    ///
    /// # Errors
    /// [`WriteFault::Io`].
    pub fn finish(mut self, info: Info, sign: impl FnOnce(Hash) -> String) -> Result<W, WriteFault> {
        let mut text = String::new();
        for (label, value) in info.0 {
            text.push_str(&format!("{label}: {value}\n"));
        }
        text.push_str(&format!("Payload-Oxum: {}.{}\n", self.bytes, self.payload.len()));
        self.tag("bag-info.txt", text.as_bytes())?;
        // For tools that know no bags.
        let sums = manifest(self.payload.iter().map(|line| (&line.sha256, &line.path)));
        self.tag("proof/SHA256SUMS", sums.as_bytes())?;
        let payload = std::mem::take(&mut self.payload);
        self.tag("manifest-sha256.txt", manifest(payload.iter().map(|line| (&line.sha256, &line.path))).as_bytes())?;
        self.tag("manifest-sha512.txt", manifest(payload.iter().map(|line| (&line.sha512, &line.path))).as_bytes())?;
        let all = payload.iter().chain(&self.tags).map(|line| (line.path.as_str(), line.sha256.clone()));
        let sealed = sign(seal::listing(all));
        self.tag(SEAL, sealed.as_bytes())?;
        let tags = std::mem::take(&mut self.tags);
        let (short, long) = (
            manifest(tags.iter().map(|line| (&line.sha256, &line.path))),
            manifest(tags.iter().map(|line| (&line.sha512, &line.path))),
        );
        self.put("tagmanifest-sha256.txt", short.len() as u64, &mut short.as_bytes())?;
        self.put("tagmanifest-sha512.txt", long.len() as u64, &mut long.as_bytes())?;
        Ok(self.zip.finish()?.into_inner())
    }
}

fn manifest<'a>(lines: impl Iterator<Item = (&'a String, &'a String)>) -> String {
    lines.flat_map(|(digest, path)| [digest, "  ", &encoded(path), "\n"].map(str::to_owned)).collect()
}
