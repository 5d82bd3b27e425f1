//! The digest of each file by the Chinese standard (SM3, GB/T 32905), beside SHA-256.
//!
//! It takes several times as long, so it is computed after a file was received, from what
//! is kept, and not faster than leaves the machine to others.

use std::time::Duration;

use domain::{
    ids::{ByteCount, Digest, EvidenceId},
    time::Timestamp,
};
use futures::TryStreamExt as _;
use proof::entry::Fact;
use sha2::{Digest as _, Sha256};
use sm3::Sm3;
use tokio::time::Instant;

use crate::{
    Portal,
    error::{Error, Result},
    store::{self, LogEntry},
};

/// The service.
pub struct SecondDigests<'a>(pub(crate) &'a Portal);

/// Minutes that computing one may take before another server does it: a gigabyte at the
/// slowest speed.
const LEASE_MINUTES: i64 = 30;
/// The longest pause until an original that cannot be read is tried again, in minutes.
const LONGEST_PAUSE: i64 = 24 * 60;

/// What came of computing one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Computed {
    /// Nothing is left to be computed.
    Nothing,
    /// This is on record now.
    Done(Digest),
    /// The original could not be read, or is not what it was; it is tried again.
    Failed {
        /// Which.
        digest: Digest,
        /// Why.
        why: String,
    },
}

impl SecondDigests<'_> {
    /// Computes the next one, reading at most so many bytes a second. It becomes a leaf for
    /// every file with these bytes.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn next(&self, per_second: Option<ByteCount>) -> Result<Computed> {
        let portal = self.0;
        let now = portal.now();
        let Some(due) = store::second_digest::due(portal.store().read(), now).await? else {
            return Ok(Computed::Nothing);
        };
        let digest = due.digest;
        let tx = portal.store().begin().await?;
        let taken = store::second_digest::take(tx.db(), digest, now, now.plus_minutes(LEASE_MINUTES)).await?;
        tx.commit().await?;
        if !taken {
            return Ok(Computed::Nothing);
        }
        let known = store::second_digest::known(portal.store().read(), digest).await?;
        let sm3 = match known {
            Some(sm3) => Ok(sm3),
            None => self.read(digest, per_second).await,
        };
        match sm3 {
            Ok(sm3) => {
                self.record(digest, &sm3).await?;
                Ok(Computed::Done(digest))
            }
            Err(error) => {
                let minutes = 1_i64.checked_shl(due.attempts.min(16)).unwrap_or(LONGEST_PAUSE).min(LONGEST_PAUSE);
                let again: Timestamp = portal.now().plus_minutes(minutes);
                let tx = portal.store().begin().await?;
                store::second_digest::put_back(tx.db(), digest, again).await?;
                tx.commit().await?;
                Ok(Computed::Failed { digest, why: error.to_string() })
            }
        }
    }

    async fn record(&self, digest: Digest, sm3: &str) -> Result<()> {
        let portal = self.0;
        let now = portal.now();
        let mut tx = portal.store().begin().await?;
        for id in store::second_digest::finish(tx.db(), digest, sm3).await? {
            let file = store::evidence::get(tx.db(), id).await?.ok_or(Error::NotFound)?;
            let fact = Fact::Sm3 { evidence: id.to_string(), sm3: sm3.to_owned() };
            tx.log(LogEntry::of_file(now, file.case, id, fact));
        }
        Ok(tx.commit().await?)
    }

    /// Reads an original. What is not what it was gets no second digest, which would be
    /// that of other bytes.
    async fn read(&self, digest: Digest, per_second: Option<ByteCount>) -> Result<String> {
        let (mut first, mut second) = (Sha256::new(), Sm3::new());
        let mut stream = self.0.evidences().open(digest, None).await?;
        let mut began = Instant::now();
        while let Some(piece) = stream.try_next().await? {
            first.update(&piece);
            second.update(&piece);
            if let Some(ByteCount(per_second)) = per_second {
                #[expect(clippy::cast_precision_loss, reason = "a pause, not a figure")]
                let due = Duration::from_secs_f64(piece.len() as f64 / per_second.max(1) as f64);
                tokio::time::sleep(due.saturating_sub(began.elapsed())).await;
                began = Instant::now();
            }
        }
        if Digest(first.finalize().into()) != digest {
            return Err(Error::Impossible(format!("the original {digest} is not what it was")));
        }
        Ok(hex::encode(second.finalize()))
    }

    /// The digest of a file, where it is computed already; 64 lower-case hexadecimal
    /// digits. For whoever may see the file.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub(super) async fn of(&self, file: EvidenceId) -> Result<Option<String>> {
        Ok(store::second_digest::of(self.0.store().read(), file).await?)
    }
}
