//! The spool: uploads on their way in, on a local disk or one that several servers
//! share. A folder per upload, a file per writer, and in it only what that writer
//! brought: two writers never touch the same file.
//!
//! A disk that was not mounted leaves an empty folder in its place. So that it is not taken
//! for a spool whose files are lost, the spool has a mark: without it nothing is believed to
//! be missing.

use std::{
    collections::HashMap,
    fs::{File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use domain::{
    ids::{ByteCount, Digest, UploadId},
    upload::Segment,
};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// How many bytes are read at a time.
const STEP: usize = 256 * 1024;
/// The file by which a spool is known, in the folder of marks.
const MARK: &str = "id";
/// The file that says of a folder that it was found without a mark where one should be.
const DOUBT: &str = "doubt";

/// Where uploads lie while they are on their way.
#[derive(Clone, Debug)]
pub struct Spool {
    uploads: PathBuf,
    /// A folder beside it: files that lie there alone are swept ([`super::intake::sweep`]).
    marks: PathBuf,
    /// Whether its mark was seen by this process.
    known: Arc<AtomicBool>,
    /// Files that the disk did not take all of, and how many of their bytes count all the same.
    doubts: Arc<Mutex<HashMap<(UploadId, u32), ByteCount>>>,
}

impl Spool {
    /// A spool in this folder.
    ///
    /// # Errors
    /// [`io::Error`] when the folder cannot be made.
    pub fn new(folder: &Path) -> io::Result<Self> {
        let (uploads, marks) = (folder.join("uploads"), folder.join("marks"));
        make_folder(&uploads)?;
        Ok(Self { uploads, marks, known: Arc::default(), doubts: Arc::default() })
    }

    /// Where its mark is. Whoever knows that its files are lost for good makes it by hand.
    pub fn mark(&self) -> PathBuf {
        self.marks.join(MARK)
    }

    /// Whether this process has seen its mark before.
    pub fn is_known(&self) -> bool {
        self.known.load(Ordering::Relaxed)
    }

    /// Whether it has its mark.
    ///
    /// # Errors
    /// [`io::Error`].
    pub fn is_marked(&self) -> io::Result<bool> {
        let marked = self.mark().try_exists()?;
        self.known.fetch_or(marked, Ordering::Relaxed);
        Ok(marked)
    }

    /// Gives a spool its mark that has none. `under_way` says whether uploads are on record that
    /// should lie here: an empty folder is not their spool then, nor is it once new ones lie in
    /// it. Whether it has its mark now.
    ///
    /// # Errors
    /// [`io::Error`].
    pub fn claim(&self, under_way: bool) -> io::Result<bool> {
        if self.is_marked()? {
            return Ok(true);
        }
        make_folder(&self.marks)?;
        let doubt = self.marks.join(DOUBT);
        if under_way && (doubt.try_exists()? || self.uploads()?.is_empty()) {
            std::fs::write(doubt, "")?;
            return Ok(false);
        }
        match OpenOptions::new().write(true).create_new(true).open(self.mark()) {
            Ok(mut file) => {
                writeln!(file, "{}", Uuid::new_v4())?;
                file.sync_all()?;
                sync_folder(&self.marks)?;
                self.marks.parent().map_or(Ok(()), sync_folder)?;
            }
            // Another server was faster.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
        self.is_marked()
    }

    /// How much there is of a file that was not found: nothing, where this is the spool that it
    /// was written to.
    fn missing(&self, error: io::Error) -> io::Result<ByteCount> {
        if error.kind() != io::ErrorKind::NotFound {
            return Err(error);
        }
        if self.is_marked()? {
            return Ok(ByteCount(0));
        }
        Err(io::Error::other(format!("the spool has no mark {}: is its disk there?", self.mark().display())))
    }

    fn folder(&self, upload: UploadId) -> PathBuf {
        self.uploads.join(upload.to_string())
    }

    /// Makes the folder of an upload. The spool itself is not made again: where it is gone, so
    /// is its disk.
    fn make(&self, upload: UploadId) -> io::Result<PathBuf> {
        let folder = self.folder(upload);
        match std::fs::create_dir(&folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
            _ => Ok(folder),
        }
    }

    fn path(&self, segment: &Segment) -> PathBuf {
        self.folder(segment.upload).join(segment.writer.to_string())
    }

    /// The file of a writer, to be continued after the bytes that count; `None` where there is none
    /// that ends with them. It is left as it is then: another server may have counted what it holds.
    ///
    /// # Errors
    /// [`io::Error`].
    pub fn open(&self, segment: &Segment) -> io::Result<Option<Opened>> {
        let path = self.path(segment);
        // A file without bytes may be new; that its name is on the disk is seen to with its first bytes.
        let new = segment.size.0 == 0;
        let mut options = OpenOptions::new();
        options.create(new).truncate(false).write(true);
        let mut file = match options.open(&path) {
            // The first bytes of an upload make its folder.
            Err(error) if new && error.kind() == io::ErrorKind::NotFound => {
                self.make(segment.upload)?;
                options.open(&path)?
            }
            // It was handed over, or is evidence, which nobody writes.
            Err(error) if !new && matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied) => {
                return Ok(None);
            }
            opened => opened?,
        };
        if file.metadata()?.len() != segment.size.0 {
            return Ok(None);
        }
        let names = if new { vec![self.folder(segment.upload), self.uploads.clone()] } else { Vec::new() };
        file.seek(SeekFrom::Start(segment.size.0))?;
        Ok(Some(Opened { file, names }))
    }

    /// How many bytes of a segment are really there.
    ///
    /// # Errors
    /// [`io::Error`] when the disk does not say, or this is not the spool that they were written to.
    pub fn found(&self, segment: &Segment) -> io::Result<ByteCount> {
        match self.path(segment).metadata() {
            Ok(about) => Ok(ByteCount(about.len())),
            Err(error) => self.missing(error),
        }
    }

    /// How many bytes of segments are there, also those that do not count.
    ///
    /// # Errors
    /// As [`Spool::found`].
    pub fn found_in_all(&self, segments: &[Segment]) -> io::Result<ByteCount> {
        let sizes = segments.iter().map(|segment| self.found(segment).map(|size| size.0));
        sizes.sum::<io::Result<u64>>().map(ByteCount)
    }

    /// How many bytes of an upload are there, whoever wrote them.
    ///
    /// # Errors
    /// [`io::Error`] when the disk does not say.
    pub fn size_of(&self, upload: UploadId) -> io::Result<ByteCount> {
        let files = match std::fs::read_dir(self.folder(upload)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(ByteCount(0)),
            files => files?,
        };
        files.map(|file| Ok(file?.metadata()?.len())).sum::<io::Result<u64>>().map(ByteCount)
    }

    /// How many bytes of a segment are there and stay there: they are brought onto the
    /// disk first, whoever wrote them.
    ///
    /// # Errors
    /// As [`Spool::found`], and when the disk does not take them.
    pub fn settled(&self, segment: &Segment) -> io::Result<ByteCount> {
        match File::open(self.path(segment)) {
            Ok(file) => {
                // What comes in between is left out.
                let size = file.metadata()?.len();
                if let Err(error) = file.sync_data() {
                    self.doubts().entry((segment.upload, segment.writer)).or_insert(segment.size);
                    return Err(error);
                }
                sync_folder(&self.folder(segment.upload))?;
                sync_folder(&self.uploads)?;
                let doubted = self.doubts().get(&(segment.upload, segment.writer)).copied();
                Ok(doubted.map_or(ByteCount(size), |counts| counts.min(ByteCount(size))))
            }
            Err(error) => self.missing(error),
        }
    }

    /// The disk did not take what was written to this file after the bytes of the segment. It tells so once: to
    /// whoever asks it later, all is well.
    pub fn doubt(&self, segment: &Segment) {
        self.doubts().insert((segment.upload, segment.writer), segment.size);
    }

    /// What the disk did not take is cut off.
    pub fn trust(&self, segment: &Segment) {
        self.doubts().remove(&(segment.upload, segment.writer));
    }

    fn doubts(&self) -> MutexGuard<'_, HashMap<(UploadId, u32), ByteCount>> {
        self.doubts.lock().unwrap_or_else(PoisonError::into_inner)
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

    /// Copies segments into one of a new upload. It gets its name when it is whole and on the disk: a file
    /// that had the name before may be the very one that the object store has, and stays what it is.
    ///
    /// # Errors
    /// As [`Spool::read`].
    pub fn join(&self, upload: UploadId, segments: &[Segment]) -> io::Result<Segment> {
        let joined = joined(upload, segments);
        let folder = self.make(upload)?;
        // As readable as every other file here; the object store goes on with what it is given.
        let readable = std::fs::Permissions::from_mode(0o644);
        let mut file = tempfile::Builder::new().prefix("joining-").permissions(readable).tempfile_in(&folder)?;
        self.read(segments, |bytes| file.write_all(bytes))?;
        file.as_file().sync_data()?;
        file.persist(self.path(&joined))?;
        sync_folder(&folder)?;
        sync_folder(&self.uploads)?;
        Ok(joined)
    }

    /// All segments of an upload in one file, which is made once where there are several, or where the only one is
    /// not of its last writer: whoever was overtaken may still have it open, and add to it.
    ///
    /// # Errors
    /// As [`Spool::read`].
    pub fn one_file(&self, upload: UploadId, segments: &[Segment], last: u32) -> io::Result<PathBuf> {
        let mut filled = segments.iter().filter(|segment| segment.size.0 > 0);
        if let (Some(only), None) = (filled.next(), filled.next())
            && [JOINED, last].contains(&only.writer)
        {
            let path = self.path(only);
            if path.metadata()?.len() == only.size.0 {
                return Ok(path);
            }
        }
        let joined = joined(upload, segments);
        let path = self.path(&joined);
        // A file without bytes is a file too.
        if !path.metadata().is_ok_and(|about| about.len() == joined.size.0) {
            self.join(upload, segments)?;
        }
        Ok(path)
    }

    /// Removes everything of an upload; nothing there is fine.
    ///
    /// # Errors
    /// [`io::Error`].
    pub fn remove(&self, upload: UploadId) -> io::Result<()> {
        self.doubts().retain(|(of, _), _| *of != upload);
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
        for entry in std::fs::read_dir(&self.uploads)? {
            found.extend(entry?.file_name().to_str().and_then(|name| name.parse::<UploadId>().ok()));
        }
        Ok(found)
    }
}

/// The writer of files that are made as a whole, and that nobody adds to.
const JOINED: u32 = 0;

/// What segments are once they are one.
fn joined(upload: UploadId, segments: &[Segment]) -> Segment {
    Segment { upload, writer: JOINED, size: ByteCount(segments.iter().map(|segment| segment.size.0).sum()) }
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

/// Makes a folder and those above it, so that they outlive a power cut.
///
/// # Errors
/// [`io::Error`].
pub fn make_folder(folder: &Path) -> io::Result<()> {
    let missing: Vec<&Path> = folder.ancestors().take_while(|above| !above.is_dir()).collect();
    std::fs::create_dir_all(folder)?;
    for above in missing.into_iter().filter_map(Path::parent) {
        sync_folder(if above.as_os_str().is_empty() { Path::new(".") } else { above })?;
    }
    Ok(())
}

/// The end of a hash.
pub fn digest(hash: Sha256) -> Digest {
    Digest(hash.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment() -> Segment {
        Segment { upload: UploadId(Uuid::from_u128(7)), writer: 1, size: ByteCount(5) }
    }

    /// Lets its file lie in a spool.
    fn lay(spool: &Spool) {
        std::fs::create_dir_all(spool.folder(segment().upload)).unwrap();
        std::fs::write(spool.path(&segment()), "bytes").unwrap();
    }

    #[test]
    fn only_what_is_known_to_be_missing_is_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::new(folder.path()).unwrap();
        let (size, settled) = (|| spool.found(&segment()), || spool.settled(&segment()));
        assert!(size().is_err() && settled().is_err(), "nobody knows that this is the spool");
        assert!(spool.claim(false).unwrap() && spool.is_known());
        assert_eq!((size().unwrap(), settled().unwrap()), (ByteCount(0), ByteCount(0)));
        // Something that cannot be asked, and is there all the same.
        std::fs::write(spool.folder(segment().upload), "").unwrap();
        assert!(size().is_err() && settled().is_err() && spool.found_in_all(&[segment()]).is_err());
        std::fs::remove_file(spool.folder(segment().upload)).unwrap();
        lay(&spool);
        assert_eq!(spool.found_in_all(&[segment(), segment()]).unwrap(), ByteCount(10));
    }

    #[test]
    fn a_folder_where_uploads_should_be_and_are_not_is_no_spool() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::new(folder.path()).unwrap();
        assert!(!spool.claim(true).unwrap());
        // Nor does it become one by what is sent there, or by being asked again.
        lay(&spool);
        assert!(!Spool::new(folder.path()).unwrap().claim(true).unwrap());
        assert!(!spool.is_known());
        // Nothing is missed any more.
        assert!(spool.claim(false).unwrap());
        assert!(spool.claim(true).unwrap(), "once and for all");
        assert!(Spool::new(folder.path()).unwrap().claim(true).unwrap());
        // One of before there were marks.
        let older = tempfile::tempdir().unwrap();
        let spool = Spool::new(older.path()).unwrap();
        lay(&spool);
        assert!(spool.claim(true).unwrap());
    }

    #[test]
    fn a_spool_that_is_gone_is_not_made_again() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::new(folder.path()).unwrap();
        std::fs::remove_dir(folder.path().join("uploads")).unwrap();
        assert!(spool.open(&Segment { size: ByteCount(0), ..segment() }).is_err());
        assert!(spool.join(segment().upload, &[]).is_err());
    }

    #[test]
    fn what_the_object_store_has_under_a_second_name_is_not_written_again() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::new(folder.path()).unwrap();
        let upload = UploadId(Uuid::from_u128(7));
        let segments = [(1, "first "), (3, "second")].map(|(writer, text)| {
            let own = Segment { upload, writer, size: ByteCount(text.len() as u64) };
            std::fs::create_dir_all(spool.folder(upload)).unwrap();
            std::fs::write(spool.path(&own), text).unwrap();
            own
        });
        let object = folder.path().join("object");
        std::fs::hard_link(spool.one_file(upload, &segments, 3).unwrap(), &object).unwrap();
        // Somebody joins them once more while the pieces are being taken away.
        std::fs::remove_file(spool.path(&segments[1])).unwrap();
        assert!(spool.join(upload, &segments).is_err());
        assert_eq!(std::fs::read(&object).unwrap(), b"first second");
        let again = spool.one_file(upload, &segments, 3).unwrap();
        assert_eq!(std::fs::read(again).unwrap(), b"first second");
        // A beginning of another time is no whole.
        std::fs::write(spool.path(&segments[1]), "second").unwrap();
        std::fs::remove_file(spool.path(&Segment { writer: 0, ..segments[0] })).unwrap();
        std::fs::write(spool.path(&Segment { writer: 0, ..segments[0] }), "fir").unwrap();
        let again = spool.one_file(upload, &segments, 3).unwrap();
        assert_eq!(std::fs::read(again).unwrap(), b"first second");
        assert_eq!(std::fs::read_dir(spool.folder(upload)).unwrap().count(), 3, "nothing else is left");
        // One file of a writer who was overtaken, and adds to it.
        let alone = &segments[..1];
        let (own, copy) = (spool.one_file(upload, alone, 1).unwrap(), spool.one_file(upload, alone, 2).unwrap());
        File::options().append(true).open(own).unwrap().write_all(b" and more").unwrap();
        assert_eq!(std::fs::read(copy).unwrap(), b"first ");
        let nothing = spool.one_file(UploadId(Uuid::from_u128(8)), &[], 1).unwrap();
        assert_eq!(std::fs::read(nothing).unwrap(), b"");
    }
}
