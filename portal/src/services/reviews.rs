//! The officers' side of a case: take, review, ask, propose, confirm, convert.

use std::collections::BTreeSet;

use domain::{
    actor::Actor,
    case::{Case, CaseError, CaseStage, LineVerdict, OnSiteReason, Outcome, ProblemDraft},
    document::{AskedLine, Document, DocumentBody, DocumentKind, ToldFinding},
    evidence::{Evidence, EvidenceState},
    finding::{Finding, FindingState},
    first_violation::{Answers, Obstacle},
    ids::{CaseId, EvidenceId, FindingId, ItemId, LineId},
    item::ItemVersion,
    policy::Action,
    text::Note,
};
use proof::entry::Fact;
use serde_json::json;
use uuid::Uuid;

use super::{cases::CaseRow, documents::Draft, load, rounds::reopen_due_visits, sparing::note_violation};
use crate::{
    Portal,
    error::{Error, Result},
    first_violation_list::FirstViolationDraft,
    store::{self, CaseFilter, LogEntry, Page, Paged, Stored, Tx},
};

/// The service.
pub struct Reviews<'a>(pub(crate) &'a Portal);

/// What an officer proposes under the first-violation list.
#[derive(Clone, Debug)]
pub struct FirstViolationProposal {
    /// The list entry.
    pub entry: Uuid,
    /// The answered conditions.
    pub answers: Answers,
}

impl Reviews<'_> {
    /// The cases of a filter within the actor's reach, what is due first coming first.
    ///
    /// # Errors
    /// [`Error::Denied`].
    pub async fn queue(&self, actor: &Actor, filter: &CaseFilter, page: Page) -> Result<Paged<CaseRow>> {
        let portal = self.0;
        let agencies = portal.agencies_within_reach(actor, Action::SeeQueue).await?;
        let filter = CaseFilter { agencies, ..filter.clone() };
        let found = store::case::queue(portal.store().read(), &filter, page).await?;
        Ok(Paged { rows: portal.rows(found.rows).await?, total: found.total })
    }

    /// The first cases of each filter within the actor's reach, without asking how
    /// many there are.
    pub(super) async fn first(&self, actor: &Actor, filters: Vec<CaseFilter>, limit: u64) -> Result<Vec<CaseRow>> {
        let portal = self.0;
        let agencies = portal.agencies_within_reach(actor, Action::SeeQueue).await?;
        let mut cases = Vec::new();
        for filter in filters {
            let filter = CaseFilter { agencies: agencies.clone(), ..filter };
            cases.extend(store::case::first(portal.store().read(), &filter, limit).await?);
        }
        portal.rows(cases).await
    }

    /// How many cases of a filter stand in each of these stages.
    ///
    /// # Errors
    /// [`Error::Denied`].
    pub async fn counts(
        &self,
        actor: &Actor,
        filter: &CaseFilter,
        stages: &[CaseStage],
    ) -> Result<Vec<(CaseStage, u64)>> {
        let portal = self.0;
        let agencies = portal.agencies_within_reach(actor, Action::SeeQueue).await?;
        let filter = CaseFilter { agencies, stages: stages.to_vec(), ..filter.clone() };
        let found = store::case::counts(portal.store().read(), &filter).await?;
        let count = |stage| found.iter().find(|(of, _)| *of == stage).map_or(0, |(_, count)| *count);
        Ok(stages.iter().map(|stage| (*stage, count(*stage))).collect())
    }

    async fn on(&self, actor: &Actor, id: CaseId, action: Action) -> Result<(Tx, Stored<Case>)> {
        let portal = self.0;
        let tx = portal.store().begin().await?;
        let case = load::<Case>(&tx, id.0).await?;
        portal.permit(actor, action, &case.value).await?;
        Ok((tx, case))
    }

    async fn done(
        &self,
        mut tx: Tx,
        case: &Stored<Case>,
        actor: &Actor,
        action: &str,
        detail: serde_json::Value,
    ) -> Result<()> {
        tx.save(case).await?;
        tx.audit(self.0.event(actor, action, "case", case.id).with(detail));
        Ok(tx.commit().await?)
    }

    /// Takes a case to the desk.
    ///
    /// # Errors
    /// [`domain::case::CaseError::TakenBy`] names the colleague who has it.
    pub async fn take(&self, actor: &Actor, id: CaseId) -> Result<()> {
        let (tx, mut case) = self.on(actor, id, Action::ReviewCase).await?;
        case.take(actor, self.0.now())?;
        self.done(tx, &case, actor, "case.take", json!(null)).await
    }

    /// Takes over what a colleague has, with a reason on record.
    ///
    /// # Errors
    /// [`Error::Case`], [`Error::Denied`].
    pub async fn take_over(&self, actor: &Actor, id: CaseId, reason: Note) -> Result<()> {
        let (tx, mut case) = self.on(actor, id, Action::ReviewCase).await?;
        let from = case.officer();
        case.take_over(actor, self.0.now())?;
        self.done(tx, &case, actor, "case.take_over", json!({ "from": from, "reason": reason })).await
    }

    /// Puts a case back into the queue.
    ///
    /// # Errors
    /// [`Error::Case`], [`Error::Denied`].
    pub async fn release(&self, actor: &Actor, id: CaseId) -> Result<()> {
        let (tx, mut case) = self.on(actor, id, Action::ReviewCase).await?;
        case.release(actor, self.0.now())?;
        self.done(tx, &case, actor, "case.release", json!(null)).await
    }

    /// Reviews one line; the answer is the next one without a review.
    ///
    /// # Errors
    /// [`Error::Case`], [`Error::Denied`].
    pub async fn review_line(
        &self,
        actor: &Actor,
        id: CaseId,
        line: LineId,
        verdict: LineVerdict,
        reason: Option<Note>,
        problem: Option<ProblemDraft>,
    ) -> Result<Option<LineId>> {
        let (tx, mut case) = self.on(actor, id, Action::ReviewCase).await?;
        let detail = json!({ "line": line, "verdict": verdict, "reason": reason });
        if let Some(problem) = &problem {
            self.own_files(tx.db(), id, problem.shown_by.iter().copied()).await?;
        }
        case.review_line(actor, line, verdict, reason, problem, self.0.now())?;
        let next = case.next_unreviewed(Some(line));
        self.done(tx, &case, actor, "case.review_line", detail).await?;
        Ok(next)
    }

    /// Asks for more evidence on every line that wants it, and issues the notice.
    ///
    /// # Errors
    /// [`domain::case::CaseError::NoRoundLeft`] and the others of [`Error::Case`].
    pub async fn ask_more(&self, actor: &Actor, id: CaseId) -> Result<()> {
        let portal = self.0;
        let (mut tx, mut case) = self.on(actor, id, Action::ReviewCase).await?;
        let due = portal.deadline(portal.settings().clocks.supplement);
        case.ask_more(actor, portal.settings().review.supplement_rounds, due, portal.now())?;
        let items = portal.versions(case.items.iter().map(|item| (item.item, item.version))).await?;
        let lines = case.lines.iter().filter(|line| line.open).filter_map(|line| {
            let version = items.iter().find(|version| version.item == line.item)?;
            Some(AskedLine {
                item: version.content.name.clone(),
                line: version.content.line(line.line)?.title.clone(),
                reason: line.review.as_ref()?.reason.clone()?,
            })
        });
        let body = DocumentBody::Supplement { lines: lines.collect(), due: due.date(), round: case.rounds };
        self.issue(&mut tx, &case, DocumentKind::SupplementNotice, vec![actor.account], body).await?;
        let detail = json!({ "round": case.rounds, "due": due });
        self.done(tx, &case, actor, "case.ask_more", detail).await
    }

    /// Goes on with what there is: more was asked for, and nothing came in its term.
    ///
    /// # Errors
    /// [`domain::case::CaseError::NotNow`] while the term runs, the others of
    /// [`Error::Case`], [`Error::Denied`].
    pub async fn go_on_without(&self, actor: &Actor, id: CaseId) -> Result<()> {
        let (tx, mut case) = self.on(actor, id, Action::ReviewCase).await?;
        let due = self.0.deadline(self.0.settings().clocks.review);
        case.go_on_without(actor, due, self.0.now())?;
        self.done(tx, &case, actor, "case.go_on", json!({ "round": case.rounds, "due": due })).await
    }

    /// Proposes an outcome for another officer to confirm.
    ///
    /// # Errors
    /// [`Error::Case`], [`CaseError::DeviationUnexplained`] among them, or
    /// [`Error::Obstacles`] with everything that speaks against a first-violation notice.
    pub async fn propose(
        &self,
        actor: &Actor,
        id: CaseId,
        outcome: Outcome,
        note: Option<Note>,
        first: Option<FirstViolationProposal>,
    ) -> Result<()> {
        let portal = self.0;
        let now = portal.now();
        if note.is_none() && !self.left_aside(actor, id, outcome).await?.is_empty() {
            return Err(CaseError::DeviationUnexplained.into());
        }
        let (tx, mut case) = self.on(actor, id, Action::ReviewCase).await?;
        let items = portal.versions(case.items.iter().map(|item| (item.item, item.version))).await?;
        let closable = items.iter().all(|version| version.content.remotely_closable());
        case.propose(actor, outcome, note, closable, now)?;
        tx.delete_first_violation_draft(id).await?;
        let mut spared = None;
        if outcome == Outcome::FirstViolation {
            let first = first.ok_or_else(|| Error::Obstacles(vec![Obstacle::ReasonMissing]))?;
            let entry = store::first_violation::list_entry(tx.db(), first.entry).await?.ok_or(Error::NotFound)?;
            let found = self.first_violation_obstacles(tx.db(), &case, &entry, &first.answers).await?;
            if !found.is_empty() {
                return Err(Error::Obstacles(found));
            }
            spared = Some(entry.entry.category);
            tx.insert(&FirstViolationDraft { case: id, entry, answers: first.answers }).await?;
        }
        self.done(tx, &case, actor, "case.propose", json!({ "outcome": outcome, "spared": spared })).await
    }

    /// That files which are referred to were sent with the case: what proves one case says nothing of another.
    pub(super) async fn own_files(
        &self,
        db: &impl sea_orm::ConnectionTrait,
        case: CaseId,
        wanted: impl Iterator<Item = EvidenceId>,
    ) -> Result<()> {
        let wanted: Vec<EvidenceId> = wanted.collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let files = store::evidence::of_case(db, case).await?;
        let sent = |file: &Evidence| matches!(file.state, EvidenceState::Sealed { .. });
        let known = |id: &EvidenceId| files.iter().any(|file| file.id == *id && sent(file));
        if wanted.iter().all(known) { Ok(()) } else { Err(Error::NotFound) }
    }

    /// Takes one's own proposal back. What was filled in for a first violation
    /// stays for the next proposal.
    ///
    /// # Errors
    /// [`Error::Case`], [`Error::Denied`].
    pub async fn unpropose(&self, actor: &Actor, id: CaseId) -> Result<()> {
        let (tx, mut case) = self.on(actor, id, Action::ReviewCase).await?;
        case.unpropose(actor, self.0.now())?;
        self.done(tx, &case, actor, "case.unpropose", json!(null)).await
    }

    /// Does not confirm a colleague's proposal, with a reason.
    ///
    /// # Errors
    /// [`Error::Case`], [`Error::Denied`].
    pub async fn disagree(&self, actor: &Actor, id: CaseId, reason: Note) -> Result<()> {
        let (tx, mut case) = self.on(actor, id, Action::ConfirmOutcome).await?;
        case.disagree(actor, self.0.now())?;
        self.done(tx, &case, actor, "case.disagree", json!({ "reason": reason })).await
    }

    /// Confirms a colleague's proposal: the outcome is told to the enterprise,
    /// findings begin, and a visit that was due is claimed as avoided.
    ///
    /// # Errors
    /// [`Error::Obstacles`] when another notice took the place of "first" in the
    /// meantime; [`Error::Case`], [`Error::Denied`].
    pub async fn confirm(&self, actor: &Actor, id: CaseId) -> Result<()> {
        let portal = self.0;
        let (mut tx, mut case) = self.on(actor, id, Action::ConfirmOutcome).await?;
        let decision = case.confirm(actor, portal.now())?;
        let items = portal.versions(case.items.iter().map(|item| (item.item, item.version))).await?;
        let document = if decision.outcome == Outcome::FirstViolation {
            self.confirm_first_violation(&mut tx, &case, &items, &decision).await?
        } else {
            let (findings, told) = self.findings(&tx, &case, &items).await?;
            let body = if decision.outcome == Outcome::NoIssue {
                DocumentBody::Result { items: items.iter().map(|v| v.content.name.clone()).collect() }
            } else {
                DocumentBody::Findings { findings: told }
            };
            let kind = DocumentKind::of_outcome(decision.outcome);
            let officers = vec![decision.proposer, decision.confirmer];
            let document = self.issue(&mut tx, &case, kind, officers, body).await?;
            if matches!(decision.outcome, Outcome::OrderToCorrect | Outcome::FiledCase) {
                let items: BTreeSet<ItemId> = findings.iter().map(|finding| finding.item).collect();
                for item in items {
                    note_violation(&tx, case.enterprise, case.agency, item, case.id.0, portal.now()).await?;
                }
            }
            if decision.outcome.expects_rectification() {
                self.begin_findings(&tx, findings, &document).await?;
            }
            document
        };
        portal.ledgers().claim(&mut tx, &case.value, &items, false).await?;
        let outcome = serde_json::to_value(decision.outcome).map_err(|error| Error::Impossible(error.to_string()))?;
        let fact = Fact::Decided {
            case: id.to_string(),
            outcome: outcome.as_str().map_or_else(|| outcome.to_string(), str::to_owned),
            accounts: [decision.proposer, decision.confirmer].map(|account| account.to_string()).to_vec(),
            document: Some(document.id.to_string()),
        };
        tx.log(LogEntry::of_case(portal.now(), id, fact));
        let spared = store::first_violation::of_case(tx.db(), id).await?.map(|first| first.entry.category);
        let detail = json!({
            "outcome": decision.outcome, "spared": spared, "proposer": decision.proposer, "document": document.number,
        });
        self.done(tx, &case, actor, "case.confirm", detail).await
    }

    /// The findings that the review's problems become, and how they are told.
    pub(super) async fn findings(
        &self,
        tx: &Tx,
        case: &Case,
        items: &[ItemVersion],
    ) -> Result<(Vec<Finding>, Vec<ToldFinding>)> {
        let portal = self.0;
        let now = portal.now();
        let files = store::evidence::of_case(tx.db(), case.id).await?;
        let (mut findings, mut told) = (Vec::new(), Vec::new());
        for (line, problem) in case.problems() {
            let due = portal.deadline(problem.days);
            let version = items.iter().find(|version| version.item == line.item);
            let spec = version.and_then(|version| version.content.line(line.line));
            let (Some(version), Some(spec)) = (version, spec) else {
                return Err(Error::Impossible(format!("line {} is in no item of the case", line.line)));
            };
            let shown = |file: &&Evidence| problem.shown_by.contains(&file.id);
            told.push(ToldFinding {
                item: version.content.name.clone(),
                line: spec.title.clone(),
                fact: problem.fact.clone(),
                clause: problem.clause.clone(),
                why: problem.why.clone(),
                how_to_fix: problem.how_to_fix.clone(),
                due: due.date(),
                shown_by: files.iter().filter(shown).map(|file| file.digest).collect(),
                self_disclosed: line.self_disclosed_at.is_some(),
            });
            findings.push(Finding {
                id: FindingId(portal.new_id()),
                case: case.id,
                enterprise: case.enterprise,
                agency: case.agency,
                item: line.item,
                line: line.line,
                problem: problem.clone(),
                self_disclosed_at: line.self_disclosed_at,
                document: domain::ids::DocumentId(Uuid::nil()),
                found_at: now,
                state: FindingState::Guided { at: now, due },
                escalation: None,
            });
        }
        Ok((findings, told))
    }

    pub(super) async fn begin_findings(&self, tx: &Tx, findings: Vec<Finding>, document: &Document) -> Result<()> {
        for mut finding in findings {
            finding.document = document.id;
            tx.insert(&finding).await?;
        }
        Ok(())
    }

    pub(super) async fn issue(
        &self,
        tx: &mut Tx,
        case: &Case,
        kind: DocumentKind,
        officers: Vec<domain::ids::AccountId>,
        body: DocumentBody,
    ) -> Result<Document> {
        let draft = Draft {
            kind,
            agency: case.agency,
            enterprise: case.enterprise,
            case: Some((case.id, case.number.clone())),
            officers,
            body,
        };
        self.0.documents().issue(tx, draft).await
    }

    /// Proposes that a case goes over to a site visit.
    ///
    /// # Errors
    /// [`Error::Case`], [`Error::Denied`].
    pub async fn propose_on_site(&self, actor: &Actor, id: CaseId, reason: OnSiteReason, note: Note) -> Result<()> {
        let (tx, mut case) = self.on(actor, id, Action::ReviewCase).await?;
        let rounds = self.0.settings().review.supplement_rounds;
        let detail = json!({ "reason": reason, "note": note });
        case.propose_on_site(actor, reason, note, rounds, self.0.now())?;
        self.done(tx, &case, actor, "case.propose_on_site", detail).await
    }

    /// Approves a proposed site visit: the enterprise is told, the covered visits
    /// are due again, and what the ledger claimed for them is taken back.
    ///
    /// # Errors
    /// [`domain::case::CaseError::SamePerson`], [`Error::Denied`].
    pub async fn approve_on_site(&self, actor: &Actor, id: CaseId) -> Result<()> {
        let portal = self.0;
        let (mut tx, mut case) = self.on(actor, id, Action::ApproveOnSite).await?;
        let proposer = case.officer();
        case.decide_on_site(actor, true, portal.calendar(), portal.now())?;
        if let domain::case::CaseState::ConvertedOnSite { reason, note, .. } = &case.state {
            let body = DocumentBody::OnSite { reason: *reason, note: note.clone(), approver: actor.name.clone() };
            let officers: Vec<_> = proposer.into_iter().collect();
            let mut accounts: Vec<String> = officers.iter().map(ToString::to_string).collect();
            accounts.push(actor.account.to_string());
            let document = self.issue(&mut tx, &case, DocumentKind::OnSiteApproval, officers, body).await?;
            let fact = Fact::Decided {
                case: id.to_string(),
                outcome: "on_site".to_owned(),
                accounts,
                document: Some(document.id.to_string()),
            };
            tx.log(LogEntry::of_case(portal.now(), id, fact));
            portal.ledgers().reverse_for_conversion(&mut tx, &case.value).await?;
            reopen_due_visits(&tx, &case).await?;
        }
        self.done(tx, &case, actor, "case.approve_on_site", json!(null)).await
    }

    /// Declines a proposed site visit, with a reason that the officer reads.
    ///
    /// # Errors
    /// [`domain::case::CaseError::SamePerson`], [`Error::Denied`].
    pub async fn decline_on_site(&self, actor: &Actor, id: CaseId, reason: Note) -> Result<()> {
        let (mut tx, mut case) = self.on(actor, id, Action::ApproveOnSite).await?;
        let proposer = case.officer();
        case.decide_on_site(actor, false, self.0.calendar(), self.0.now())?;
        let accounts = proposer.into_iter().chain([actor.account]).map(|account| account.to_string()).collect();
        let outcome = "on_site_declined".to_owned();
        let fact = Fact::Decided { case: id.to_string(), outcome, accounts, document: None };
        tx.log(LogEntry::of_case(self.0.now(), id, fact));
        self.done(tx, &case, actor, "case.decline_on_site", json!({ "reason": reason })).await
    }
}
