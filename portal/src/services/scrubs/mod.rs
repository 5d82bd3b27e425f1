//! Reading again what is kept, because disks forget: every original and everything that was made of one is compared
//! with its digest, and the log of evidence with what was signed of it.

mod log_read;

use std::time::Duration;

use bytes::Bytes;
use domain::{
    dossier::Dossier,
    examination::{Derivative, DerivedForm},
    ids::{ByteCount, Digest},
    time::Timestamp,
};
use futures::{TryStreamExt as _, stream::BoxStream};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tokio::time::Instant;
use uuid::Uuid;

use crate::{
    Portal,
    error::{Error, Result},
    store::{self, StoreError},
};
pub use log_read::{LogFault, LogRead};

/// The service.
pub struct Scrubs<'a>(pub(crate) &'a Portal);

/// Originals that are asked for at a time.
const BATCH: u64 = 200;
/// Leaves of the log that are in memory at a time.
const LEAVES: u64 = 1000;
/// How often it is noted how far it is; a pass that is cut off reads this much again.
const NOTED: Duration = Duration::from_secs(5);
/// So many faults are noted the moment they are found. A store that has lost everything has more of them than can be
/// written down anew with each.
const AT_ONCE: usize = 100;

/// A pass over everything that is kept: originals, the log, and then what was made of originals.
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
    /// Bytes read.
    pub bytes: ByteCount,
    /// How far the log has been read.
    #[serde(default)]
    pub log: LogRead,
    /// The last dossier of which everything was read that was made.
    #[serde(default)]
    pub derived_after: Option<Uuid>,
    /// Forms read that were made of originals.
    #[serde(default)]
    pub derived: u64,
    /// What is wrong with files.
    pub faults: Vec<ScrubFault>,
    /// Rows of the database that say nothing any more, so that nobody knows what was made of their files.
    #[serde(default)]
    pub rows: Vec<String>,
}

/// A file and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScrubFault {
    /// The digest it should have.
    pub digest: Digest,
    /// Of what it was made, where it is no original.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_of: Option<MadeOf>,
    /// What.
    pub what: Damage,
}

/// Of what something was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeOf {
    /// The original.
    pub original: Digest,
    /// As which form.
    #[serde(flatten)]
    pub form: DerivedForm,
    /// Whether it will be made anew.
    pub again: bool,
}

/// What can be wrong with a file.
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

impl Pass {
    fn begin(now: Timestamp) -> Self {
        Self {
            began_at: now,
            ended_at: None,
            after: None,
            files: 0,
            bytes: ByteCount(0),
            log: LogRead::default(),
            derived_after: None,
            derived: 0,
            faults: Vec::new(),
            rows: Vec::new(),
        }
    }

    /// How much is wrong.
    pub fn wrong(&self) -> usize {
        self.faults.len() + self.log.faults.len() + self.rows.len()
    }
}

impl Scrubs<'_> {
    /// The last or running pass. For whoever runs the server.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn last(&self) -> Result<Option<Pass>> {
        Ok(store::scrub_load(self.0.store().read()).await?)
    }

    /// Reads everything again that is kept, at most so many bytes a second, and goes on with a
    /// pass that was cut off. `tell` hears how far it is. What was made of an original and is
    /// damaged is made anew by whoever examines files. For whoever runs the server.
    ///
    /// # Errors
    /// [`Error::Store`]. What is damaged is no error but what is looked for.
    pub async fn run(&self, per_second: Option<ByteCount>, tell: &mut (dyn FnMut(&Pass) + Send)) -> Result<Pass> {
        let portal = self.0;
        let unfinished = self.last().await?.filter(|pass| pass.ended_at.is_none());
        let pass = unfinished.unwrap_or_else(|| Pass::begin(portal.now()));
        let mut walk = Walk { portal, pass, per_second, tell, noted: Instant::now() };
        walk.originals().await?;
        walk.log().await?;
        walk.derived().await?;
        walk.end().await
    }
}

/// A pass under way.
struct Walk<'p, 't> {
    portal: &'p Portal,
    pass: Pass,
    per_second: Option<ByteCount>,
    tell: &'t mut (dyn FnMut(&Pass) + Send),
    noted: Instant,
}

impl Walk<'_, '_> {
    async fn originals(&mut self) -> Result<()> {
        let portal = self.portal;
        loop {
            let digests = store::scrub_digests_after(portal.store().read(), self.pass.after, BATCH).await?;
            if digests.is_empty() {
                return Ok(());
            }
            for digest in digests {
                let opened = portal.evidences().open(digest, None).await;
                let damage = self.read(digest, opened).await?;
                self.pass.after = Some(digest);
                self.pass.files += 1;
                let fault = damage.map(|what| ScrubFault { digest, made_of: None, what });
                let any = fault.is_some();
                self.pass.faults.extend(fault);
                self.has_come(any).await?;
            }
        }
    }

    /// Computes the log's tree from its leaves, a few at a time, and compares it with every checkpoint, and with what
    /// is stored of it for proofs. What nobody has signed yet is left for the next pass.
    async fn log(&mut self) -> Result<()> {
        let portal = self.portal;
        let db = portal.store().read();
        let ring = store::log_keys(db).await?;
        let Some(last) = store::log_latest(db).await? else {
            // A key comes with the first checkpoint that it signs.
            if !ring.keys.is_empty() {
                self.pass.log.disagreeing += 1;
                let size = store::log_size(db).await?;
                self.pass.log.name(LogFault::Checkpoint { size });
            }
            return Ok(());
        };
        // Asked after the checkpoint: what was signed was there.
        let end = last.size.min(store::log_size(db).await?);
        while self.pass.log.leaves < end {
            let (began, known) = (Instant::now(), self.pass.log.faults.len());
            let (from, below) = (self.pass.log.leaves, end.min(self.pass.log.leaves + LEAVES));
            let leaves = portal.store().leaves_within(from, below).await?;
            let subtrees = portal.store().subtrees_within(from, below).await?;
            let signed = portal.store().checkpoints_within(from, below).await?;
            let bytes: u64 = leaves.iter().map(|leaf| leaf.bytes.len() as u64).sum();
            self.pass.log.go_on(below, leaves, &subtrees, signed, &ring)?;
            self.pass.bytes.0 += bytes;
            self.has_come(self.pass.log.faults.len() > known).await?;
            rest(pause(bytes, self.per_second, began.elapsed())).await;
        }
        if end < last.size {
            self.pass.log.miss(end, last.size);
        }
        Ok(())
    }

    async fn derived(&mut self) -> Result<()> {
        let portal = self.portal;
        loop {
            let ids = portal.store().dossiers_after(self.pass.derived_after, BATCH).await?;
            if ids.is_empty() {
                return Ok(());
            }
            for id in ids {
                let known = self.pass.wrong();
                let faults = match portal.store().one::<Dossier>(id).await {
                    Ok(Some(dossier)) => self.made_of(&dossier.value).await?,
                    Ok(None) => Vec::new(),
                    Err(error @ StoreError::Row { .. }) => {
                        self.pass.rows.push(error.to_string());
                        Vec::new()
                    }
                    Err(error) => return Err(error.into()),
                };
                self.pass.derived_after = Some(id);
                self.pass.faults.extend(faults);
                self.has_come(self.pass.wrong() > known).await?;
            }
        }
    }

    /// Reads everything that was made of an original; what is wrong with it, and whether it will be made anew.
    async fn made_of(&mut self, dossier: &Dossier) -> Result<Vec<ScrubFault>> {
        let portal = self.portal;
        let mut found = Vec::new();
        for made in &dossier.derived {
            let opened = portal.objects().open_derived(made.digest, None).await.map_err(Error::from);
            let damage = self.read(made.digest, opened).await?;
            self.pass.derived += 1;
            found.extend(damage.map(|what| (made, what)));
        }
        let lost = found.iter().any(|(_, what)| matches!(what, Damage::Missing | Damage::Changed));
        // What is made of an original that is not what it was would go on record as its own.
        let is_original = |fault: &ScrubFault| fault.made_of.is_none() && fault.digest == dossier.digest;
        let again = lost
            && !self.pass.faults.iter().any(is_original)
            && can_be_read(portal, dossier.digest).await
            && portal.examinations().examine_again(dossier.id).await?;
        let fault = |(made, what): (&Derivative, Damage)| {
            let again = again && !matches!(what, Damage::Unreadable(_));
            let made_of = MadeOf { original: dossier.digest, form: made.form, again };
            ScrubFault { digest: made.digest, made_of: Some(made_of), what }
        };
        Ok(found.into_iter().map(fault).collect())
    }

    /// Reads a file; what is wrong with it. That the database does not answer says nothing of the file.
    async fn read(
        &mut self,
        digest: Digest,
        opened: Result<BoxStream<'static, object_store::Result<Bytes>>>,
    ) -> Result<Option<Damage>> {
        let (began, per_second) = (Instant::now(), self.per_second);
        let (mut hash, mut bytes) = (Sha256::new(), 0);
        let read = async {
            let mut stream = opened?;
            while let Some(piece) = stream.try_next().await? {
                hash.update(&piece);
                bytes += piece.len() as u64;
                rest(pause(bytes, per_second, began.elapsed())).await;
            }
            Ok::<_, Error>(())
        };
        let read = read.await;
        self.pass.bytes.0 += bytes;
        Ok(match read {
            Ok(()) => (Digest(hash.finalize().into()) != digest).then_some(Damage::Changed),
            Err(Error::Objects(object_store::Error::NotFound { .. })) => Some(Damage::Missing),
            Err(error @ Error::Store(_)) => return Err(error),
            Err(error) => Some(Damage::Unreadable(error.to_string())),
        })
    }

    /// Tells how far it is, and notes it now and then, or where something was found.
    async fn has_come(&mut self, found: bool) -> Result<()> {
        if (found && self.pass.wrong() <= AT_ONCE) || self.noted.elapsed() > NOTED {
            let tx = self.portal.store().begin().await?;
            store::scrub_save(tx.db(), &self.pass).await?;
            tx.commit().await?;
            self.noted = Instant::now();
        }
        (self.tell)(&self.pass);
        Ok(())
    }

    async fn end(self) -> Result<Pass> {
        let Self { portal, mut pass, .. } = self;
        pass.ended_at = Some(portal.now());
        let mut tx = portal.store().begin().await?;
        store::scrub_save(tx.db(), &pass).await?;
        let detail = serde_json::to_value(&pass).map_err(|error| Error::Impossible(error.to_string()))?;
        tx.audit(portal.own_event("evidence.scrub", "originals", "all").with(detail));
        tx.commit().await?;
        Ok(pass)
    }
}

/// Whether an original is there: of one that is not, nothing can be made, and asking for it again and again would only
/// keep whoever examines files from others.
async fn can_be_read(portal: &Portal, digest: Digest) -> bool {
    let read = async {
        let first = portal.evidences().open(digest, Some(0..1)).await?;
        Ok::<_, Error>(first.try_collect::<Vec<Bytes>>().await?)
    };
    read.await.is_ok()
}

/// How long to wait after so many bytes that took so long to be read.
fn pause(bytes: u64, per_second: Option<ByteCount>, took: Duration) -> Duration {
    let Some(ByteCount(per_second)) = per_second else { return Duration::ZERO };
    let due = u128::from(bytes) * 1_000_000 / u128::from(per_second.max(1));
    Duration::from_micros(u64::try_from(due).unwrap_or(u64::MAX)).saturating_sub(took)
}

async fn rest(pause: Duration) {
    if !pause.is_zero() {
        tokio::time::sleep(pause).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_reads_waits_as_long_as_the_rate_asks_and_no_longer() {
        const MEGABYTE: u64 = 1_000_000;
        let rate = Some(ByteCount(20 * MEGABYTE));
        let waits = |bytes, rate, took| pause(bytes, rate, Duration::from_millis(took)).as_millis();
        assert_eq!(waits(20 * MEGABYTE, rate, 0), 1000);
        assert_eq!(waits(20 * MEGABYTE, rate, 400), 600, "reading took its part");
        assert_eq!(waits(20 * MEGABYTE, rate, 1500), 0, "the disk is slower");
        assert_eq!(waits(5 * MEGABYTE, rate, 0), 250);
        assert_eq!(waits(256 * 1024, rate, 0), 13, "a piece of a large file waits, too");
        assert_eq!(waits(u64::MAX, None, 0), 0, "as fast as it goes");
        assert_eq!(waits(3, Some(ByteCount(0)), 0), 3000, "a rate of nothing is one byte");
        assert!(waits(u64::MAX, Some(ByteCount(1)), 0) > 0);
    }
}
