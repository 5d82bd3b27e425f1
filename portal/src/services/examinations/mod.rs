//! Examining files beside their way: malware, what they say of themselves, pictures of
//! them, and which pictures look alike.
//!
//! A dossier is begun in the transaction that records a file, so none is forgotten. Any
//! server takes the next one, for so long; what a server that ended had taken is taken
//! again. Files are opened by a process of its own ([`Workshop`]), so that one that brings
//! its reader down takes nothing else with it.

mod reviewing;
mod telling;

use std::{
    io::Read as _,
    path::{Path, PathBuf},
};

use domain::{
    dossier::{Dossier, Findings, NoPicture, Task, Work},
    examination::{Fingerprint, NotScanned, Scan},
    ids::{Digest, DossierId},
    time::Timestamp,
};
use futures::TryStreamExt as _;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt as _;
use uuid::Uuid;

pub use reviewing::{Known, Lookalike};
pub(super) use telling::tell;
pub use telling::{form_name, form_of};

use self::telling::log;
use super::{load, uploads::blocking};
use crate::{
    Portal,
    error::{Error, Result},
    evidence::{intake::EXAMINATION, workshop::Made},
    store::{self, Tx},
};

/// The service.
pub struct Examinations<'a>(pub(crate) &'a Portal);

/// Minutes that an examination may take before another server takes it over: longer than
/// the longest film is worked on.
const LEASE_MINUTES: i64 = 30;
/// How many bytes of an original are hashed at a time.
const STEP: usize = 256 * 1024;
/// Dossiers that are looked at when the next one is taken.
const LOOKED_AT: u64 = 8;

impl Examinations<'_> {
    /// How many files wait to be examined. For whoever runs the server.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn waiting(&self) -> Result<u64> {
        Ok(store::dossier::waiting(self.0.store().read(), self.0.now()).await?)
    }

    /// Waits until a file has come; what another server received is found by asking.
    pub async fn bell(&self) {
        self.0.parts.bell.notified().await;
    }

    /// Examines the next file; whether there was one.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Objects`], [`Error::Disk`]; the file is tried again.
    pub async fn next(&self) -> Result<bool> {
        let portal = self.0;
        for id in store::dossier::due(portal.store().read(), portal.now(), LOOKED_AT).await? {
            let mut tx = portal.store().begin().await?;
            let mut dossier = load::<Dossier>(&tx, id).await?;
            let was_over = dossier.is_over();
            let task = dossier.take(portal.now(), LEASE_MINUTES);
            let given_up = !was_over && dossier.is_over();
            if given_up && dossier.scan.is_none() {
                // It is still looked through for malware.
                let waits = Scan::NotScanned { at: portal.now(), why: NotScanned::Waiting };
                dossier.scan = Some(portal.parts.scanner.declines(dossier.size, portal.now()).unwrap_or(waits));
            }
            tx.save(&dossier).await?;
            if given_up {
                // Nobody else will: whoever was at it the last time has ended without a word.
                log(&mut tx, &dossier).await?;
            }
            tx.commit().await?;
            let Some(task) = task else { continue };
            let done = match task {
                Task::Examine => self.examine(&dossier.value).await,
                Task::Rescan => self.rescan(&dossier.value).await,
            };
            if let Err(error) = done {
                self.put_off(id).await?;
                return Err(error);
            }
            return Ok(true);
        }
        Ok(false)
    }

    /// Leaves a file for later, so that it does not keep others waiting.
    async fn put_back(&self, id: Uuid) -> Result<()> {
        self.leave(id, Dossier::put_back).await
    }

    /// Leaves a file that could not be read.
    async fn put_off(&self, id: Uuid) -> Result<()> {
        self.leave(id, Dossier::put_off).await
    }

    async fn leave(&self, id: Uuid, put: fn(&mut Dossier, Timestamp)) -> Result<()> {
        let portal = self.0;
        let tx = portal.store().begin().await?;
        let mut dossier = load::<Dossier>(&tx, id).await?;
        put(&mut dossier, portal.now());
        tx.save(&dossier).await?;
        Ok(tx.commit().await?)
    }

    /// A folder that is gone when the work is done.
    fn folder(&self) -> Result<TempDir> {
        Ok(tempfile::Builder::new().prefix(EXAMINATION).tempdir_in(&self.0.parts.spool)?)
    }

    /// Looks for malware once more. A file is not fetched for an engine that is down still.
    async fn rescan(&self, dossier: &Dossier) -> Result<()> {
        let portal = self.0;
        let scanner = &portal.parts.scanner;
        if let Some(not) = scanner.declines(dossier.size, portal.now()) {
            return self.rescanned(dossier, not).await;
        }
        if scanner.version().await.is_none() {
            return self.put_back(dossier.id.0).await;
        }
        let folder = self.folder()?;
        let file = self.at_hand(dossier.digest, folder.path()).await?;
        let scan = scanner.scan(&file, dossier.size, portal.now()).await;
        if matches!(scan, Scan::NotScanned { why: NotScanned::EngineDown, .. }) {
            return self.put_back(dossier.id.0).await;
        }
        self.rescanned(dossier, scan).await
    }

    async fn examine(&self, dossier: &Dossier) -> Result<()> {
        let portal = self.0;
        let folder = self.folder()?;
        let file = self.at_hand(dossier.digest, folder.path()).await?;
        let scan = portal.parts.scanner.scan(&file, dossier.size, portal.now()).await;
        let outcome = if scan.is_quarantined() {
            Ok(Made {
                findings: Findings { no_picture: Some(NoPicture::Quarantined), ..Findings::default() },
                ..Made::default()
            })
        } else {
            let into = folder.path().join("made");
            std::fs::create_dir(&into)?;
            portal.parts.workshop.work(file, dossier.media, into).await?
        };
        if let Ok(made) = &outcome {
            for (derivative, path) in made.findings.derived.iter().zip(&made.files) {
                portal.objects().keep_derived(path, derivative.digest, derivative.size).await?;
            }
        }
        self.record(dossier, scan, outcome).await
    }

    /// The file of an original: where it lies, or a copy. What is known of a file goes on record as known of these
    /// bytes, so other bytes are not looked at.
    async fn at_hand(&self, digest: Digest, folder: &Path) -> Result<PathBuf> {
        let file = self.fetched(digest, folder).await?;
        let at = file.clone();
        let found = blocking(move || {
            let (mut file, mut hash, mut buffer) = (std::fs::File::open(at)?, Sha256::new(), vec![0; STEP]);
            loop {
                match file.read(&mut buffer)? {
                    0 => return Ok(Digest(hash.finalize().into())),
                    count => hash.update(&buffer[..count]),
                }
            }
        })
        .await?;
        if found == digest {
            Ok(file)
        } else {
            Err(Error::Impossible(format!("the original {digest} is not what it was")))
        }
    }

    async fn fetched(&self, digest: Digest, folder: &Path) -> Result<PathBuf> {
        if let Some(file) = self.0.objects().file_of(digest) {
            return Ok(file);
        }
        let copy = folder.join("original");
        let mut file = tokio::fs::File::create_new(&copy).await?;
        let mut bytes = self.0.evidences().open(digest, None).await?;
        while let Some(piece) = bytes.try_next().await? {
            file.write_all(&piece).await?;
        }
        file.flush().await?;
        Ok(copy)
    }

    async fn record(&self, dossier: &Dossier, scan: Scan, outcome: std::result::Result<Made, NoPicture>) -> Result<()> {
        let portal = self.0;
        let now = portal.now();
        let mut tx = portal.store().begin().await?;
        let mut stored = load::<Dossier>(&tx, dossier.id.0).await?;
        if stored.is_over() {
            // Another server was quicker; what it found is the same.
            return Ok(());
        }
        // What an engine has said of the bytes holds until one says otherwise.
        let was_scanned = matches!(stored.scan, Some(Scan::Clean { .. } | Scan::Found { .. }));
        if !was_scanned || !matches!(scan, Scan::NotScanned { .. }) {
            stored.scan = Some(scan.clone());
        }
        match outcome {
            Ok(Made { findings, ways, .. }) => {
                if let Some(print) = findings.fingerprint {
                    self.note_alike(&tx, &stored, print, &ways).await?;
                }
                stored.finish(findings, now);
            }
            Err(why) => stored.fail(why, now),
        }
        log(&mut tx, &stored).await?;
        tx.save(&stored).await?;
        self.note_quarantine(&mut tx, &stored, &scan);
        tx.commit().await?;
        Ok(())
    }

    /// Notes in the audit trail that a file is kept from everybody from here on.
    fn note_quarantine(&self, tx: &mut Tx, dossier: &Dossier, scan: &Scan) {
        if let Scan::Found { name, .. } = scan {
            let detail = serde_json::json!({ "sha256": dossier.digest, "found": name });
            tx.audit(self.0.own_event("evidence.quarantine", "dossier", dossier.id).with(detail));
        }
    }

    async fn rescanned(&self, dossier: &Dossier, scan: Scan) -> Result<()> {
        let portal = self.0;
        let mut tx = portal.store().begin().await?;
        let mut stored = load::<Dossier>(&tx, dossier.id.0).await?;
        if !stored.rescanned(scan.clone()) {
            // Another server was quicker, and it is on record what it found.
            return Ok(());
        }
        log(&mut tx, &stored).await?;
        tx.save(&stored).await?;
        self.note_quarantine(&mut tx, &stored, &scan);
        tx.commit().await?;
        Ok(())
    }

    /// Puts a file up for the malware engine that was not looked through, where it is to be shown to it once more;
    /// whether it is.
    pub(super) async fn put_up(&self, id: Uuid) -> Result<bool> {
        let portal = self.0;
        let waits = |dossier: &Dossier| {
            let again = |scan: &Scan| portal.parts.scanner.looks_again(scan, dossier.size, portal.now());
            dossier.is_over() && dossier.scan.as_ref().is_some_and(again)
        };
        // Most are not: a look costs less than a lock.
        let seen = portal.store().one::<Dossier>(id).await?;
        if !seen.is_some_and(|seen| waits(&seen.value)) {
            return Ok(false);
        }
        let tx = portal.store().begin().await?;
        let mut dossier = load::<Dossier>(&tx, id).await?;
        let at = match dossier.scan {
            Some(Scan::NotScanned { at, .. }) if waits(&dossier.value) => at,
            _ => return Ok(false),
        };
        // Whoever takes it on has it alone for a while.
        dossier.scan = Some(Scan::NotScanned { at, why: NotScanned::Waiting });
        dossier.rescan = Some(portal.now());
        tx.save(&dossier).await?;
        tx.commit().await?;
        portal.parts.bell.notify_one();
        Ok(true)
    }

    /// Has a file examined once more, of which something that was made is not there any more; whether it will be. Of
    /// what is in quarantine nothing is made.
    pub(super) async fn examine_again(&self, id: DossierId) -> Result<bool> {
        let portal = self.0;
        let tx = portal.store().begin().await?;
        let mut dossier = load::<Dossier>(&tx, id.0).await?;
        if dossier.is_quarantined() {
            return Ok(false);
        }
        if dossier.is_over() {
            dossier.work = Work::Waiting { next: portal.now(), attempts: 0 };
            tx.save(&dossier).await?;
            tx.commit().await?;
            portal.parts.bell.notify_one();
        }
        Ok(true)
    }

    async fn note_alike(&self, tx: &Tx, dossier: &Dossier, print: Fingerprint, ways: &[Fingerprint]) -> Result<()> {
        let others = store::find_alike(tx.db(), dossier.id.0, ways).await?;
        Ok(store::note_alike(tx, dossier.id.0, print, &others).await?)
    }
}
