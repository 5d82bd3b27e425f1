//! Files: receiving, removing, opening.

use std::{collections::BTreeSet, fs::File, io::BufReader, ops::Range, path::Path};

use bytes::Bytes;
use domain::{
    actor::Actor,
    capture::Origin,
    case::{Case, CaseError},
    dossier::Dossier,
    evidence::{
        Evidence, EvidenceFault, EvidenceState, FileName, MediaType, Moment, Purpose, admit, budget, kind_room,
        largest, room, size_limit,
    },
    finding::Finding,
    ids::{ByteCount, CaseId, Digest, DossierId, EvidenceId, FindingId, LineId, UploadId},
    item::{EvidenceKind, EvidenceRequest},
    policy::Action,
    settings::EvidenceLimits,
    upload::Upload,
};
use futures::{Stream, stream::BoxStream};
use media::inspect::recognise;
use proof::{Hash, entry::Fact};
use sea_orm::ConnectionTrait;
use serde_json::json;

use super::{
    captures::{Brought, Recorded},
    load,
    uploads::blocking,
};
use crate::{
    Portal,
    error::{Error, Result},
    evidence::intake,
    store::{self, LogEntry, Tx, evidence::Outline},
};

/// Bytes that are read at a time to see what a file is.
const READ: usize = 64 * 1024;

/// The service.
pub struct Evidences<'a>(pub(crate) &'a Portal);

/// Where a file is to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// A line of a self-check.
    Line(CaseId, LineId),
    /// Proof for a finding.
    Finding(FindingId, Moment),
}

/// What the sender is told about a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The file as it is kept.
    pub evidence: Evidence,
    /// Whether the very same file was there already; nothing was added then.
    pub duplicate: bool,
}

/// What may be sent to a slot, decided before the first byte.
#[derive(Clone, Debug)]
pub struct Admission {
    case: CaseId,
    slot: Slot,
    requests: Vec<EvidenceRequest>,
    limit: ByteCount,
    brought: Option<Brought>,
}

impl Admission {
    /// The case that the file will belong to.
    pub(super) const fn case(&self) -> CaseId {
        self.case
    }

    /// Whether files of a kind are asked for.
    pub(super) fn takes(&self, kind: EvidenceKind) -> bool {
        self.requests.is_empty() || kinds(&self.requests).contains(&kind)
    }

    /// The same for a file that brings the code of a live capture.
    pub(super) fn bringing(mut self, brought: Brought) -> Self {
        self.brought = Some(brought);
        self
    }

    /// The largest file that may be sent here.
    pub const fn limit(&self) -> ByteCount {
        self.limit
    }
}

/// A file that has arrived whole and is what the slot takes.
#[derive(Clone, Debug)]
pub(super) struct Arrived {
    name: FileName,
    size: ByteCount,
    digest: Digest,
    media: MediaType,
    /// The upload that brought it.
    pub(super) upload: Option<UploadId>,
    /// What had the same bytes before, where they were not sent again.
    again: Option<EvidenceId>,
}

impl Evidences<'_> {
    /// Whether the actor may send a file there now, before any byte is read.
    ///
    /// # Errors
    /// [`EvidenceFault`] when the slot is closed or full or the declared size
    /// too large, [`Error::Denied`], [`Error::NotFound`].
    pub async fn admit(&self, actor: &Actor, slot: Slot, declared: Option<ByteCount>) -> Result<Admission> {
        let limits = self.0.settings().evidence;
        let admission = self.admit_later(actor, slot).await?;
        let held = Held::of(&store::evidence::outlines(self.0.store().read(), admission.case).await?, slot);
        room(held.in_slot, held.in_case, &limits)?;
        budget(held.bytes, declared.unwrap_or(ByteCount(1)), &limits)?;
        held.any_kind(&admission.requests)?;
        if let Some(size) = declared.filter(|size| *size > admission.limit) {
            return Err(EvidenceFault::TooLarge { size, limit: admission.limit, kind: None }.into());
        }
        Ok(admission)
    }

    /// The same without asking whether there is room, which [`Evidences::record`] does for
    /// a file that has arrived.
    ///
    /// # Errors
    /// [`EvidenceFault::Closed`], [`Error::Denied`], [`Error::NotFound`].
    pub(super) async fn admit_later(&self, actor: &Actor, slot: Slot) -> Result<Admission> {
        let portal = self.0;
        let limits = portal.settings().evidence;
        let db = portal.store().read();
        let (case, requests) = match slot {
            Slot::Line(id, line) => {
                let case = store::case::get(db, id).await?.ok_or(Error::NotFound)?;
                portal.permit(actor, Action::AnswerCase, &case).await?;
                case.open_line(line)?;
                let items = portal.versions(case.items.iter().map(|item| (item.item, item.version))).await?;
                let spec = items.iter().find_map(|item| item.content.line(line)).ok_or(CaseError::NoLine)?;
                (id, spec.requests.clone())
            }
            Slot::Finding(id, _) => {
                let finding = store::finding::get(db, id).await?.ok_or(Error::NotFound)?;
                portal.permit(actor, Action::AnswerFinding, &finding).await?;
                if !finding.waits_for_enterprise() {
                    return Err(EvidenceFault::Closed.into());
                }
                (finding.case, Vec::new())
            }
        };
        let wanted = kinds(&requests);
        let limit = wanted.iter().map(|kind| size_limit(*kind, &limits)).max().unwrap_or_else(|| largest(&limits));
        Ok(Admission { case, slot, requests, limit, brought: None })
    }

    /// Receives a file. Memory holds one chunk at a time; the answer goes out
    /// when the file is kept and recorded.
    ///
    /// # Errors
    /// [`EvidenceFault`] when it is not taken (nothing else is lost),
    /// [`Error::Disk`], [`Error::Objects`].
    pub async fn receive<E>(
        &self,
        actor: &Actor,
        admission: &Admission,
        name: &str,
        bytes: impl Stream<Item = std::result::Result<Bytes, E>> + Unpin,
    ) -> Result<Receipt> {
        let portal = self.0;
        let received = intake::receive(&portal.parts.spool, admission.limit, bytes).await?;
        let arrived = self.recognise(admission, received.path(), received.size, received.digest, name).await?;

        // One file of a case at a time, so that none is kept which then finds no room.
        let _turn = portal.parts.keeping.turn(admission.case).await;
        if let Some(receipt) = self.room(portal.store().read(), admission, &arrived).await? {
            return Ok(receipt);
        }
        portal.objects().keep(received.path(), received.digest, received.size).await?;

        let mut tx = portal.store().begin().await?;
        let receipt = self.record(&mut tx, actor, admission, &arrived).await?;
        if !receipt.duplicate {
            tx.commit().await?;
            portal.parts.bell.notify_one();
        }
        Ok(receipt)
    }

    /// What has arrived, once its content says what it is and the slot takes it.
    pub(super) async fn recognise(
        &self,
        admission: &Admission,
        path: &Path,
        size: ByteCount,
        digest: Digest,
        name: &str,
    ) -> Result<Arrived> {
        let path = path.to_owned();
        let limits = self.0.settings().evidence;
        // What is turned away for its size is looked at no further than it takes to name its kind.
        let too_large = move |kind| size > size_limit(kind, &limits);
        let seen = blocking(move || recognise(&mut BufReader::with_capacity(READ, File::open(path)?), too_large));
        let media = admit(size, seen.await?, &kinds(&admission.requests), &limits)?;
        Ok(Arrived { name: FileName::from_sender(name), size, digest, media, upload: None, again: None })
    }

    /// Records what has arrived, unless the very same file is there already: then
    /// nothing is written.
    pub(super) async fn record(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        admission: &Admission,
        arrived: &Arrived,
    ) -> Result<Receipt> {
        let portal = self.0;
        // The rows of its owners are locked, so that two servers cannot pass the limits together.
        let (enterprise, purpose) = match admission.slot {
            Slot::Line(id, line) => {
                let mut case = load::<Case>(tx, id.0).await?;
                case.open_line(line)?;
                case.burden.meter(portal.now());
                tx.save(&case).await?;
                (case.enterprise, Purpose::SelfCheck { line, round: case.rounds })
            }
            Slot::Finding(id, moment) => {
                let finding = load::<Finding>(tx, id.0).await?;
                load::<Case>(tx, finding.case.0).await?;
                if !finding.waits_for_enterprise() {
                    return Err(EvidenceFault::Closed.into());
                }
                (finding.enterprise, Purpose::Rectification { finding: id, moment })
            }
        };
        if let Some(receipt) = self.room(tx.db(), admission, arrived).await? {
            return Ok(receipt);
        }
        let id = EvidenceId(portal.new_id());
        let origin = match &admission.brought {
            None => Origin::default(),
            Some(brought) => {
                let (case, digest, kind) = (admission.case, arrived.digest, arrived.media.kind());
                let file = Recorded { case, enterprise, evidence: id, digest, kind };
                portal.captures().origin(tx, actor, admission.slot.into(), brought, &file).await?
            }
        };
        let evidence = Evidence {
            id,
            case: admission.case,
            enterprise,
            purpose,
            name: arrived.name.clone(),
            media: arrived.media,
            size: arrived.size,
            digest: arrived.digest,
            received_at: portal.now(),
            uploader: actor.account,
            origin,
            state: EvidenceState::Received,
        };
        tx.insert(&evidence).await?;
        store::second_digest::begin(tx.db(), &evidence).await?;
        let dossier = Dossier::begin(
            DossierId(portal.new_id()),
            evidence.digest,
            evidence.size,
            evidence.media,
            evidence.received_at,
        );
        let unknown = tx.insert_once(&dossier, "digest").await?;
        let fact = Fact::Received {
            evidence: evidence.id.to_string(),
            case: evidence.case.to_string(),
            enterprise: enterprise.to_string(),
            account: actor.account.to_string(),
            sha256: Hash(evidence.digest.0),
            size: evidence.size.0,
            name_sha256: Hash::of(evidence.name.as_str()),
            upload: arrived.upload.map(|upload| upload.to_string()),
            again: arrived.again.map(|known| known.to_string()),
        };
        tx.log(LogEntry::of_file(evidence.received_at, evidence.case, evidence.id, fact));
        if !unknown {
            super::examinations::tell(tx, (&evidence).into()).await?;
        }
        tx.audit(portal.event(actor, "evidence.receive", "case", admission.case).with(json!({
            "evidence": evidence.id, "name": evidence.name, "size": evidence.size, "sha256": evidence.digest,
        })));
        Ok(Receipt { evidence, duplicate: false })
    }

    /// Whether there is room for what has arrived; the receipt where the very same file is
    /// there already.
    async fn room(
        &self,
        db: &impl ConnectionTrait,
        admission: &Admission,
        arrived: &Arrived,
    ) -> Result<Option<Receipt>> {
        let there = store::evidence::outlines(db, admission.case).await?;
        let same = |known: &&Outline| known.digest == arrived.digest && known.is_there && is_in(known, admission.slot);
        if let Some(same) = there.iter().find(same) {
            let evidence = store::evidence::get(db, same.id).await?.ok_or(Error::NotFound)?;
            return Ok(Some(Receipt { evidence, duplicate: true }));
        }
        let limits = self.0.settings().evidence;
        Held::of(&there, admission.slot).takes(arrived, &admission.requests, &limits)?;
        Ok(None)
    }

    /// Records a file of which the same bytes are kept already.
    pub(super) async fn again(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        admission: &Admission,
        known: &Evidence,
        announced: &Upload,
    ) -> Result<Receipt> {
        let media = admit(known.size, Ok(known.media), &kinds(&admission.requests), &self.0.settings().evidence)?;
        let Evidence { size, digest, id, .. } = *known;
        let (name, upload) = (announced.name.clone(), Some(announced.id));
        let arrived = Arrived { name, size, digest, media, upload, again: Some(id) };
        self.record(tx, actor, admission, &arrived).await
    }

    /// Takes a file out of a draft. Its bytes stay; a sealed file cannot be removed.
    ///
    /// # Errors
    /// [`EvidenceFault::Closed`], [`Error::Denied`], [`Error::NotFound`].
    pub async fn remove(&self, actor: &Actor, id: EvidenceId) -> Result<Evidence> {
        let portal = self.0;
        let mut tx = portal.store().begin().await?;
        // First the owner, then the file, as whoever sends them does.
        let file = store::evidence::get(tx.db(), id).await?.ok_or(Error::NotFound)?;
        match file.purpose {
            Purpose::SelfCheck { .. } => {
                let case = load::<Case>(&tx, file.case.0).await?;
                portal.permit(actor, Action::AnswerCase, &case.value).await?;
            }
            Purpose::Rectification { finding, .. } => {
                let finding = load::<Finding>(&tx, finding.0).await?;
                portal.permit(actor, Action::AnswerFinding, &finding.value).await?;
            }
        }
        let mut evidence = load::<Evidence>(&tx, id.0).await?;
        if evidence.state != EvidenceState::Received {
            return Err(EvidenceFault::Closed.into());
        }
        let now = portal.now();
        evidence.state = EvidenceState::Removed { at: now };
        tx.save(&evidence).await?;
        let fact = Fact::Removed { evidence: id.to_string(), account: actor.account.to_string() };
        tx.log(LogEntry::of_file(now, evidence.case, id, fact));
        tx.audit(portal.event(actor, "evidence.remove", "case", evidence.case).with(json!({ "evidence": id })));
        tx.commit().await?;
        Ok(evidence.value)
    }

    /// A file's record. What the enterprise has not sent yet is its own, and what
    /// it took out again is nobody's.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Denied`].
    pub async fn get(&self, actor: &Actor, id: EvidenceId) -> Result<Evidence> {
        let db = self.0.store().read();
        let evidence = store::evidence::get(db, id).await?.ok_or(Error::NotFound)?;
        let case = store::case::get(db, evidence.case).await?.ok_or(Error::NotFound)?;
        self.0.permit(actor, Action::SeeCase, &case).await?;
        if shows(actor, &evidence) { Ok(evidence) } else { Err(Error::NotFound) }
    }

    /// The bytes of an original, whole or a part, for whoever got its record
    /// from [`Evidences::get`].
    ///
    /// # Errors
    /// [`Error::Objects`].
    pub async fn open(
        &self,
        digest: Digest,
        range: Option<Range<u64>>,
    ) -> Result<BoxStream<'static, object_store::Result<Bytes>>> {
        // What was acknowledged is readable from then on: until the object store is known to
        // have it, whatever that says or does, it is read where it came in.
        if let Some(bytes) = self.0.uploads().spooled(digest, range.clone()).await? {
            return Ok(bytes);
        }
        Ok(self.0.objects().open(digest, range).await?)
    }
}

/// What a case holds, as far as limits ask.
struct Held {
    in_slot: u64,
    /// The kinds of the files in the slot that were not sent yet.
    unsent: Vec<EvidenceKind>,
    in_case: u64,
    digests: BTreeSet<Digest>,
    bytes: ByteCount,
}

impl Held {
    fn of(files: &[Outline], slot: Slot) -> Self {
        let (mut in_slot, mut in_case, mut bytes) = (0, 0, 0_u64);
        let (mut digests, mut unsent) = (BTreeSet::new(), Vec::new());
        for file in files {
            if digests.insert(file.digest) {
                bytes = bytes.saturating_add(file.size.0);
            }
            if file.is_there {
                in_case += 1;
                if is_in(file, slot) {
                    in_slot += 1;
                    if file.is_unsent {
                        unsent.push(file.kind);
                    }
                }
            }
        }
        Self { in_slot, unsent, in_case, digests, bytes: ByteCount(bytes) }
    }

    fn of_kind(&self, kind: EvidenceKind) -> u64 {
        self.unsent.iter().map(|one| u64::from(*one == kind)).sum()
    }

    /// Whether the slot takes a file of any kind that it asks for.
    fn any_kind(&self, requests: &[EvidenceRequest]) -> std::result::Result<(), EvidenceFault> {
        let room = |request: &EvidenceRequest| kind_room(requests, request.kind, self.of_kind(request.kind));
        match requests.first() {
            Some(first) if !requests.iter().any(|request| room(request).is_ok()) => room(first),
            _ => Ok(()),
        }
    }

    /// Whether a file finds room.
    fn takes(
        &self,
        file: &Arrived,
        requests: &[EvidenceRequest],
        limits: &EvidenceLimits,
    ) -> std::result::Result<(), EvidenceFault> {
        let kind = file.media.kind();
        room(self.in_slot, self.in_case, limits)?;
        kind_room(requests, kind, self.of_kind(kind))?;
        let more = if self.digests.contains(&file.digest) { ByteCount(0) } else { file.size };
        budget(self.bytes, more, limits)
    }
}

/// The kinds that are asked for.
fn kinds(requests: &[EvidenceRequest]) -> Vec<EvidenceKind> {
    requests.iter().map(|request| request.kind).collect()
}

/// Whether the actor may see a file of a case that the actor may see: the
/// enterprise everything that is there, everybody else what was sent.
pub(crate) fn shows(actor: &Actor, file: &Evidence) -> bool {
    match file.state {
        EvidenceState::Sealed { .. } => true,
        EvidenceState::Received => actor.enterprise() == Some(file.enterprise),
        EvidenceState::Removed { .. } => false,
    }
}

/// Whether a file of the same case is in a slot.
fn is_in(file: &Outline, slot: Slot) -> bool {
    match slot {
        Slot::Line(_, line) => file.line == Some(line),
        Slot::Finding(finding, moment) => file.finding == Some((finding, moment)),
    }
}
