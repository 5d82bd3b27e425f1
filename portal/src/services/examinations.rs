//! Examining files beside their way: malware, what they say of themselves, pictures of
//! them, and which pictures look alike.
//!
//! A dossier is begun in the transaction that records a file, so none is forgotten. Any
//! server takes the next one, for so long; what a server that ended had taken is taken
//! again. Files are opened by a process of its own ([`Workshop`]), so that one that brings
//! its reader down takes nothing else with it.

use std::{
    collections::HashMap,
    io::Read as _,
    path::{Path, PathBuf},
};

use domain::{
    actor::Actor,
    dossier::{Dossier, Findings, NoPicture, Task, Work},
    evidence::Evidence,
    examination::{Derivative, DerivedForm, Fingerprint, Likeness, NotScanned, Scan},
    ids::{CaseId, Digest, DossierId, EvidenceId},
    text::Name,
    time::Timestamp,
};
use futures::TryStreamExt as _;
use proof::{
    Hash,
    entry::{Entry, Fact},
};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt as _;
use uuid::Uuid;

use super::{load, uploads::blocking};
use crate::{
    Portal,
    error::{Error, Result},
    evidence::{intake::EXAMINATION, workshop::Made},
    store::{self, Leaf, LogEntry, Store, Tx},
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

/// A picture of another case that looks like one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lookalike {
    /// The file and the name of the enterprise whose it is, where the reader may see it.
    pub shown: Option<(Evidence, Name)>,
    /// Whether it is another enterprise's.
    pub of_another: bool,
    /// How alike they are.
    pub likeness: Likeness,
}

/// What a reviewer should know of a file beside what it shows.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// What its bytes say; none for a moment after it came.
    pub dossier: Option<Dossier>,
    /// Pictures of other cases that look like it.
    pub lookalikes: Vec<Lookalike>,
    /// What the same enterprise sent for the same line before.
    pub earlier: Vec<Evidence>,
    /// By which form each of them is shown; those that have none are only named.
    pub faces: HashMap<Digest, DerivedForm>,
}

impl Examinations<'_> {
    /// What is known of these files, by their digests. For whoever got the files from
    /// another service: a dossier is about bytes and has no owner.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn of<'f>(&self, files: impl IntoIterator<Item = &'f Evidence>) -> Result<HashMap<Digest, Dossier>> {
        let digests: Vec<Digest> = files.into_iter().map(|file| file.digest).collect();
        Ok(store::dossier::of_several(self.0.store().read(), digests).await?)
    }

    /// Everything that a reviewer should know of a file, for whoever got it from another
    /// service.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn known(&self, actor: &Actor, file: &Evidence) -> Result<Known> {
        let db = self.0.store().read();
        let (lookalikes, earlier) = (self.lookalikes(actor, file).await?, self.earlier(actor, file).await?);
        let others = lookalikes.iter().filter_map(|other| other.shown.as_ref()).map(|(file, _)| file.digest);
        let digests: Vec<Digest> = others.chain(earlier.iter().map(|file| file.digest)).collect();
        let known = store::dossier::of_several(db, digests).await?;
        let faces = known.into_values().filter_map(|other| Some((other.digest, other.face()?))).collect();
        Ok(Known { dossier: store::dossier::of(db, file.digest).await?, lookalikes, earlier, faces })
    }

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
                // It is still looked through for malware, as where the engine was down.
                let down = Scan::NotScanned { at: portal.now(), why: NotScanned::EngineDown };
                dossier.scan = Some(portal.parts.scanner.declines(dossier.size, portal.now()).unwrap_or(down));
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
        // From here on as where the engine was down: whoever takes it on has it alone for a while.
        dossier.scan = Some(Scan::NotScanned { at, why: NotScanned::EngineDown });
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

    /// Has the log tell of a file that was received, by the leaf that says so, what is known of its bytes; whether there
    /// was anything to tell.
    pub(super) async fn tell_of_received(&self, leaf: &Leaf) -> Result<bool> {
        let portal = self.0;
        let Some(file) = Attached::by(leaf) else { return Ok(false) };
        let db = portal.store().read();
        let Some(dossier) = store::dossier::of(db, file.digest).await? else { return Ok(false) };
        match dossier.work {
            // Whoever takes it on from here finds the file, too.
            Work::Waiting { .. } => return Ok(false),
            // What is found may be written down at this moment, by somebody who did not see the file yet.
            Work::Working { .. } => {}
            Work::Done { .. } | Work::GivenUp { .. } => {
                let told = Store::told_of(db, file.evidence).await?;
                if untold(&dossier, file, &told).is_empty() {
                    return Ok(false);
                }
            }
        }
        let mut tx = portal.store().begin().await?;
        let any = tell(&mut tx, file).await?;
        tx.commit().await?;
        Ok(any)
    }

    async fn note_alike(&self, tx: &Tx, dossier: &Dossier, print: Fingerprint, ways: &[Fingerprint]) -> Result<()> {
        let others = store::find_alike(tx.db(), dossier.id.0, ways).await?;
        Ok(store::note_alike(tx, dossier.id.0, print, &others).await?)
    }

    /// The pictures of other cases that are the same as this one or look like it, the nearest
    /// of those that were sent: a hint for officers, never a reason by itself. What the reader
    /// may not see is named without its file. Nothing for enterprises.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn lookalikes(&self, actor: &Actor, file: &Evidence) -> Result<Vec<Lookalike>> {
        let portal = self.0;
        if actor.enterprise().is_some() {
            return Ok(Vec::new());
        }
        let mut found = Vec::new();
        for near in store::alike(portal.store().read(), file).await? {
            let shown = match portal.evidences().get(actor, near.file).await {
                Ok(evidence) => {
                    let names = portal.enterprise_names([evidence.enterprise]).await?;
                    names.get(&evidence.enterprise).cloned().map(|name| (evidence, name))
                }
                Err(Error::NotFound | Error::Denied(_)) => None,
                Err(error) => return Err(error),
            };
            let of_another = near.enterprise != file.enterprise;
            found.push(Lookalike { shown, of_another, likeness: near.likeness });
        }
        Ok(found)
    }

    /// What the same enterprise sent for the same line in earlier rounds and cases, the
    /// latest first, as far as the reader may see it.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn earlier(&self, actor: &Actor, file: &Evidence) -> Result<Vec<Evidence>> {
        let db = self.0.store().read();
        let mut found = Vec::new();
        for other in store::evidence::earlier(db, file, EARLIER).await? {
            match self.0.evidences().get(actor, other.id).await {
                Ok(evidence) => found.push(evidence),
                Err(Error::NotFound | Error::Denied(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }

    /// The bytes of a form that was made of a file, whole or a part, for whoever got the
    /// file's record from [`super::evidences::Evidences::get`].
    ///
    /// # Errors
    /// [`Error::Objects`].
    pub async fn open(
        &self,
        derivative: &Derivative,
        range: Option<std::ops::Range<u64>>,
    ) -> Result<futures::stream::BoxStream<'static, object_store::Result<bytes::Bytes>>> {
        Ok(self.0.objects().open_derived(derivative.digest, range).await?)
    }
}

/// Earlier files that are looked for.
const EARLIER: u64 = 6;

/// A file, as far as the log tells of its bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attached {
    evidence: EvidenceId,
    case: CaseId,
    digest: Digest,
    received_at: Timestamp,
}

impl From<&Evidence> for Attached {
    fn from(file: &Evidence) -> Self {
        Self { evidence: file.id, case: file.case, digest: file.digest, received_at: file.received_at }
    }
}

impl Attached {
    /// The file whose receipt a leaf is.
    fn by(leaf: &Leaf) -> Option<Self> {
        let Entry { at, fact, .. } = Entry::parse(leaf.bytes.as_bytes()).ok()?;
        let Fact::Received { evidence, case, sha256, .. } = fact else { return None };
        Some(Self {
            evidence: evidence.parse().ok()?,
            case: case.parse().ok()?,
            digest: Digest(sha256.0),
            received_at: Timestamp(at),
        })
    }
}

/// What is known of some bytes becomes a leaf for every piece of evidence with these bytes.
async fn log(tx: &mut Tx, dossier: &Dossier) -> Result<()> {
    for file in store::evidence::of_digest(tx.db(), dossier.digest).await? {
        let told = Store::told_of(tx.db(), file.id).await?;
        for entry in untold(dossier, Attached::from(&file), &told) {
            tx.log(entry);
        }
    }
    Ok(())
}

/// Has the log tell of a file what is known of its bytes, where they were examined before it came; whether there was
/// anything to tell. Until the commit nobody writes down more.
pub(super) async fn tell(tx: &mut Tx, file: Attached) -> Result<bool> {
    let Some(known) = store::dossier::of(tx.db(), file.digest).await? else { return Ok(false) };
    let dossier = load::<Dossier>(tx, known.id.0).await?;
    if !dossier.is_over() {
        return Ok(false);
    }
    let told = Store::told_of(tx.db(), file.evidence).await?;
    let entries = untold(&dossier, file, &told);
    let any = !entries.is_empty();
    for entry in entries {
        tx.log(entry);
    }
    Ok(any)
}

/// What was made of a file and what the last search in it came to, as far as the log does not tell it of this file: each
/// is told once, however often it is found.
fn untold(dossier: &Dossier, file: Attached, told: &[Fact]) -> Vec<LogEntry> {
    let evidence = file.evidence.to_string();
    let derived = dossier.derived.iter().map(|Derivative { form, digest, size, .. }| {
        let (kind, sha256) = (form_name(*form), Hash(digest.0));
        (made_at(dossier), Fact::Derived { evidence: evidence.clone(), kind, sha256, size: size.0 })
    });
    let scanned = dossier.scan.as_ref().and_then(verdict).map(|(engine, verdict, at)| {
        (at, Fact::Scanned { evidence: evidence.clone(), engine, verdict: verdict.to_owned() })
    });
    let last_scanned = told.iter().rev().find(|fact| matches!(fact, Fact::Scanned { .. }));
    let derived = derived.filter(|(_, fact)| !told.contains(fact));
    let scanned = scanned.filter(|(_, fact)| last_scanned != Some(fact));
    let entry = |(at, fact): (Timestamp, Fact)| {
        // Of this file it is known since it came.
        LogEntry::of_file(at.max(file.received_at), file.case, file.evidence, fact)
    };
    derived.chain(scanned).map(entry).collect()
}

const fn made_at(dossier: &Dossier) -> Timestamp {
    match dossier.work {
        Work::Done { at } | Work::GivenUp { at } => at,
        Work::Waiting { .. } | Work::Working { .. } => dossier.since,
    }
}

/// The name of a form, in addresses and in the log.
pub fn form_name(form: DerivedForm) -> String {
    match form {
        DerivedForm::View => "view".to_owned(),
        DerivedForm::Thumbnail => "thumbnail".to_owned(),
        DerivedForm::Poster => "poster".to_owned(),
        DerivedForm::Film => "film".to_owned(),
        DerivedForm::Page { number } => format!("page-{number}"),
    }
}

/// The form of a name.
pub fn form_of(name: &str) -> Option<DerivedForm> {
    let plain = [DerivedForm::View, DerivedForm::Thumbnail, DerivedForm::Poster, DerivedForm::Film];
    let page = || name.strip_prefix("page-")?.parse().ok().map(|number| DerivedForm::Page { number });
    plain.into_iter().find(|form| form_name(*form) == name).or_else(page)
}

/// What the log says of a search; nothing where no engine is set up.
fn verdict(scan: &Scan) -> Option<(String, &'static str, Timestamp)> {
    match scan {
        Scan::Clean { at, engine } => Some((engine.clone(), "clean", *at)),
        Scan::Found { at, engine, .. } => Some((engine.clone(), "found", *at)),
        Scan::NotScanned { why: NotScanned::NotConfigured, .. } => None,
        Scan::NotScanned { at, .. } => Some((String::new(), "not_scanned", *at)),
    }
}
