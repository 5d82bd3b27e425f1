//! When a commit on `SQLite` is on the disk.
//!
//! With `synchronous = FULL` every commit waits for the disk while it keeps the only
//! writer, so that commits queue for it one behind another. Here the database commits
//! without waiting (`synchronous = NORMAL`, in which the write-ahead log of a power cut
//! still ends with a whole commit, <https://www.sqlite.org/wal.html>), the writer goes on,
//! and whoever committed waits until the log was brought onto the disk after that: once
//! for everybody who waits by then. No answer to what was written goes out before. Who only
//! reads may see, for those milliseconds, what a power cut would still take back; whatever
//! is written after having read it lies behind it in the same log.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
};

use sea_orm::DbErr;
use tokio::sync::Mutex;

use super::{StoreError, StoreResult};

/// The write-ahead log of a database.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    /// Commits so far.
    commits: AtomicU64,
    /// How many of them are on the disk. Whoever has the lock brings the rest there.
    settled: Mutex<u64>,
    /// Whether anybody waits for the disk at all: see [`super::Store::wait_for_disk`].
    waits: AtomicBool,
    /// The disk did not take something. It is not asked again: it would say yes, though
    /// the bytes are lost (the kernel tells an error of writing back once).
    lost: AtomicBool,
}

impl Journal {
    /// Of the database in this file.
    pub(super) fn of(database: &Path) -> Self {
        let mut path = database.as_os_str().to_owned();
        path.push("-wal");
        Self {
            path: path.into(),
            commits: AtomicU64::new(0),
            settled: Mutex::new(0),
            waits: AtomicBool::new(true),
            lost: AtomicBool::new(false),
        }
    }

    /// Whether commits wait for the disk from here on.
    pub(super) fn wait(&self, wait: bool) {
        self.waits.store(wait, Ordering::SeqCst);
    }

    /// Waits until everything that was committed before this call is on the disk.
    ///
    /// # Errors
    /// [`StoreError::Database`] when the disk did not take it, now or before: then nothing
    /// more is acknowledged until the portal was started again and has read what is there.
    pub(super) async fn settle(&self) -> StoreResult<()> {
        if !self.waits.load(Ordering::SeqCst) {
            return Ok(());
        }
        let mine = self.commits.fetch_add(1, Ordering::SeqCst) + 1;
        let mut settled = self.settled.lock().await;
        if self.lost.load(Ordering::SeqCst) {
            return Err(failed("an earlier commit did not reach the disk; start the portal again"));
        }
        if *settled >= mine {
            return Ok(());
        }
        let upto = self.commits.load(Ordering::SeqCst);
        let path = self.path.clone();
        let synced = tokio::task::spawn_blocking(move || File::open(path)?.sync_data()).await;
        if let Err(error) = synced.unwrap_or_else(|error| Err(io::Error::other(error))) {
            self.lost.store(true, Ordering::SeqCst);
            return Err(failed(&format!("the disk did not take a commit: {error}")));
        }
        *settled = upto;
        Ok(())
    }
}

fn failed(why: &str) -> StoreError {
    StoreError::Database(DbErr::Custom(why.to_owned()))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[tokio::test]
    async fn many_commits_reach_the_disk_together() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("a.sqlite");
        std::fs::write(folder.path().join("a.sqlite-wal"), "pages").unwrap();
        let journal = Arc::new(Journal::of(&database));
        // Somebody is at the disk while twenty commit.
        let busy = journal.settled.lock().await;
        let waiting: Vec<_> = (0..20)
            .map(|_| {
                let journal = journal.clone();
                tokio::spawn(async move { journal.settle().await })
            })
            .collect();
        while journal.commits.load(Ordering::SeqCst) < 20 {
            tokio::task::yield_now().await;
        }
        assert!(waiting.iter().all(|one| !one.is_finished()), "none is told that it is on the disk");
        drop(busy);
        let mut waiting = waiting.into_iter();
        waiting.next().unwrap().await.unwrap().unwrap();
        assert_eq!(*journal.settled.lock().await, 20, "the first took all with it");
        for one in waiting {
            one.await.unwrap().unwrap();
        }
    }

    #[tokio::test]
    async fn after_the_disk_has_failed_once_nothing_is_acknowledged() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::of(&folder.path().join("b.sqlite"));
        assert!(journal.settle().await.is_err());
        std::fs::write(folder.path().join("b.sqlite-wal"), "pages").unwrap();
        assert!(journal.settle().await.is_err(), "what was lost does not come back by asking again");
        journal.wait(false);
        assert!(journal.settle().await.is_ok(), "who does not wait is told nothing");
    }
}
