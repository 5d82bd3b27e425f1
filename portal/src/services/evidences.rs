//! Files: receiving, removing, opening.

use std::ops::Range;

use bytes::Bytes;
use domain::{
    actor::Actor,
    case::Case,
    evidence::{Evidence, EvidenceFault, EvidenceState, FileName, Moment, Purpose, admit, largest, room, size_limit},
    finding::Finding,
    ids::{ByteCount, CaseId, Digest, EvidenceId, FindingId, LineId},
    item::EvidenceKind,
    policy::Action,
};
use futures::{Stream, stream::BoxStream};
use serde_json::json;

use super::{cases::open_line, load};
use crate::{
    Portal,
    error::{Error, Result},
    evidence::{intake, sniff},
    store,
};

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
    wanted: Vec<EvidenceKind>,
    limit: ByteCount,
}

impl Admission {
    /// The largest file that may be sent here.
    pub const fn limit(&self) -> ByteCount {
        self.limit
    }
}

impl Evidences<'_> {
    /// Whether the actor may send a file there now, before any byte is read.
    ///
    /// # Errors
    /// [`EvidenceFault`] when the slot is closed or full or the declared size
    /// too large, [`Error::Denied`], [`Error::NotFound`].
    pub async fn admit(&self, actor: &Actor, slot: Slot, declared: Option<ByteCount>) -> Result<Admission> {
        let portal = self.0;
        let limits = portal.settings().evidence;
        let db = portal.store().read();
        let (case, wanted) = match slot {
            Slot::Line(id, line) => {
                let case = store::case::get(db, id).await?.ok_or(Error::NotFound)?;
                portal.permit(actor, Action::AnswerCase, &case).await?;
                let items = portal.versions(case.items.iter().map(|item| (item.item, item.version))).await?;
                let spec = open_line(&case, &items, line)?;
                (id, spec.requests.iter().map(|request| request.kind).collect::<Vec<_>>())
            }
            Slot::Finding(id, _) => {
                let finding = store::finding::get(db, id).await?.ok_or(Error::NotFound)?;
                portal.permit(actor, Action::AnswerFinding, &finding).await?;
                if !finding.waits_for_enterprise() {
                    return Err(EvidenceFault::Closed.into());
                }
                (finding.case, EvidenceKind::ALL.to_vec())
            }
        };
        let (in_slot, in_case) = self.counts(db, case, slot).await?;
        room(in_slot, in_case, &limits)?;
        let limit = wanted.iter().map(|kind| size_limit(*kind, &limits)).max().unwrap_or_else(|| largest(&limits));
        if let Some(size) = declared.filter(|size| *size > limit) {
            return Err(EvidenceFault::TooLarge { size, limit, kind: None }.into());
        }
        Ok(Admission { case, slot, wanted, limit })
    }

    async fn counts(&self, db: &impl sea_orm::ConnectionTrait, case: CaseId, slot: Slot) -> Result<(u64, u64)> {
        let kept: Vec<Evidence> = store::evidence::of_case(db, case)
            .await?
            .into_iter()
            .filter(|file| !matches!(file.state, EvidenceState::Removed { .. }))
            .collect();
        let in_slot = kept.iter().filter(|file| is_in(file, slot)).count();
        Ok((in_slot as u64, kept.len() as u64))
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
        let limits = portal.settings().evidence;
        let received = intake::receive(&portal.parts.spool, admission.limit, bytes).await?;
        let media = sniff::recognise(received.path()).await?;
        let media = admit(received.size, media, &admission.wanted, &limits)?;
        portal.objects().keep(received.path(), received.digest, received.size).await?;

        let mut tx = portal.store().begin().await?;
        // The owner's row is locked, so that two uploads cannot pass the limits together.
        let (enterprise, purpose) = match admission.slot {
            Slot::Line(id, line) => {
                let mut case = load::<Case>(&tx, id.0).await?;
                case.open_line(line)?;
                case.burden.meter(portal.now());
                tx.save(&case).await?;
                (case.enterprise, Purpose::SelfCheck { line, round: case.rounds })
            }
            Slot::Finding(id, moment) => {
                let finding = load::<Finding>(&tx, id.0).await?;
                if !finding.waits_for_enterprise() {
                    return Err(EvidenceFault::Closed.into());
                }
                (finding.enterprise, Purpose::Rectification { finding: id, moment })
            }
        };
        let there = store::evidence::of_case(tx.db(), admission.case).await?;
        let there: Vec<Evidence> =
            there.into_iter().filter(|file| !matches!(file.state, EvidenceState::Removed { .. })).collect();
        if let Some(same) = there.iter().find(|file| file.digest == received.digest && is_in(file, admission.slot)) {
            return Ok(Receipt { evidence: same.clone(), duplicate: true });
        }
        let in_slot = there.iter().filter(|file| is_in(file, admission.slot)).count() as u64;
        room(in_slot, there.len() as u64, &limits)?;
        let evidence = Evidence {
            id: EvidenceId(portal.new_id()),
            case: admission.case,
            enterprise,
            purpose,
            name: FileName::from_sender(name),
            media,
            size: received.size,
            digest: received.digest,
            received_at: portal.now(),
            uploader: actor.account,
            state: EvidenceState::Received,
        };
        tx.insert(&evidence).await?;
        tx.audit(portal.event(actor, "evidence.receive", "case", admission.case).with(json!({
            "evidence": evidence.id, "name": evidence.name, "size": evidence.size, "sha256": evidence.digest,
        })));
        tx.commit().await?;
        Ok(Receipt { evidence, duplicate: false })
    }

    /// Takes a file out of a draft. Its bytes stay; a sealed file cannot be removed.
    ///
    /// # Errors
    /// [`EvidenceFault::Closed`], [`Error::Denied`], [`Error::NotFound`].
    pub async fn remove(&self, actor: &Actor, id: EvidenceId) -> Result<Evidence> {
        let portal = self.0;
        let mut tx = portal.store().begin().await?;
        let mut evidence = load::<Evidence>(&tx, id.0).await?;
        let case = load::<Case>(&tx, evidence.case.0).await?;
        portal.permit(actor, Action::AnswerCase, &case.value).await?;
        if evidence.state != EvidenceState::Received {
            return Err(EvidenceFault::Closed.into());
        }
        evidence.state = EvidenceState::Removed { at: portal.now() };
        tx.save(&evidence).await?;
        tx.audit(portal.event(actor, "evidence.remove", "case", evidence.case).with(json!({ "evidence": id })));
        tx.commit().await?;
        Ok(evidence.value)
    }

    /// A file's record.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Denied`].
    pub async fn get(&self, actor: &Actor, id: EvidenceId) -> Result<Evidence> {
        let db = self.0.store().read();
        let evidence = store::evidence::get(db, id).await?.ok_or(Error::NotFound)?;
        let case = store::case::get(db, evidence.case).await?.ok_or(Error::NotFound)?;
        self.0.permit(actor, Action::SeeCase, &case).await?;
        Ok(evidence)
    }

    /// The files of a finding, without removed ones.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Denied`].
    pub async fn of_finding(&self, actor: &Actor, id: FindingId) -> Result<Vec<Evidence>> {
        let db = self.0.store().read();
        let finding = store::finding::get(db, id).await?.ok_or(Error::NotFound)?;
        self.0.permit(actor, Action::SeeFinding, &finding).await?;
        let mut files = store::evidence::of_finding(db, id).await?;
        files.retain(|file| !matches!(file.state, EvidenceState::Removed { .. }));
        Ok(files)
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
        Ok(self.0.objects().open(digest, range).await?)
    }
}

fn is_in(file: &Evidence, slot: Slot) -> bool {
    match (slot, file.purpose) {
        (Slot::Line(case, line), Purpose::SelfCheck { line: of, .. }) => file.case == case && of == line,
        (Slot::Finding(finding, moment), Purpose::Rectification { finding: of, moment: m }) => {
            of == finding && m == moment
        }
        _ => false,
    }
}
