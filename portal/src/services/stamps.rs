//! Timestamps of an authority that is not ours, over signed checkpoints: the part of the
//! proof for which nobody has to believe our clock.
//!
//! What is to be stamped waits in the database, and any server asks for it, one at a time.
//! Nobody who sends or looks at files waits for the authority.

use domain::time::Timestamp;
use proof::{Hash, stamp::Stamp};

use crate::{
    Portal,
    error::Result,
    evidence::authority::Authority,
    store::{self, HeldStamp},
};

/// The service.
pub struct Stamps<'a>(pub(crate) &'a Portal);

/// Minutes that asking may take before another server asks: longer than the authority is
/// waited for.
const LEASE_MINUTES: i64 = 2;
/// The longest pause between two attempts, in minutes.
const LONGEST_PAUSE: i64 = 60;

/// What came of asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Nothing waits, or not yet again, or another server is asking.
    Nothing,
    /// A checkpoint was stamped.
    Held {
        /// Its leaves.
        size: u64,
        /// What the authority says.
        stamp: Stamp,
    },
    /// It was asked in vain, and is asked again.
    Failed {
        /// The checkpoint's leaves.
        size: u64,
        /// When.
        again: Timestamp,
        /// Why.
        why: String,
    },
}

impl Stamps<'_> {
    /// Lets the log as it stands wait to be stamped, where so many minutes have passed
    /// since the last time or a case was decided on, and there is anything new. Whether it
    /// did.
    ///
    /// # Errors
    /// [`crate::Error::Store`].
    pub async fn queue(&self, every_minutes: u16) -> Result<bool> {
        let portal = self.0;
        let (db, now) = (portal.store().read(), portal.now());
        if let Some((size, at)) = store::stamp::last(db).await? {
            let passed = at.plus_minutes(every_minutes.into()) <= now;
            let unchanged = store::log_size(db).await? == size;
            if unchanged || !(passed || store::log_decided_since(db, size).await?) {
                return Ok(false);
            }
        }
        let signed = portal.logs().checkpoint().await?;
        let tx = portal.store().begin().await?;
        store::stamp::queue(tx.db(), signed.size, now).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Asks the authority for what waits, unless somebody else does.
    ///
    /// # Errors
    /// [`crate::Error::Store`]. An authority that does not answer is no error.
    pub async fn ask(&self, authority: &Authority) -> Result<Asked> {
        let portal = self.0;
        let now = portal.now();
        let waiting = store::stamp::waiting(portal.store().read()).await?;
        let Some(mut waiting) = waiting.filter(|waiting| waiting.due <= now) else { return Ok(Asked::Nothing) };
        let until = now.plus_minutes(LEASE_MINUTES);
        let tx = portal.store().begin().await?;
        let taken = store::stamp::postpone(tx.db(), &waiting, until, None).await?;
        tx.commit().await?;
        if !taken {
            return Ok(Asked::Nothing);
        }
        waiting.due = until;
        let answered = authority.ask(Hash::of(&waiting.note), rand::random()).await;
        let (size, now) = (waiting.size, portal.now());
        let tx = portal.store().begin().await?;
        let asked = match answered {
            Ok((answer, stamp)) => {
                let authority = authority.name().to_owned();
                let held = HeldStamp { size, note: waiting.note, answer, authority, stamp: stamp.clone() };
                store::stamp::hold(tx.db(), &held, now).await?;
                Asked::Held { size, stamp }
            }
            Err(fault) => {
                let again = now.plus_minutes(pause(waiting.attempts));
                let why = fault.to_string();
                store::stamp::postpone(tx.db(), &waiting, again, Some(&why)).await?;
                Asked::Failed { size, again, why }
            }
        };
        tx.commit().await?;
        Ok(asked)
    }

    /// The first timestamp that shows that the entry at this place of the log was there.
    ///
    /// # Errors
    /// [`crate::Error::Store`].
    pub async fn covering(&self, index: u64) -> Result<Option<HeldStamp>> {
        Ok(store::stamp::covering(self.0.store().read(), index).await?)
    }

    /// The last timestamps, the latest first, for everybody.
    ///
    /// # Errors
    /// [`crate::Error::Store`].
    pub async fn latest(&self, count: u64) -> Result<Vec<HeldStamp>> {
        Ok(store::stamp::latest(self.0.store().read(), count).await?)
    }

    /// For each of these entries the first timestamp that covers it, as far as they are of
    /// a log of `size` leaves; the entries in their order.
    pub(super) async fn over(&self, indexes: impl Iterator<Item = u64>, size: u64) -> Result<Vec<HeldStamp>> {
        let mut found: Vec<HeldStamp> = Vec::new();
        for index in indexes {
            if found.last().is_some_and(|last| last.size > index) {
                continue;
            }
            match self.covering(index).await?.filter(|held| held.size <= size) {
                Some(held) => found.push(held),
                None => break,
            }
        }
        Ok(found)
    }
}

/// Minutes until the next attempt: 1, 2, 4, 8 and so on, an hour at most.
fn pause(attempts: u32) -> i64 {
    1_i64.checked_shl(attempts.min(16)).unwrap_or(LONGEST_PAUSE).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_does_not_answer_is_asked_less_often_but_every_hour() {
        let pauses: Vec<i64> = (0..9).map(pause).collect();
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!(pause(u32::MAX), LONGEST_PAUSE);
    }
}
