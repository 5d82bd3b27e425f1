//! What the log of evidence tells of the bytes of files: what was made of them, and what the search for malware came to.

use domain::{
    dossier::{Dossier, Work},
    evidence::Evidence,
    examination::{Derivative, DerivedForm, NotScanned, Scan},
    ids::{CaseId, Digest, EvidenceId},
    time::Timestamp,
};
use proof::{
    Hash,
    entry::{Entry, Fact},
};

use super::Examinations;
use crate::{
    error::Result,
    services::load,
    store::{self, Leaf, LogEntry, Store, Tx},
};

impl Examinations<'_> {
    /// Has the log tell of a file that was received, by the leaf that says so, what is known of its bytes; whether there
    /// was anything to tell.
    pub(in crate::services) async fn tell_of_received(&self, leaf: &Leaf) -> Result<bool> {
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
}

/// A file, as far as the log tells of its bytes.
#[derive(Clone, Copy, Debug)]
pub(in crate::services) struct Attached {
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
pub(super) async fn log(tx: &mut Tx, dossier: &Dossier) -> Result<()> {
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
pub(in crate::services) async fn tell(tx: &mut Tx, file: Attached) -> Result<bool> {
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

/// What the log says of a search; nothing where no engine is set up, or where it has
/// not come to it yet.
fn verdict(scan: &Scan) -> Option<(String, &'static str, Timestamp)> {
    match scan {
        Scan::Clean { at, engine } => Some((engine.clone(), "clean", *at)),
        Scan::Found { at, engine, .. } => Some((engine.clone(), "found", *at)),
        Scan::NotScanned { why: NotScanned::NotConfigured | NotScanned::Waiting, .. } => None,
        Scan::NotScanned { at, .. } => Some((String::new(), "not_scanned", *at)),
    }
}
