//! Findings and their rectification.

use std::collections::{BTreeSet, HashMap};

use domain::{
    actor::Actor,
    case::{Case, Outcome},
    document::Document,
    dossier::Dossier,
    enterprise::Enterprise,
    evidence::{Evidence, EvidenceState, Moment, Purpose},
    finding::{Finding, FindingState},
    first_violation::FirstViolation,
    ids::{AccountId, CaseId, Digest, FindingId},
    item::ItemVersion,
    policy::Action,
    text::{Name, Note},
    time::Timestamp,
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

    /// The enterprise sends its proof; from here the files are fixed.
    ///
    /// # Errors
    /// [`Error::Finding`], [`Error::Denied`].
    pub async fn resubmit(&self, actor: &Actor, id: FindingId, note: Note) -> Result<()> {
        let portal = self.0;
        let now = portal.now();
        let (mut tx, mut finding) = self.on(actor, id, Action::AnswerFinding).await?;
        let files = store::evidence::of_finding(tx.db(), id).await?;
        let fresh = files.iter().filter(|file| file.state == EvidenceState::Received);
        let after = fresh
            .clone()
            .filter(|file| matches!(file.purpose, Purpose::Rectification { moment: Moment::After, .. }))
            .count();
        let due = portal.deadline(portal.settings().clocks.recheck);
        finding.resubmit(note, after, due, now)?;
        let mut sealed = Vec::new();
        for file in fresh {
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
        tx.audit(portal.event(actor, "finding.resubmit", "case", finding.case).with(json!({ "finding": id })));
        Ok(tx.commit().await?)
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
