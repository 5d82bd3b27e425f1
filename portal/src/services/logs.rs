//! The log of evidence: receipts, checkpoints, and who opened what.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, OnceLock, PoisonError},
};

use domain::{
    actor::Actor,
    evidence::Evidence,
    examination::DerivedForm,
    ids::{AccountId, EvidenceId},
    time::Timestamp,
};
use proof::{
    Hash,
    entry::Fact,
    merkle::{Path, Proof},
    note::{KeyRing, Note},
    receipt::Body,
};
pub use proof::{note::Checkpoint, receipt::Receipt};
use sea_orm::DbErr;
use tokio::sync::{mpsc, oneshot};

use super::examinations::form_name;
use crate::{
    Portal,
    error::{Error, Result},
    store::{self, LogEntry, Signed, Store, StoreError},
};

/// The service.
pub struct Logs<'a>(pub(crate) &'a Portal);

/// How many facts one commit takes at most.
const TOGETHER: usize = 256;
/// For how long whoever opened a file goes on with it, in milliseconds: nobody watches a film for longer.
const GOES_ON: i64 = 4 * 60 * 60 * 1000;
/// So many openings are remembered; then all are forgotten.
const MOST: usize = 10_000;

/// In which form somebody opened a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// As it was sent.
    Original,
    /// With its whole case.
    Bundle,
    /// In a form that was made of it.
    Derived(DerivedForm),
}

impl Form {
    fn name(self) -> String {
        match self {
            Self::Original => "original".to_owned(),
            Self::Bundle => "bundle".to_owned(),
            Self::Derived(form) => form_name(form),
        }
    }
}

impl Logs<'_> {
    /// Signs the log as it stands, unless nothing was added since it was signed last.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn checkpoint(&self) -> Result<Signed> {
        let portal = self.0;
        Ok(portal.store().checkpoint(&portal.parts.signer, portal.now()).await?)
    }

    /// The last checkpoint that was signed, for everybody; `None` before the first.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn latest(&self) -> Result<Option<Signed>> {
        Ok(store::log_latest(self.0.store().read()).await?)
    }

    /// The last checkpoints that were signed, the latest first, for everybody.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn checkpoints(&self, count: u64) -> Result<Vec<Signed>> {
        Ok(store::log_latest_several(self.0.store().read(), count).await?)
    }

    /// Every key that ever signed, for everybody.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn keys(&self) -> Result<KeyRing> {
        Ok(store::log_keys(self.0.store().read()).await?)
    }

    /// That the log of `new` leaves begins with that of `old`, for everybody: it says
    /// nothing about what is in it.
    ///
    /// # Errors
    /// [`Error::NotFound`] where there are no such sizes.
    pub async fn consistency(&self, old: u64, new: u64) -> Result<Proof> {
        let db = self.0.store().read();
        if new > store::log_size(db).await? {
            return Err(Error::NotFound);
        }
        let path = Path::consistency(old, new).ok_or(Error::NotFound)?;
        Ok(store::log_prove(db, &path).await?)
    }

    /// The receipt of a file, for whoever may see it.
    ///
    /// # Errors
    /// [`Error::NotFound`], also for files from before there was a log, [`Error::Denied`].
    pub async fn receipt(&self, actor: &Actor, id: EvidenceId) -> Result<(Evidence, Receipt)> {
        let evidence = self.0.evidences().get(actor, id).await?;
        let receipt = self.receipt_of(&evidence).await?;
        Ok((evidence, receipt))
    }

    /// The receipt of a file that may be seen.
    pub(super) async fn receipt_of(&self, evidence: &Evidence) -> Result<Receipt> {
        let portal = self.0;
        let db = portal.store().read();
        let leaf = store::log_received(db, evidence.id).await?.ok_or(Error::NotFound)?;
        // The first that has it, so that a file has one receipt and not one for every day.
        let checkpoint = match store::log_covering(db, leaf.index).await? {
            Some(checkpoint) => checkpoint,
            None => self.checkpoint().await?,
        };
        let path = Path::inclusion(leaf.index, checkpoint.size).ok_or_else(|| impossible(leaf.index))?;
        let body = Body {
            v: 1,
            evidence: evidence.id.to_string(),
            case: evidence.case.to_string(),
            account: evidence.uploader.to_string(),
            name: evidence.name.to_string(),
            sha256: hash(evidence),
            sm3: portal.second_digests().of(evidence.id).await?,
            size: evidence.size.0,
            received_at: evidence.received_at.0,
            index: leaf.index,
            leaf: leaf.bytes,
            proof: store::log_prove(db, &path).await?,
            checkpoint: checkpoint.note,
            key: portal.parts.signer.public(),
        };
        Receipt::sign(body, &portal.parts.signer).map_err(|error| Error::Impossible(error.to_string()))
    }

    /// Notes that somebody opens a file. Nobody gets its bytes before that is written;
    /// many who open files at once share a commit.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn opened(&self, actor: &Actor, evidence: &Evidence, form: Form) -> Result<()> {
        let portal = self.0;
        let fact =
            Fact::Accessed { evidence: evidence.id.to_string(), account: actor.account.to_string(), what: form.name() };
        let now = portal.now();
        let entry = LogEntry::of_file(now, evidence.case, evidence.id, fact);
        portal.parts.openings.note(portal.store(), entry).await?;
        portal.parts.openings.remember((actor.account, evidence.id, form), now);
        Ok(())
    }

    /// Notes that somebody wants a later part of a file. Whoever opened it in this form a short
    /// while ago goes on with it, and that is on record; for everybody else it is an opening.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn went_on(&self, actor: &Actor, evidence: &Evidence, form: Form) -> Result<()> {
        let portal = self.0;
        if portal.parts.openings.is_recent((actor.account, evidence.id, form), portal.now()) {
            return Ok(());
        }
        self.opened(actor, evidence, form).await
    }
}

/// What a checkpoint says, for showing.
///
/// # Errors
/// [`Error::Impossible`] for a note that we never signed.
pub fn read_checkpoint(note: &str) -> Result<Checkpoint> {
    let read = Note::parse(note).and_then(|note| Checkpoint::parse(&note.text));
    read.map_err(|error| Error::Impossible(error.to_string()))
}

fn hash(evidence: &Evidence) -> Hash {
    Hash(evidence.digest.0)
}

fn impossible(index: u64) -> Error {
    Error::Impossible(format!("leaf {index} is in no checkpoint"))
}

type Opening = (LogEntry, oneshot::Sender<std::result::Result<(), Unwritten>>);

/// Why a commit that several wait for did not come about; each is told.
#[derive(Clone, Debug)]
enum Unwritten {
    /// The database's disk has no room.
    Full,
    /// Anything else, in words.
    Otherwise(String),
}

impl From<StoreError> for Unwritten {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Full => Self::Full,
            other => Self::Otherwise(other.to_string()),
        }
    }
}

impl From<Unwritten> for StoreError {
    fn from(why: Unwritten) -> Self {
        match why {
            Unwritten::Full => Self::Full,
            Unwritten::Otherwise(why) => Self::Database(DbErr::Custom(why)),
        }
    }
}

/// Who opened which file, and how.
type Opened = (AccountId, EvidenceId, Form);

/// Facts that many people cause at once and that share commits.
#[derive(Default)]
pub(crate) struct Openings {
    writer: OnceLock<mpsc::Sender<Opening>>,
    /// When somebody opened a file last, as far as it is on record. What is not known here, because
    /// another server noted it or it was forgotten, costs a leaf too many, never one too few.
    lately: Mutex<HashMap<Opened, Timestamp>>,
}

impl Openings {
    fn remember(&self, opened: Opened, at: Timestamp) {
        let mut lately = self.lately();
        if lately.len() >= MOST {
            lately.clear();
        }
        lately.insert(opened, at);
    }

    fn is_recent(&self, opened: Opened, now: Timestamp) -> bool {
        // A clock that was set back makes nothing recent.
        self.lately().get(&opened).is_some_and(|at| (0..GOES_ON).contains(&(now.0 - at.0)))
    }

    fn lately(&self) -> MutexGuard<'_, HashMap<Opened, Timestamp>> {
        self.lately.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn note(&self, store: &Store, entry: LogEntry) -> Result<()> {
        let sender = self.writer.get_or_init(|| {
            let (sender, waiting) = mpsc::channel(TOGETHER);
            tokio::spawn(gather(store.clone(), waiting));
            sender
        });
        let (done, written) = oneshot::channel();
        let gone = || StoreError::from(Unwritten::Otherwise("the log's writer has ended".to_owned()));
        sender.send((entry, done)).await.map_err(|_| gone())?;
        let written = written.await.map_err(|_| gone())?;
        Ok(written.map_err(StoreError::from)?)
    }
}

/// Writes what is there, and meanwhile more comes.
async fn gather(store: Store, mut waiting: mpsc::Receiver<Opening>) {
    let mut batch = Vec::new();
    while waiting.recv_many(&mut batch, TOGETHER).await > 0 {
        let (entries, done): (Vec<_>, Vec<_>) = batch.drain(..).unzip();
        let written = write(&store, entries).await.map_err(Unwritten::from);
        for done in done {
            // Whoever asked may have gone.
            let _ = done.send(written.clone());
        }
    }
}

async fn write(store: &Store, entries: Vec<LogEntry>) -> store::StoreResult<()> {
    let mut tx = store.begin().await?;
    for entry in entries {
        tx.log(entry);
    }
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_as_one_to_everybody_who_waits() {
        assert!(matches!(StoreError::from(Unwritten::from(StoreError::Full)), StoreError::Full));
        let other = StoreError::from(Unwritten::from(StoreError::Duplicate("x".to_owned())));
        assert_eq!(other.to_string(), "database: Custom Error: already there: x");
    }
}
