//! Reading every original again and comparing it with its digest, because disks forget.

use std::time::Duration;

use domain::{
    ids::{ByteCount, Digest},
    time::Timestamp,
};
use futures::TryStreamExt as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tokio::time::Instant;

use crate::{
    Portal,
    error::{Error, Result},
    store,
};

/// The service.
pub struct Scrubs<'a>(pub(crate) &'a Portal);

/// Originals that are asked for at a time.
const BATCH: u64 = 200;
/// How often it is noted how far it is; a pass that is cut off reads this much again.
const NOTED: Duration = Duration::from_secs(5);

/// A pass over all originals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pass {
    /// When it began.
    pub began_at: Timestamp,
    /// When it had read everything.
    pub ended_at: Option<Timestamp>,
    /// The last original that was read.
    pub after: Option<Digest>,
    /// Originals read.
    pub files: u64,
    /// Their bytes.
    pub bytes: ByteCount,
    /// What is wrong.
    pub faults: Vec<ScrubFault>,
}

/// An original and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScrubFault {
    /// The digest it should have.
    pub digest: Digest,
    /// What.
    pub what: Damage,
}

/// What can be wrong with an original.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Damage {
    /// It is not there.
    Missing,
    /// It is other bytes.
    Changed,
    /// It could not be read, and why; it may be good.
    Unreadable(String),
}

impl Scrubs<'_> {
    /// The last or running pass. For whoever runs the server.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn last(&self) -> Result<Option<Pass>> {
        Ok(store::scrub_load(self.0.store().read()).await?)
    }

    /// Reads all originals again, at most so many bytes a second, and goes on with a pass
    /// that was cut off. `tell` hears how far it is. For whoever runs the server.
    ///
    /// # Errors
    /// [`Error::Store`]. Damaged originals are no error but what is looked for.
    pub async fn run(&self, per_second: Option<ByteCount>, tell: &mut (dyn FnMut(&Pass) + Send)) -> Result<Pass> {
        let portal = self.0;
        let unfinished = self.last().await?.filter(|pass| pass.ended_at.is_none());
        let mut pass = unfinished.unwrap_or_else(|| Pass {
            began_at: portal.now(),
            ended_at: None,
            after: None,
            files: 0,
            bytes: ByteCount(0),
            faults: Vec::new(),
        });
        let mut noted = Instant::now();
        loop {
            let digests = store::scrub_digests_after(portal.store().read(), pass.after, BATCH).await?;
            if digests.is_empty() {
                break;
            }
            for digest in digests {
                let began = Instant::now();
                let (bytes, damage) = self.read(digest).await;
                pass.after = Some(digest);
                pass.files += 1;
                pass.bytes.0 += bytes;
                let found = damage.map(|what| ScrubFault { digest, what });
                if found.is_some() || noted.elapsed() > NOTED {
                    pass.faults.extend(found);
                    self.note(&pass).await?;
                    noted = Instant::now();
                }
                tell(&pass);
                if let Some(ByteCount(per_second)) = per_second {
                    #[expect(clippy::cast_precision_loss, reason = "a pause, not a figure")]
                    let due = Duration::from_secs_f64(bytes as f64 / per_second.max(1) as f64);
                    tokio::time::sleep(due.saturating_sub(began.elapsed())).await;
                }
            }
        }
        pass.ended_at = Some(portal.now());
        let mut tx = portal.store().begin().await?;
        store::scrub_save(tx.db(), &pass).await?;
        let detail = serde_json::to_value(&pass).map_err(|error| Error::Impossible(error.to_string()))?;
        tx.audit(portal.own_event("evidence.scrub", "originals", "all").with(detail));
        tx.commit().await?;
        Ok(pass)
    }

    async fn note(&self, pass: &Pass) -> Result<()> {
        let tx = self.0.store().begin().await?;
        store::scrub_save(tx.db(), pass).await?;
        Ok(tx.commit().await?)
    }

    /// How many bytes an original has, and what is wrong with it.
    async fn read(&self, digest: Digest) -> (u64, Option<Damage>) {
        let (mut hash, mut bytes) = (Sha256::new(), 0);
        let read = async {
            let mut stream = self.0.evidences().open(digest, None).await?;
            while let Some(piece) = stream.try_next().await? {
                hash.update(&piece);
                bytes += piece.len() as u64;
            }
            Ok::<_, Error>(())
        };
        let damage = match read.await {
            Ok(()) => (Digest(hash.finalize().into()) != digest).then_some(Damage::Changed),
            Err(Error::Objects(object_store::Error::NotFound { .. })) => Some(Damage::Missing),
            Err(error) => Some(Damage::Unreadable(error.to_string())),
        };
        (bytes, damage)
    }
}
