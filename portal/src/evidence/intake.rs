//! One file on its way in.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use bytes::Bytes;
use domain::{
    evidence::EvidenceFault,
    ids::{ByteCount, Digest},
};
use futures::{Stream, StreamExt};
use sha2::{Digest as _, Sha256};
use tokio::io::AsyncWriteExt;
use uuid::Uuid;

use crate::error::{Error, Result};

/// A file that has arrived whole and lies on the local disk until it is kept.
/// Dropping it removes it.
#[derive(Debug)]
pub struct Received {
    path: PathBuf,
    /// How large it is.
    pub size: ByteCount,
    /// SHA-256 of its bytes.
    pub digest: Digest,
}

impl Received {
    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Received {
    fn drop(&mut self) {
        // What stays behind is swept when a server starts.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Removes its file unless it was handed on.
struct Spooled(Option<PathBuf>);

impl Drop for Spooled {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            let _ = std::fs::remove_file(path);
        }
    }
}

/// A disk that is full is said so.
pub(crate) fn of_the_disk(error: std::io::Error) -> Error {
    match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Error::Full,
        _ => Error::Disk(error),
    }
}

/// Takes in a stream of at most `limit` bytes. Memory holds one chunk at a time;
/// the hash grows with the bytes; a stream that ends early or grows too large
/// leaves nothing behind.
///
/// # Errors
/// [`EvidenceFault::TooLarge`] as soon as the limit is passed,
/// [`EvidenceFault::CutOff`] when the stream breaks, [`Error::Full`] when the local
/// disk has no room for it, [`Error::Disk`] when it does not take it for another reason.
pub async fn receive<E>(
    spool: &Path,
    limit: ByteCount,
    mut bytes: impl Stream<Item = std::result::Result<Bytes, E>> + Unpin,
) -> Result<Received> {
    let path = spool.join(Uuid::new_v4().to_string());
    let mut file = tokio::fs::File::create_new(&path).await.map_err(of_the_disk)?;
    let mut guard = Spooled(Some(path.clone()));
    let mut hash = Sha256::new();
    let mut size = 0_u64;
    while let Some(chunk) = bytes.next().await {
        let chunk = chunk.map_err(|_| EvidenceFault::CutOff)?;
        size += chunk.len() as u64;
        if size > limit.0 {
            return Err(EvidenceFault::TooLarge { size: ByteCount(size), limit, kind: None }.into());
        }
        hash.update(&chunk);
        file.write_all(&chunk).await.map_err(of_the_disk)?;
    }
    file.flush().await.map_err(of_the_disk)?;
    file.sync_data().await.map_err(of_the_disk)?;
    guard.0 = None;
    Ok(Received { path, size: ByteCount(size), digest: Digest(hash.finalize().into()) })
}

/// How the folders are called in which files are examined.
pub(crate) const EXAMINATION: &str = "examine-";

/// Removes what an earlier run of the process left in the spool: files, and folders of
/// examinations, to which nothing was added for so long. Younger ones may be on their way
/// in, to another server with the same folder.
///
/// # Errors
/// [`Error::Disk`] when the folder cannot be read.
pub fn sweep(spool: &Path, idle: Duration) -> Result<usize> {
    let mut removed = 0;
    for entry in std::fs::read_dir(spool)? {
        let entry = entry?;
        let of_examination = entry.file_name().to_string_lossy().starts_with(EXAMINATION);
        let path = entry.path();
        // Another server may have removed it in between.
        let Ok(about) = path.metadata() else { continue };
        // A clock that was set back makes a file younger than now.
        let age = about.modified()?.elapsed().unwrap_or_default();
        if age < idle {
            continue;
        }
        if about.is_file() {
            std::fs::remove_file(path).map_err(Error::Disk)?;
            removed += 1;
        } else if about.is_dir() && of_examination {
            // Another server may be at the same, and a part of it may be somebody else's: the next sweep tries again.
            match std::fs::remove_dir_all(&path) {
                Ok(()) => removed += 1,
                Err(error) => tracing::warn!(path = %path.display(), %error, "what an examination left stays"),
            }
        }
    }
    Ok(removed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_that_is_full_is_told_from_one_that_is_broken() {
        // ENOSPC and EDQUOT, as the kernel says them.
        for full in [28, 122] {
            assert!(matches!(of_the_disk(std::io::Error::from_raw_os_error(full)), Error::Full), "{full}");
        }
        // EIO.
        assert!(matches!(of_the_disk(std::io::Error::from_raw_os_error(5)), Error::Disk(_)));
    }

    #[test]
    fn only_what_was_left_behind_is_swept() {
        let spool = tempfile::tempdir().unwrap();
        let day = Duration::from_hours(24);
        let (old, young) = (spool.path().join("old"), spool.path().join("young"));
        let names = [format!("{EXAMINATION}old"), format!("{EXAMINATION}young"), "uploads".to_owned()];
        let folders = names.map(|name| spool.path().join(name));
        for folder in &folders {
            std::fs::create_dir(folder).unwrap();
            std::fs::write(folder.join("original"), "x").unwrap();
        }
        for path in [&old, &young] {
            std::fs::write(path, "x").unwrap();
        }
        let [examined, examining, uploads] = &folders;
        for path in [&old, examined, uploads] {
            let left = std::fs::File::open(path).unwrap();
            left.set_modified(std::time::SystemTime::now() - 2 * day).unwrap();
        }
        assert_eq!(sweep(spool.path(), day).unwrap(), 2);
        assert!(young.exists() && !old.exists());
        assert!(examining.exists() && !examined.exists());
        assert!(uploads.join("original").exists(), "what is on its way in has a keeper of its own");
    }
}
