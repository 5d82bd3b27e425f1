//! Where the requests of one upload take turns.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use domain::{
    ids::{AccountId, Digest, UploadId},
    upload::Upload,
};
use tokio::sync::{Mutex as Turn, OwnedMutexGuard, watch};

use super::Pen;
use crate::store::Stored;

/// The uploads that this process writes or has written lately.
#[derive(Debug, Default)]
pub struct Desks(Mutex<HashMap<UploadId, Arc<Desk>>>);

/// Where the writers of one upload take turns.
#[derive(Debug)]
pub struct Desk {
    turn: Arc<Turn<Option<Hand>>>,
    newest: watch::Sender<u64>,
    whose: OnceLock<Whose>,
    /// Whether somebody was here since the last look ([`Desks::forget_idle`]).
    used: AtomicBool,
}

/// Whose an upload is, which never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whose {
    /// Whoever announced it.
    pub owner: AccountId,
    /// SHA-256 of the secret part of its address.
    pub capability: Digest,
}

impl From<&Upload> for Whose {
    fn from(upload: &Upload) -> Self {
        Self { owner: upload.owner, capability: upload.capability }
    }
}

/// What the last writer of this process left to the next one.
#[derive(Debug)]
pub struct Hand {
    /// The row as this process wrote it, with what it has counted since.
    pub stored: Stored<Upload>,
    /// Its file, which is closed meanwhile.
    pub pen: Pen,
}

/// What a request holds while it has the turn.
#[derive(Debug)]
pub struct Seat {
    /// What the writer before left, if one may go on from there.
    pub hand: OwnedMutexGuard<Option<Hand>>,
    newest: watch::Receiver<u64>,
}

impl Seat {
    /// A watch on newer requests that can be kept apart from the turn.
    pub fn split(self) -> (OwnedMutexGuard<Option<Hand>>, Wanted) {
        (self.hand, Wanted(self.newest))
    }
}

/// See [`Seat::split`].
#[derive(Debug)]
pub struct Wanted(watch::Receiver<u64>);

impl Wanted {
    /// Ends when a newer request wants the turn.
    pub async fn wait(&mut self) {
        // Where the desk was forgotten nobody can want it.
        if self.0.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl Desks {
    /// Ends whoever writes this upload here and waits for the turn; `None` when the
    /// disk keeps the other for longer than `patience`.
    pub async fn seat(&self, upload: UploadId, patience: Duration) -> Option<Seat> {
        let desk = self.desk(upload);
        desk.newest.send_modify(|number| *number += 1);
        let newest = desk.newest.subscribe();
        let hand = tokio::time::timeout(patience, desk.turn.clone().lock_owned()).await.ok()?;
        Some(Seat { hand, newest })
    }

    /// The turn of an upload that nobody is at: nobody is ended for it.
    pub fn idle(&self, upload: UploadId) -> Option<OwnedMutexGuard<Option<Hand>>> {
        self.desk(upload).turn.clone().try_lock_owned().ok()
    }

    /// A new upload, which this process may write at once.
    pub fn begin(&self, hand: Hand) {
        let desk = self.desk(hand.stored.id);
        desk.whose.get_or_init(|| Whose::from(&hand.stored.value));
        if let Ok(mut turn) = desk.turn.try_lock() {
            *turn = Some(hand);
        }
    }

    /// Whose an upload is, where this process knows.
    pub fn whose(&self, upload: UploadId) -> Option<Whose> {
        self.lock().get(&upload)?.whose.get().copied()
    }

    /// Remembers whose an upload is.
    pub fn remember(&self, upload: UploadId, whose: Whose) {
        self.desk(upload).whose.get_or_init(|| whose);
    }

    fn desk(&self, upload: UploadId) -> Arc<Desk> {
        let new = || {
            let (turn, newest) = (Arc::default(), watch::Sender::new(0));
            Arc::new(Desk { turn, newest, whose: OnceLock::new(), used: AtomicBool::new(true) })
        };
        let desk = self.lock().entry(upload).or_insert_with(new).clone();
        desk.used.store(true, Ordering::Relaxed);
        desk
    }

    /// Forgets uploads that nobody has come to since this was asked before: whoever goes
    /// on with one reads it again.
    pub fn forget_idle(&self) {
        self.lock().retain(|_, desk| {
            desk.used.swap(false, Ordering::Relaxed) || Arc::strong_count(desk) > 1 || Arc::strong_count(&desk.turn) > 1
        });
    }

    /// Forgets one upload.
    pub fn forget(&self, upload: UploadId) {
        self.lock().remove(&upload);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<UploadId, Arc<Desk>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_newer_request_is_told_to_the_older_one_and_gets_its_turn() {
        let desks = Desks::default();
        let upload = UploadId(uuid::Uuid::new_v4());
        let patience = Duration::from_millis(50);
        let (turn, mut wanted) = desks.seat(upload, patience).await.unwrap().split();
        assert!(tokio::time::timeout(patience, wanted.wait()).await.is_err(), "nobody else is there");
        // Who does not leave keeps the others out, but only so long.
        assert!(desks.seat(upload, patience).await.is_none());
        wanted.wait().await;
        assert!(desks.idle(upload).is_none());
        drop(turn);
        assert!(desks.seat(upload, patience).await.is_some());
        // Whoever looks only where nobody is ends nobody.
        let (turn, mut wanted) = desks.seat(upload, patience).await.unwrap().split();
        assert!(desks.idle(upload).is_none());
        assert!(tokio::time::timeout(patience, wanted.wait()).await.is_err());
        drop(turn);
        assert!(desks.idle(upload).is_some());
        desks.forget_idle();
        assert_eq!(desks.lock().len(), 1, "somebody was here a moment ago");
        desks.forget_idle();
        assert_eq!(desks.lock().len(), 0);
    }
}
