//! Findings and their rectification.

use std::collections::{BTreeSet, HashMap};

use domain::{
    actor::Actor,
    case::{Case, Outcome},
    document::Document,
    dossier::Dossier,
    enterprise::Enterprise,
    evidence::{Evidence, EvidenceState, FileName, Moment, Purpose},
    finding::{Finding, FindingError, FindingState},
    first_violation::FirstViolation,
    ids::{AccountId, CaseId, Digest, FindingId, UploadId},
    item::ItemVersion,
    policy::Action,
    text::{Name, Note},
    time::Timestamp,
    upload::{Place, Upload},
};
use proof::entry::Fact;
use serde_json::json;

use super::{evidences::shows, load, rounds::reopen_due_visits, sparing::note_violation};
use crate::{
    Portal,
    error::{Error, Result},
    store::{self, FindingFilter, LogEntry, Page, Paged, Stored, Tx},
};

/// The service.
pub struct Findings<'a>(pub(crate) &'a Portal);

/// A finding with what belongs to it.
#[derive(Clone, Debug)]
pub struct FindingView {
    /// The finding.
    pub finding: Finding,
    /// Whose.
    pub enterprise: Enterprise,
    /// The case it was found in.
    pub case: Case,
    /// The item, in the version of the case.
    pub item: ItemVersion,
    /// Files sent as proof, and the files that showed the problem.
    pub evidence: Vec<Evidence>,
    /// What is known of their bytes.
    pub known: HashMap<Digest, Dossier>,
    /// The first violation it is part of.
    pub first_violation: Option<FirstViolation>,
    /// The document that told the enterprise.
    pub document: Option<Document>,
    /// Names of the people that it mentions.
    pub names: HashMap<AccountId, Name>,
}

/// A finding in a list.
#[derive(Clone, Debug)]
pub struct FindingRow {
    /// The finding.
    pub finding: Finding,
    /// Whose.
    pub enterprise: Name,
    /// The number of its case.
    pub case_number: Name,
    /// The name of its item.
    pub item: Name,
}

/// What a file on its way to a finding that takes proof is to show.
fn moment_of(upload: &Upload, finding: &Finding, now: Timestamp) -> Option<Moment> {
    let Some(Place::Finding { finding: of, moment }) = upload.on_its_way_to(now) else { return None };
    (of == finding.id && finding.waits_for_enterprise()).then_some(moment)
}

/// Of uploads, those that are on their way to a finding that takes proof.
fn awaited(mut uploads: Vec<Upload>, finding: &Finding, now: Timestamp) -> Vec<Upload> {
    uploads.retain(|upload| moment_of(upload, finding, now).is_some());
    uploads
}

/// That so many files are still on their way.
fn still_sending(files: usize) -> FindingError {
    FindingError::StillSending { files: u32::try_from(files).unwrap_or(u32::MAX) }
}

/// Whether a file shows the state afterwards and was not sent yet: proof that did not convince is none any more.
fn is_proof(file: &Evidence) -> bool {
    let after = matches!(file.purpose, Purpose::Rectification { moment: Moment::After, .. });
    after && file.state == EvidenceState::Received
}

impl Findings<'_> {
    /// A finding with what belongs to it.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Denied`].
    pub async fn get(&self, actor: &Actor, id: FindingId) -> Result<FindingView> {
        let portal = self.0;
        let db = portal.store().read();
        let finding = store::finding::get(db, id).await?.ok_or(Error::NotFound)?;
        portal.permit(actor, Action::SeeFinding, &finding).await?;
        let case = store::case::get(db, finding.case).await?.ok_or(Error::NotFound)?;
        let enterprise = store::enterprise::get(db, finding.enterprise).await?.ok_or(Error::NotFound)?;
        let version = case.items.iter().find(|item| item.item == finding.item).map(|item| (item.item, item.version));
        let item = portal.versions(version).await?.pop().ok_or(Error::NotFound)?;
        let mut evidence = store::evidence::of_case(db, finding.case).await?;
        evidence.retain(|file| {
            let belongs = match file.purpose {
                Purpose::Rectification { finding: of, .. } => of == id,
                Purpose::SelfCheck { .. } => finding.problem.shown_by.contains(&file.id),
            };
            belongs && shows(actor, file)
        });
        let first_violation = store::first_violation::of_case(db, finding.case).await?;
        let first_violation = first_violation.filter(|first| first.findings.contains(&id));
        let document = store::document::get(db, finding.document).await?;
        let mut people: Vec<AccountId> = evidence.iter().map(|file| file.uploader).collect();
        people.extend(finding.by());
        let names = portal.names_of(people).await?;
        let known = portal.examinations().of(&evidence).await?;
        Ok(FindingView { finding, enterprise, case, item, evidence, known, first_violation, document, names })
    }

    /// Findings of a filter within the actor's reach, what is due first coming first.
    ///
    /// # Errors
    /// [`Error::Denied`].
    pub async fn list(&self, actor: &Actor, filter: &FindingFilter, page: Page) -> Result<Paged<FindingRow>> {
        let portal = self.0;
        portal.permit_any(actor, Action::SeeFinding)?;
        let filter = match actor.enterprise() {
            Some(own) => FindingFilter { enterprise: Some(own), agencies: None, ..filter.clone() },
            None => FindingFilter {
                agencies: portal.agencies_within_reach(actor, Action::SeeFinding).await?,
                ..filter.clone()
            },
        };
        let db = portal.store().read();
        let found = store::finding::queue(db, &filter, page).await?;
        let names = portal.enterprise_names(found.rows.iter().map(|row| row.enterprise)).await?;
        let items = portal.item_names(found.rows.iter().map(|row| row.item)).await?;
        let cases: BTreeSet<CaseId> = found.rows.iter().map(|row| row.case).collect();
        let numbers: HashMap<CaseId, Name> =
            store::case::several(db, cases).await?.into_iter().map(|case| (case.id, case.number)).collect();
        let rows = found.rows.into_iter().filter_map(|finding| {
            let (enterprise, item) = (names.get(&finding.enterprise)?.clone(), items.get(&finding.item)?.clone());
            Some(FindingRow { enterprise, case_number: numbers.get(&finding.case)?.clone(), item, finding })
        });
        Ok(Paged { rows: rows.collect(), total: found.total })
    }

    async fn on(&self, actor: &Actor, id: FindingId, action: Action) -> Result<(Tx, Stored<Finding>)> {
        let tx = self.0.store().begin().await?;
        let finding = load::<Finding>(&tx, id.0).await?;
        self.0.permit(actor, action, &finding.value).await?;
        Ok((tx, finding))
    }

    /// The files that are still on their way as proof, and what each is to show.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Denied`].
    pub async fn unfinished(&self, actor: &Actor, id: FindingId) -> Result<Vec<(Moment, FileName)>> {
        let portal = self.0;
        let now = portal.now();
        let db = portal.store().read();
        let finding = store::finding::get(db, id).await?.ok_or(Error::NotFound)?;
        portal.permit(actor, Action::AnswerFinding, &finding).await?;
        let uploads = store::upload::under_way(db, finding.enterprise).await?;
        let files = uploads
            .into_iter()
            .filter_map(|upload| moment_of(&upload, &finding, now).map(|moment| (moment, upload.name)))
            .collect();
        Ok(files)
    }

    /// What its files lack for the proof to be sent, all at once. What is here already comes to its place before.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Denied`], [`FindingError::NotNow`].
    pub async fn check(&self, actor: &Actor, id: FindingId) -> Result<Vec<FindingError>> {
        // On the heap: settling a file holds much across its waits, and few proofs need it.
        Box::pin(self.still_coming(actor, id)).await?;
        let db = self.0.store().read();
        let finding = store::finding::get(db, id).await?.ok_or(Error::NotFound)?;
        if !finding.waits_for_enterprise() {
            return Err(FindingError::NotNow { stage: finding.stage() }.into());
        }
        let files = store::evidence::of_finding(db, id).await?;
        let unfinished = self.unfinished(actor, id).await?.len();
        let mut faults = Vec::new();
        if !files.iter().any(is_proof) {
            faults.push(FindingError::NoProof);
        }
        if unfinished > 0 {
            faults.push(still_sending(unfinished));
        }
        Ok(faults)
    }

    /// What is on its way as proof, once what is here already has come to its place.
    async fn still_coming(&self, actor: &Actor, id: FindingId) -> Result<Vec<Upload>> {
        let portal = self.0;
        let db = portal.store().read();
        let finding = store::finding::get(db, id).await?.ok_or(Error::NotFound)?;
        portal.permit(actor, Action::AnswerFinding, &finding).await?;
        let coming = awaited(store::upload::under_way(db, finding.enterprise).await?, &finding, portal.now());
        portal.uploads().bring_what_is_here(&coming).await;
        Ok(coming)
    }

    /// The enterprise sends its proof; from here the files are fixed. Files that are still on their way
    /// would come too late: they keep it from being sent, unless they are left, which ends them.
    ///
    /// # Errors
    /// [`FindingError::NoProof`], [`FindingError::StillSending`], [`FindingError::NotNow`],
    /// [`Error::Denied`]; [`Error::Busy`] where the disk keeps a file that is left.
    pub async fn resubmit(&self, actor: &Actor, id: FindingId, note: Note, leave_unfinished: bool) -> Result<()> {
        let portal = self.0;
        // On the heap: settling a file holds much across its waits, and few proofs need it.
        let coming = Box::pin(self.still_coming(actor, id)).await?;
        // Turns come before rows, as for everybody who writes an upload.
        let mut turns = if leave_unfinished { portal.uploads().turns(&coming).await? } else { Vec::new() };
        let (mut tx, mut finding) = self.on(actor, id, Action::AnswerFinding).await?;
        // Only now: what was brought to its place just before came before the proof was sent.
        let now = portal.now();
        let files = store::evidence::of_finding(tx.db(), id).await?;
        let after = files.iter().filter(|file| is_proof(file)).count();
        let due = portal.deadline(portal.settings().clocks.recheck);
        let coming = awaited(store::upload::under_way(tx.db(), finding.enterprise).await?, &finding, now);
        finding.resubmit(note, after, due, now)?;
        if !leave_unfinished && !coming.is_empty() {
            return Err(still_sending(coming.len()).into());
        }
        let left: Vec<UploadId> = coming.iter().map(|upload| upload.id).collect();
        portal.uploads().leave(&mut tx, id.0, &left, &mut turns).await?;
        let mut sealed = Vec::new();
        for file in files.iter().filter(|file| file.state == EvidenceState::Received) {
            let mut file = load::<Evidence>(&tx, file.id.0).await?;
            if file.state != EvidenceState::Received {
                return Err(Error::Changed);
            }
            file.state = EvidenceState::Sealed { at: now };
            tx.save(&file).await?;
            sealed.push(file.id.to_string());
        }
        tx.save(&finding).await?;
        let (case, account) = (finding.case, actor.account.to_string());
        let fact = Fact::Submitted { case: case.to_string(), round: None, evidence: sealed, account };
        tx.log(LogEntry::of_case(now, case, fact));
        let mut about = json!({ "finding": id });
        if !left.is_empty() {
            about["left_unfinished"] = json!(left.len());
        }
        tx.audit(portal.event(actor, "finding.resubmit", "case", finding.case).with(about));
        tx.commit().await?;
        portal.uploads().let_go(&left).await;
        Ok(())
    }

    /// An officer is satisfied. When every finding of the case is settled, the
    /// case closes; a first violation put right in time is spared and counts.
    ///
    /// # Errors
    /// [`Error::Finding`], [`Error::Denied`].
    pub async fn verify(&self, actor: &Actor, id: FindingId) -> Result<()> {
        let portal = self.0;
        let (mut tx, mut finding) = self.on(actor, id, Action::VerifyFinding).await?;
        finding.verify(actor, portal.now())?;
        tx.save(&finding).await?;
        tx.log(decided(actor, &finding, "rectified", portal.now()));
        tx.audit(portal.event(actor, "finding.verify", "case", finding.case).with(json!({ "finding": id })));
        self.settle(&mut tx, &finding).await?;
        Ok(tx.commit().await?)
    }

    /// An officer is not satisfied.
    ///
    /// # Errors
    /// [`Error::Finding`], [`Error::Denied`].
    pub async fn send_back(&self, actor: &Actor, id: FindingId, reason: Note) -> Result<()> {
        let portal = self.0;
        let (mut tx, mut finding) = self.on(actor, id, Action::VerifyFinding).await?;
        let mut due = portal.deadline(portal.settings().clocks.supplement);
        // The term of a first violation stays what it was: nobody is told a later
        // one as long as it runs.
        let first = store::first_violation::of_case(tx.db(), finding.case).await?;
        if let Some(term) = first.and_then(|first| first.correct_by()).filter(|term| *term > portal.now()) {
            due = due.min(term);
        }
        let detail = json!({ "finding": id, "reason": reason });
        finding.send_back(actor, reason, due, portal.now())?;
        tx.save(&finding).await?;
        tx.audit(portal.event(actor, "finding.send_back", "case", finding.case).with(detail));
        Ok(tx.commit().await?)
    }

    /// Hands a finding on as a case of its own.
    ///
    /// # Errors
    /// [`Error::Finding`], [`Error::Denied`].
    pub async fn transfer(&self, actor: &Actor, id: FindingId, reason: Note) -> Result<()> {
        let portal = self.0;
        let (mut tx, mut finding) = self.on(actor, id, Action::VerifyFinding).await?;
        let detail = json!({ "finding": id, "reason": reason });
        finding.transfer(actor, reason, portal.now())?;
        tx.save(&finding).await?;
        tx.log(decided(actor, &finding, "transferred", portal.now()));
        tx.audit(portal.event(actor, "finding.transfer", "case", finding.case).with(detail));
        // The enterprise before what is due to it: one order for everybody.
        note_violation(&tx, finding.enterprise, finding.agency, finding.item, id.0, finding.found_at).await?;
        self.settle(&mut tx, &finding).await?;
        portal.ledgers().reverse_for_transfer(&mut tx, finding.case).await?;
        Ok(tx.commit().await?)
    }

    /// A term has passed without any proof: a first violation that was to be put
    /// right by then is not spared any more (A7).
    pub(super) async fn lapse(&self, tx: &mut Tx, finding: &Finding) -> Result<()> {
        if !finding.waits_for_enterprise() {
            return Ok(());
        }
        let Some(first) = store::first_violation::of_case(tx.db(), finding.case).await? else { return Ok(()) };
        if first.correct_by().is_none() || !first.findings.contains(&finding.id) {
            return Ok(());
        }
        let mut first = load::<FirstViolation>(tx, first.id.0).await?;
        first.conclude(false, self.0.now())?;
        tx.save(&first).await?;
        tx.audit(self.0.own_event("first_violation.lapse", "case", finding.case));
        let case = load::<Case>(tx, finding.case.0).await?;
        reopen_due_visits(tx, &case).await
    }

    async fn settle(&self, tx: &mut Tx, changed: &Finding) -> Result<()> {
        let portal = self.0;
        let now = portal.now();
        // The case's row is the lock under which its last finding is settled.
        let mut case = load::<Case>(tx, changed.case.0).await?;
        let findings = store::finding::of_case(tx.db(), case.id).await?;
        if findings.iter().any(|finding| !finding.is_settled()) || case.decision().is_none() {
            return Ok(());
        }
        let mut in_time =
            findings.iter().all(|finding| matches!(finding.state, FindingState::Verified { in_time: true, .. }));
        if let Some(first) = store::first_violation::of_case(tx.db(), case.id).await? {
            let mut first = load::<FirstViolation>(tx, first.id.0).await?;
            // Once it has lapsed, nothing makes it spared.
            in_time = first.correct_by().is_some_and(|term| findings.iter().all(|finding| finding.proved_by(term)));
            if first.correct_by().is_some() {
                first.conclude(in_time, now)?;
                tx.save(&first).await?;
            }
        }
        if matches!(case.state, domain::case::CaseState::Decided { .. }) {
            case.close(now)?;
            tx.save(&case).await?;
            tx.audit(portal.own_event("case.close", "case", case.id));
        }
        let items = portal.versions(case.items.iter().map(|item| (item.item, item.version))).await?;
        portal.ledgers().claim(tx, &case.value, &items, in_time).await?;
        // Not put right in time, a first violation spares nothing, the visit as little as the rest.
        let first = case.decision().is_some_and(|decision| decision.outcome == Outcome::FirstViolation);
        if first && !in_time {
            reopen_due_visits(tx, &case).await?;
        }
        Ok(())
    }
}

/// That an officer decided on what was to be put right.
fn decided(actor: &Actor, finding: &Finding, outcome: &str, at: Timestamp) -> LogEntry {
    let (case, accounts) = (finding.case, vec![actor.account.to_string()]);
    let fact = Fact::Decided { case: case.to_string(), outcome: outcome.to_owned(), accounts, document: None };
    LogEntry::of_case(at, case, fact)
}
