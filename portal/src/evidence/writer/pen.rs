//! The file that a writer writes, and the hash of what is in it.

use std::{
    fs::File,
    io::{Seek, SeekFrom, Write},
    path::PathBuf,
};

use bytes::Bytes;
use domain::{ids::ByteCount, upload::Segment};
use sha2::{Digest as _, Sha256};

use crate::evidence::spool::{self, Opened, Spool};

/// A file of the spool with the hash of everything up to its end.
#[derive(Debug)]
pub struct Pen {
    /// Whose file it is.
    pub writer: u32,
    /// Bytes of the whole upload up to the end of what counts.
    pub offset: ByteCount,
    spool: Spool,
    own: Segment,
    /// Opened with the first bytes of a piece.
    file: Option<File>,
    /// Folders to be synced with the first bytes.
    names: Vec<PathBuf>,
    /// Of everything that counts.
    hash: Sha256,
    /// Of everything that was written.
    ahead: Sha256,
    /// Bytes written and not counted yet.
    pending: u64,
    /// Whether everything written is on the disk.
    synced: bool,
    /// Why the disk did not take what was written. It is not asked again: it would say
    /// yes, though the bytes are lost (the kernel tells an error of writing back once).
    lost: Option<std::io::ErrorKind>,
    /// Whether the file may end elsewhere than what was written. Nothing more is written to it
    /// then, unless the rest is cut off.
    astray: bool,
}

impl Pen {
    /// The pen of a new upload, of which there is no byte yet.
    pub fn new(spool: &Spool, own: Segment) -> Self {
        Self::after(spool, Sha256::new(), ByteCount(0), own)
    }

    /// The pen of a new writer, who reads what came before. Blocks.
    ///
    /// # Errors
    /// [`std::io::Error`].
    pub fn open(spool: &Spool, segments: &[Segment], own: Segment) -> std::io::Result<Self> {
        let offset = ByteCount(segments.iter().map(|segment| segment.size.0).sum());
        Ok(Self::after(spool, spool.hash(segments)?, offset, own))
    }

    fn after(spool: &Spool, hash: Sha256, offset: ByteCount, own: Segment) -> Self {
        let (spool, ahead) = (spool.clone(), hash.clone());
        let (file, names) = (None, Vec::new());
        let writer = own.writer;
        let (pending, synced, lost, astray) = (0, true, None, false);
        Self { writer, offset, spool, own, file, names, hash, ahead, pending, synced, lost, astray }
    }

    /// Bytes that were written and do not count yet.
    pub const fn pending(&self) -> ByteCount {
        ByteCount(self.pending)
    }

    /// Whether its file is closed and has bytes that count.
    pub const fn is_put_down(&self) -> bool {
        self.file.is_none() && self.own.size.0 > 0
    }

    /// Whether its file may end elsewhere than what was written.
    pub const fn is_astray(&self) -> bool {
        self.astray
    }

    /// Whether everything in its file counts, so that the next writer may go on with it.
    pub const fn is_settled(&self) -> bool {
        self.pending == 0 && !self.astray && self.lost.is_none()
    }

    /// Closes the file of a pen that is settled; it is opened again with the next bytes. Many more
    /// uploads have begun than are being sent, and a process may have only so many files open.
    pub fn put_down(&mut self) {
        self.file = None;
        self.names.clear();
        self.synced = true;
    }

    /// Opens the file where it is closed. One that does not end with what counts of it is left as
    /// it is, and the pen is astray. Blocks.
    ///
    /// # Errors
    /// [`std::io::Error`].
    pub fn ready(&mut self) -> std::io::Result<()> {
        if self.file.is_none() {
            match self.spool.open(&self.own)? {
                Some(Opened { file, names }) => (self.file, self.names) = (Some(file), names),
                None => self.astray = true,
            }
        }
        Ok(())
    }

    /// Writes and hashes, as far as the disk takes it. Nothing is cut off: whether the file is still
    /// this writer's the caller has to find out before ([`Pen::trim`], [`Pen::take_back`]). Blocks.
    ///
    /// # Errors
    /// [`std::io::Error`]; what the disk took before is pending all the same.
    pub fn write(&mut self, chunks: &[Bytes]) -> std::io::Result<()> {
        self.ready()?;
        let Some(file) = self.file.as_mut().filter(|_| !self.astray) else {
            return Err(std::io::Error::other("a file of the spool does not end where its writer believes"));
        };
        for chunk in chunks {
            self.synced = false;
            let (taken, wrote) = write_on(file, chunk);
            self.ahead.update(&chunk[..taken]);
            self.pending += taken as u64;
            if wrote.is_err() {
                let end = self.own.size.0 + self.pending;
                self.astray = !file.metadata().is_ok_and(|about| about.len() == end);
                return wrote;
            }
        }
        Ok(())
    }

    /// Brings what was written onto the disk. Blocks.
    ///
    /// # Errors
    /// [`std::io::Error`].
    pub fn sync(&mut self) -> std::io::Result<()> {
        if let Some(kind) = self.lost {
            return Err(kind.into());
        }
        let Some(file) = self.file.as_ref().filter(|_| !self.synced) else { return Ok(()) };
        let mut folders = self.names.iter();
        let done = file.sync_data().and_then(|()| folders.try_for_each(|folder| spool::sync_folder(folder)));
        self.lost = done.as_ref().err().map(std::io::Error::kind);
        self.synced = done.is_ok();
        if self.synced {
            self.names.clear();
        } else {
            self.spool.doubt(&self.own);
        }
        done
    }

    /// Whether everything written is on the disk.
    pub const fn is_synced(&self) -> bool {
        self.synced
    }

    /// What was written counts from now on.
    pub fn count(&mut self) {
        self.own.size.0 += self.pending;
        self.offset.0 += self.pending;
        self.pending = 0;
        self.hash = self.ahead.clone();
    }

    /// Takes back what was written and does not count. Blocks.
    ///
    /// # Errors
    /// [`std::io::Error`].
    pub fn take_back(&mut self) -> std::io::Result<()> {
        self.cut(self.own.size.0)?;
        self.ahead = self.hash.clone();
        self.pending = 0;
        self.lost = None;
        Ok(())
    }

    /// Cuts off what the file has beyond everything that was written. Blocks.
    ///
    /// # Errors
    /// [`std::io::Error`].
    pub fn trim(&mut self) -> std::io::Result<()> {
        self.cut(self.own.size.0 + self.pending)
    }

    fn cut(&mut self, size: u64) -> std::io::Result<()> {
        let Some(file) = &mut self.file else { return Ok(()) };
        // Where it fails halfway, nobody knows where the next bytes would go.
        self.astray = true;
        file.set_len(size)?;
        file.seek(SeekFrom::Start(size))?;
        self.astray = false;
        if size == self.own.size.0 {
            self.spool.trust(&self.own);
        }
        Ok(())
    }

    /// The hash of everything that counts.
    pub fn hash(&self) -> Sha256 {
        self.hash.clone()
    }
}

/// Writes as far as it goes: how many bytes were taken, and why not all.
fn write_on(file: &mut impl Write, bytes: &[u8]) -> (usize, std::io::Result<()>) {
    let mut taken = 0;
    while taken < bytes.len() {
        match file.write(&bytes[taken..]) {
            Ok(0) => return (taken, Err(std::io::ErrorKind::WriteZero.into())),
            Ok(more) => taken += more,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return (taken, Err(error)),
        }
    }
    (taken, Ok(()))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use domain::ids::{Digest, UploadId};

    use super::*;

    const UPLOAD: UploadId = UploadId(uuid::Uuid::from_u128(7));

    /// Where its first writer writes.
    fn file_in(folder: &Path) -> PathBuf {
        folder.join("uploads").join(UPLOAD.to_string()).join("1")
    }

    fn pen_in(folder: &Path) -> Pen {
        let own = Segment { upload: UPLOAD, writer: 1, size: ByteCount(0) };
        Pen::new(&Spool::new(folder).unwrap(), own)
    }

    fn write(pen: &mut Pen, text: &'static str) -> std::io::Result<()> {
        pen.write(&[Bytes::from_static(text.as_bytes())])
    }

    /// A pen of which these bytes count.
    fn counted_in(folder: &Path, text: &'static str) -> Pen {
        let mut pen = pen_in(folder);
        write(&mut pen, text).unwrap();
        count(&mut pen);
        pen
    }

    fn count(pen: &mut Pen) {
        pen.sync().unwrap();
        pen.count();
    }

    fn digest_of(bytes: &[u8]) -> Digest {
        Digest(Sha256::digest(bytes).into())
    }

    /// Takes three bytes at a time, while it has room.
    struct Small(Vec<u8>);

    impl Write for Small {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            if self.0.len() >= 6 {
                return Err(std::io::ErrorKind::StorageFull.into());
            }
            let taken = &bytes[..bytes.len().min(3)];
            self.0.extend_from_slice(taken);
            Ok(taken.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_pen_that_was_put_down_goes_on_where_its_file_ends() {
        let folder = tempfile::tempdir().unwrap();
        let mut pen = counted_in(folder.path(), "some ");
        assert!(pen.file.is_some() && !pen.is_put_down());
        pen.put_down();
        assert!(pen.file.is_none() && pen.is_put_down() && pen.is_settled());
        write(&mut pen, "more").unwrap();
        assert!(!pen.is_put_down() && !pen.is_settled() && !pen.is_synced());
        count(&mut pen);
        assert_eq!(std::fs::read(file_in(folder.path())).unwrap(), b"some more");
        assert_eq!((spool::digest(pen.hash()), pen.offset), (digest_of(b"some more"), ByteCount(9)));
    }

    #[test]
    fn a_file_that_ends_elsewhere_than_its_pen_believes_is_neither_written_nor_cut() {
        for other in [Some("som"), Some("some and more"), None] {
            let folder = tempfile::tempdir().unwrap();
            let file = file_in(folder.path());
            let mut pen = counted_in(folder.path(), "some ");
            pen.put_down();
            match other {
                Some(text) => std::fs::write(&file, text).unwrap(),
                None => std::fs::remove_file(&file).unwrap(),
            }
            pen.ready().unwrap();
            assert!(pen.is_astray() && !pen.is_settled(), "{other:?}");
            assert!(write(&mut pen, "more").is_err(), "{other:?}");
            assert_eq!(std::fs::read_to_string(&file).ok().as_deref(), other);
        }
        // Nor is one of which nothing counts.
        let folder = tempfile::tempdir().unwrap();
        let file = file_in(folder.path());
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, "of somebody else").unwrap();
        let mut pen = pen_in(folder.path());
        assert!(write(&mut pen, "some").is_err() && !pen.is_settled());
        assert_eq!(std::fs::read(&file).unwrap(), b"of somebody else");
    }

    #[test]
    fn a_write_that_fails_cuts_nothing_off_and_nothing_is_written_behind_what_it_left() {
        let folder = tempfile::tempdir().unwrap();
        let file = file_in(folder.path());
        let mut pen = counted_in(folder.path(), "some ");
        write(&mut pen, "more ").unwrap();
        // A disk that takes more than it says, and then neither bytes nor a new length.
        File::options().append(true).open(&file).unwrap().write_all(b"stray").unwrap();
        let good = pen.file.replace(File::open(&file).unwrap());
        assert!(write(&mut pen, "lost").is_err());
        assert_eq!(std::fs::read(&file).unwrap(), b"some more stray");
        assert_eq!(pen.pending(), ByteCount(5));
        for cut in [Pen::trim, Pen::take_back] {
            assert!(pen.is_astray());
            assert!(cut(&mut pen).is_err());
        }
        // Bytes are taken again, and would stand behind those.
        pen.file = good;
        assert!(write(&mut pen, "lost").is_err() && !pen.is_settled());
        pen.trim().unwrap();
        assert!(!pen.is_astray());
        write(&mut pen, "words").unwrap();
        count(&mut pen);
        assert!(pen.is_settled());
        assert_eq!(std::fs::read(&file).unwrap(), b"some more words");
        assert_eq!(spool::digest(pen.hash()), digest_of(b"some more words"));
        // What is taken back leaves the hash as well.
        write(&mut pen, " and others").unwrap();
        pen.take_back().unwrap();
        write(&mut pen, "!").unwrap();
        count(&mut pen);
        assert_eq!(std::fs::read(&file).unwrap(), b"some more words!");
        assert_eq!(spool::digest(pen.hash()), digest_of(b"some more words!"));
    }

    #[test]
    fn what_a_disk_took_before_it_refused_the_rest_is_written_and_no_more() {
        // A pair of sockets stands for the disk: it takes some, then no more, and cannot be cut.
        let (ours, _theirs) = std::os::unix::net::UnixStream::pair().unwrap();
        ours.set_nonblocking(true).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut pen = pen_in(folder.path());
        pen.file = Some(File::from(std::os::fd::OwnedFd::from(ours)));
        let all = 8 * 1024 * 1024;
        let refused = pen.write(&[Bytes::from(vec![7; all])]).unwrap_err();
        assert_eq!(refused.kind(), std::io::ErrorKind::WouldBlock);
        let taken = usize::try_from(pen.pending().0).unwrap();
        assert!(taken > 0 && taken < all, "{taken}");
        assert_eq!(spool::digest(pen.ahead.clone()), digest_of(&vec![7; taken]));
        assert!(pen.trim().is_err() && pen.is_astray());
        // What a disk did not take does not count for the next writer either, who would hear that all is well.
        std::fs::create_dir_all(file_in(folder.path()).parent().unwrap()).unwrap();
        std::fs::write(file_in(folder.path()), "some").unwrap();
        assert_eq!(pen.spool.settled(&pen.own).unwrap(), ByteCount(4));
        assert!(pen.sync().is_err(), "it cannot be synced");
        assert_eq!(pen.spool.settled(&pen.own).unwrap(), ByteCount(0));

        let mut disk = Small(Vec::new());
        let (taken, wrote) = write_on(&mut disk, b"some more");
        assert_eq!((taken, wrote.unwrap_err().kind()), (6, std::io::ErrorKind::StorageFull));
        assert_eq!(disk.0, b"some m");
        assert!(matches!(write_on(&mut Small(Vec::new()), b"some"), (4, Ok(()))));
    }
}
