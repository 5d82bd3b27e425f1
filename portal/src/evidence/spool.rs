//! The spool: uploads on their way in, on a local disk or one that several servers
//! share. A folder per upload, a file per writer, and in it only what that writer
//! brought: two writers never touch the same file.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use domain::{
    ids::{ByteCount, Digest, UploadId},
    upload::Segment,
};
use sha2::{Digest as _, Sha256};

/// How many bytes are read at a time.
const STEP: usize = 256 * 1024;

/// Where uploads lie while they are on their way.
#[derive(Clone, Debug)]
pub struct Spool(PathBuf);

impl Spool {
    /// A spool in this folder.
    ///
    /// # Errors
    /// [`io::Error`] when the folder cannot be made.
    pub fn new(folder: &Path) -> io::Result<Self> {
        let folder = folder.join("uploads");
        std::fs::create_dir_all(&folder)?;
        Ok(Self(folder))
    }

    fn folder(&self, upload: UploadId) -> PathBuf {
        self.0.join(upload.to_string())
    }

    fn path(&self, segment: &Segment) -> PathBuf {
        self.folder(segment.upload).join(segment.writer.to_string())
    }

    /// The file of a writer, to be continued after the bytes that count: what it
    /// holds beyond them never counted and is cut off.
    ///
    /// # Errors
    /// [`io::Error`].
    pub fn open(&self, segment: &Segment) -> io::Result<Opened> {
        let folder = self.folder(segment.upload);
        let path = self.path(segment);
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true);
        let mut file = match options.open(&path) {
            // The first bytes of an upload make its folder.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                std::fs::create_dir_all(&folder)?;
                options.open(&path)?
            }
            opened => opened?,
        };
        // A file without bytes may be new; that its name is on the disk is seen to with its first bytes.
        let names = if segment.size.0 == 0 { vec![folder, self.0.clone()] } else { Vec::new() };
        if file.metadata()?.len() != segment.size.0 {
            file.set_len(segment.size.0)?;
        }
        file.seek(SeekFrom::End(0))?;
        Ok(Opened { file, names })
    }

    /// How many bytes of a segment are really there.
    pub fn found(&self, segment: &Segment) -> ByteCount {
        ByteCount(self.path(segment).metadata().map_or(0, |about| about.len()))
    }

    /// How many bytes of a segment are there and stay there: they are brought onto the
    /// disk first, whoever wrote them.
    ///
    /// # Errors
    /// [`io::Error`] when the disk does not take them.
    pub fn settled(&self, segment: &Segment) -> io::Result<ByteCount> {
        match File::open(self.path(segment)) {
            Ok(file) => {
                // What comes in between is left out.
                let size = file.metadata()?.len();
                file.sync_data()?;
                sync_folder(&self.folder(segment.upload))?;
                sync_folder(&self.0)?;
                Ok(ByteCount(size))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(ByteCount(0)),
            Err(error) => Err(error),
        }
    }

    /// Reads segments one after another, `STEP` bytes at a time.
    ///
    /// # Errors
    /// [`io::Error`], also when a segment is shorter than what counts of it.
    pub fn read(&self, segments: &[Segment], mut each: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        let mut buffer = vec![0; STEP];
        for segment in segments.iter().filter(|segment| segment.size.0 > 0) {
            let mut left = segment.size.0;
            let mut file = File::open(self.path(segment))?;
            while left > 0 {
                let most = usize::try_from(left).unwrap_or(STEP).min(STEP);
                let got = file.read(&mut buffer[..most])?;
                if got == 0 {
                    return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "a segment is shorter than what counts"));
                }
                each(&buffer[..got])?;
                left -= got as u64;
            }
        }
        Ok(())
    }

    /// The hash of segments, to be continued.
    ///
    /// # Errors
    /// As [`Spool::read`].
    pub fn hash(&self, segments: &[Segment]) -> io::Result<Sha256> {
        let mut hash = Sha256::new();
        self.read(segments, |bytes| {
            hash.update(bytes);
            Ok(())
        })?;
        Ok(hash)
    }

    /// Copies segments into one of a new upload.
    ///
    /// # Errors
    /// As [`Spool::read`].
    pub fn join(&self, upload: UploadId, segments: &[Segment]) -> io::Result<Segment> {
        let size = ByteCount(segments.iter().map(|segment| segment.size.0).sum());
        let joined = Segment { upload, writer: 0, size };
        std::fs::create_dir_all(self.folder(upload))?;
        let mut file = File::create(self.path(&joined))?;
        self.read(segments, |bytes| file.write_all(bytes))?;
        file.sync_data()?;
        sync_folder(&self.folder(upload))?;
        sync_folder(&self.0)?;
        Ok(joined)
    }

    /// All segments of an upload in one file, which is made where there are several.
    ///
    /// # Errors
    /// As [`Spool::read`].
    pub fn one_file(&self, upload: UploadId, segments: &[Segment]) -> io::Result<PathBuf> {
        let mut filled = segments.iter().filter(|segment| segment.size.0 > 0);
        if let (Some(only), None) = (filled.next(), filled.next()) {
            let path = self.path(only);
            if path.metadata()?.len() == only.size.0 {
                return Ok(path);
            }
        }
        let joined = self.join(upload, segments)?;
        Ok(self.path(&joined))
    }

    /// Removes everything of an upload; nothing there is fine.
    ///
    /// # Errors
    /// [`io::Error`].
    pub fn remove(&self, upload: UploadId) -> io::Result<()> {
        match std::fs::remove_dir_all(self.folder(upload)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// The uploads that have a folder here.
    ///
    /// # Errors
    /// [`io::Error`] when the spool cannot be read.
    pub fn uploads(&self) -> io::Result<Vec<UploadId>> {
        let mut found = Vec::new();
        for entry in std::fs::read_dir(&self.0)? {
            found.extend(entry?.file_name().to_str().and_then(|name| name.parse::<UploadId>().ok()));
        }
        Ok(found)
    }
}

/// A file of the spool, open at its end.
#[derive(Debug)]
pub struct Opened {
    /// The file.
    pub file: File,
    /// The folders to be synced so that its name outlives a power cut.
    pub names: Vec<PathBuf>,
}

/// A new name in a folder outlives a power cut only when the folder is synced.
///
/// # Errors
/// [`io::Error`].
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// The end of a hash.
pub fn digest(hash: Sha256) -> Digest {
    Digest(hash.finalize().into())
}
